"""What holds for every public page: status, headers, one body for everybody."""

import re

import pytest
from django.urls import reverse

from qa.models import Policy, SiteProfile
from tests import factories
from tests.qa.archive import pages

CSRF = "csrfmiddlewaretoken"


@pytest.fixture
def question(cora):
    for kind in ("privacy", "about"):
        Policy.objects.create(kind=kind, version=3, body=f"## The {kind} text")
    return factories.published(title="Why do calves cramp at night?")


def public_paths(question) -> list[str]:
    slug = question.topic.slug
    return [
        *map(reverse, ["archive:home", "archive:topic_list", "archive:answered"]),
        *map(reverse, ["archive:search", "archive:search_suggest", "archive:feed"]),
        *map(reverse, ["archive:sitemap", "archive:sitemap_pages", "archive:sitemap_topics"]),
        *map(reverse, ["archive:robots", "archive:embed_script", "archive:guidelines"]),
        *map(reverse, ["archive:privacy", "archive:about"]),
        reverse("archive:sitemap_questions", args=[0]),
        reverse("archive:topic_detail", args=[slug]),
        reverse("archive:topic_answered", args=[slug]),
        reverse("archive:topic_feed", args=[slug]),
        reverse("archive:embed", args=[slug]),
        "/search/?q=cramp",
        "/search/suggest/?q=calves+cramp",
        question.get_absolute_url(),
    ]


def test_every_public_page_answers_without_a_cookie(client, question):
    for path in public_paths(question):
        response = client.get(path)
        assert response.status_code == 200, path
        assert not response.cookies, path
        assert "Cookie" not in response.headers.get("Vary", ""), path
        assert CSRF not in pages.html(response), path


def test_public_pages_tell_caches_how_long_they_hold(client, question):
    for path in set(public_paths(question)) - {"/embed.js"}:
        headers = client.get(path).headers
        if path.startswith("/search/?") or path == "/search/":
            expected = "public, max-age=0, must-revalidate"
        else:
            expected = (
                "public, max-age=0, s-maxage=10, stale-while-revalidate=5, stale-if-error=86400"
            )
        assert headers["Cache-Control"] == expected, path


def test_public_page_answers_304_to_its_etag(client, question):
    for path in public_paths(question):
        etag = client.get(path).headers["ETag"]
        response = client.get(path, headers={"If-None-Match": etag})
        assert (response.status_code, response.content) == (304, b""), path


def test_head_has_the_headers_of_get_and_no_body(client, question):
    for path in public_paths(question):
        get, head = client.get(path), client.head(path)
        assert (head.status_code, head.content) == (200, b""), path
        assert head.headers["Content-Type"] == get.headers["Content-Type"], path
        assert head.headers["Cache-Control"] == get.headers["Cache-Control"], path


def test_post_to_a_public_page_is_not_allowed(question):
    from django.test import Client

    strict = Client(enforce_csrf_checks=True)
    for path in public_paths(question):
        response = strict.post(path, {"title": "x"})
        assert response.status_code == 405, path
        assert response.headers["Allow"] == "GET, HEAD", path


def test_public_pages_are_the_same_for_a_curator(client, desk, question, django_user_model):
    from django.test import Client

    for path in public_paths(question):
        assert desk.get(path).content == Client().get(path).content, path


def test_pages_name_base_url_and_not_the_host(client, question, settings):
    settings.BASE_URL = "https://ask.example.org"
    settings.ALLOWED_HOSTS = ["evil.example"]
    for path in public_paths(question):
        text = pages.html(client.get(path, headers={"host": "evil.example"}))
        assert "evil.example" not in text, path
        assert "http://127.0.0.1" not in text, path


def test_pages_have_their_canonical_address(client, question, settings):
    settings.BASE_URL = "https://ask.example.org"
    response = client.get(question.get_absolute_url())
    address = f"https://ask.example.org{question.get_absolute_url()}"
    assert f'<link rel="canonical" href="{address}">' in pages.html(response)
    assert f'<meta property="og:url" content="{address}">' in pages.html(response)


def test_home_shows_site_topics_and_latest(client, question):
    SiteProfile.objects.update_or_create(
        pk=1, defaults={"name": "The Well", "tagline": "Deep answers", "curator_name": "Cora L."}
    )
    words = pages.words(client.get("/"))
    for text in ("The Well", "Deep answers", question.topic.title, question.title, "Cora L."):
        assert pages.squeezed(text) in words


def test_home_of_an_empty_site_answers(client, db):
    response = client.get("/")
    assert response.status_code == 200
    assert "Notopichasbeenwrittenyet." in pages.words(response)


def test_policy_shows_the_newest_version_and_its_date(client, question):
    Policy.objects.create(kind="guidelines", version=7, body="Ask *kindly*.")
    text = pages.html(client.get("/guidelines/"))
    assert "Version 7" in text
    assert "Ask <em>kindly</em>." in text
    assert "Ask one thing at a time." not in text


@pytest.mark.parametrize("path", ["/guidelines/", "/privacy/", "/about/"])
def test_policy_that_was_not_written_yet_says_so(client, db, path):
    SiteProfile.objects.update_or_create(pk=1, defaults={"curator_name": "Cora L."})
    assert f'href="{path}"' in pages.html(client.get("/"))
    response = client.get(path)
    assert response.status_code == 200
    text = pages.html(response)
    assert "Nothing has been written here yet." in text
    assert '<meta name="robots" content="noindex">' in text
    assert "Version" not in text
    assert ("Cora L." in text) == (path == "/about/")
    assert path not in pages.html(client.get("/sitemap-pages.xml"))


def test_about_names_the_curator(client, question):
    SiteProfile.objects.update_or_create(
        pk=1, defaults={"curator_name": "Cora L.", "curator_bio": "Reads *everything*."}
    )
    text = pages.html(client.get("/about/"))
    assert "Cora L." in text
    assert "Reads <em>everything</em>." in text


def test_robots_keep_private_pages_and_search_out(client, db, settings):
    settings.BASE_URL = "https://ask.example.org"
    lines = pages.html(client.get("/robots.txt")).splitlines()
    for path in ("/admin/", "/accounts/", "/asked/", "/confirm/", "/search/", "/ask/"):
        assert f"Disallow: {path}" in lines
    for path in ("/following/", "/questions/*/follow/", "/topics/*/follow/"):
        assert f"Disallow: {path}" in lines
    assert lines[-1] == "Sitemap: https://ask.example.org/sitemap.xml"


def test_page_of_a_list_with_nothing_on_it_is_none(client, question):
    for path in ("/answered/", f"/topics/{question.topic.slug}/answered/"):
        assert client.get(f"{path}?before=1000-01-01T00:00:00Z,1").status_code == 404
        assert client.get(f"{path}?before=2999-01-01T00:00:00Z,1").status_code == 200


def test_search_and_fragments_are_not_indexed(client, question):
    noindex = '<meta name="robots" content="noindex">'
    assert noindex in pages.html(client.get("/search/?q=cramp"))
    assert client.get("/search/suggest/?q=cramp").headers["X-Robots-Tag"] == "noindex"
    assert noindex not in pages.html(client.get(question.get_absolute_url()))


@pytest.mark.parametrize("path", ["/nowhere/", "/topics/causes-of-muscle-cramps/", "/search/?q=x"])
def test_the_word_e_mail_is_not_broken_after_its_hyphen(client, db, path):
    factories.topic()
    text = pages.main(client.get(path))
    assert text.count("e-mail") == len(re.findall(r"class=[\"']nowrap[\"']>e-mail", text)) > 0


def test_every_page_is_described(client, db):
    topic = factories.topic(summary="", body="")
    for path in ("/", topic.get_absolute_url()):
        assert '<meta name="description" content="">' not in client.get(path).text
