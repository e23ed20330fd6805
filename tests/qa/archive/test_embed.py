import re
from urllib.parse import urlsplit

import pytest
from django.conf import settings

from qa.models import SiteProfile, Topic
from tests import factories
from tests.qa.archive import pages


def test_frame_has_ask_box_and_answered_list(client, db):
    question = factories.published()
    response = client.get(f"/embed/{question.topic.slug}/")
    text = pages.html(response)
    assert '<base target="_blank">' in text
    assert f'action="/topics/{question.topic.slug}/ask/" method="get"' in text
    assert f'<a href="{question.get_absolute_url()}">{question.title}</a>' in text
    assert "<header" not in text
    assert "/accounts/" not in text


def test_frame_of_no_topic_is_one_line(client, db):
    response = client.get("/embed/no-such-topic/")
    assert response.status_code == 404
    assert response.headers["Cache-Control"] == "no-store"
    text = pages.html(response)
    assert '<base target="_blank">' in text
    assert "There is no such topic here." in text
    assert "<form" not in text
    assert "<header" not in text


def test_only_the_frame_may_be_framed(client, db):
    question = factories.published()
    frame, page = client.get(f"/embed/{question.topic.slug}/"), client.get("/")
    assert "frame-ancestors *" in frame.headers["Content-Security-Policy"]
    assert "X-Frame-Options" not in frame.headers
    assert "frame-ancestors 'none'" in page.headers["Content-Security-Policy"]
    assert page.headers["X-Frame-Options"] == "DENY"


def test_script_may_be_loaded_by_other_sites(client, db):
    response = client.get("/embed.js")
    assert response.headers["Content-Type"] == "text/javascript; charset=utf-8"
    assert response.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert "{%" not in pages.html(response)
    assert "&#x27;" not in pages.html(response)


def described(client, url: str, **options):
    return client.get("/oembed/", {"url": url} | options)


@pytest.fixture
def question(db, settings):
    settings.BASE_URL = "https://ask.example.org"
    return factories.published(title="Salt & <cramps>?", answer="Eat *less* <b>salt</b>.")


def test_topic_is_described_as_a_frame(client, question):
    topic = question.topic
    response = described(client, f"https://ask.example.org/topics/{topic.slug}/", maxwidth="320")
    card = response.json()
    assert response.headers["Content-Type"] == "application/json"
    assert (card["version"], card["type"], card["title"]) == ("1.0", "rich", topic.title)
    assert (card["width"], card["height"]) == (320, 480)
    assert f'<iframe src="https://ask.example.org/embed/{topic.slug}/"' in card["html"]
    assert 'width="320" height="480"' in card["html"]


def test_answer_is_described_as_a_quotation(client, question):
    card = described(client, f"https://ask.example.org{question.get_absolute_url()}").json()
    assert card["type"] == "rich"
    assert "<strong>Salt &amp; &lt;cramps&gt;?</strong>" in card["html"]
    assert "Eat less &lt;b&gt;salt&lt;/b&gt;." in card["html"]
    assert f'<a href="https://ask.example.org{question.get_absolute_url()}">' in card["html"]


def test_description_names_the_author(client, question):
    cora = question.official_answer.author
    urls = [
        f"https://ask.example.org{path}"
        for path in (question.get_absolute_url(), question.topic.get_absolute_url())
    ]
    SiteProfile(pk=1, curator_name="Dr Owner").save()
    question.answers.update(author=None)
    for url in urls:
        card = described(client, url).json()
        assert (card["author_name"], "author_url" in card) == ("Dr Owner", False)
    question.answers.update(author=cora)
    Topic.objects.update(author=cora)
    for url in urls:
        card = described(client, url).json()
        assert card["author_name"] == cora.public_name
        assert card["author_url"] == f"https://ask.example.org/people/{cora.pk}/"
    SiteProfile.objects.update(curator_name="")
    question.answers.update(author=None)
    assert "author_name" not in described(client, urls[0]).json()


def test_address_may_lack_its_last_slash_as_readers_may_type_it(client, question):
    for path in (question.get_absolute_url(), f"/topics/{question.topic.slug}/"):
        url = f"https://ask.example.org{path}"
        assert described(client, url[:-1]).json() == described(client, url).json()


def test_frame_takes_no_more_room_than_there_is(client, question):
    url = f"https://ask.example.org/topics/{question.topic.slug}/"
    assert 'style="max-width: 100%"' in described(client, url).json()["html"]


def test_pages_say_where_they_are_described(client, question):
    for path in (question.get_absolute_url(), f"/topics/{question.topic.slug}/"):
        page = pages.html(client.get(path))
        (link,) = re.findall(r'type="application/json\+oembed" href="([^"]*)"', page)
        parts = urlsplit(link.replace("&amp;", "&"))
        assert client.get(f"{parts.path}?{parts.query}").status_code == 200
    assert "json+oembed" not in pages.html(client.get("/answered/"))


@pytest.mark.parametrize(
    "url",
    [
        "",
        "/topics/causes-of-muscle-cramps/",
        "https://evil.example/topics/causes-of-muscle-cramps/",
        "https://ask.example.org/topics/none/",
        "https://ask.example.org/questions/99999999999999999999/x/",
        "https://ask.example.org/",
        "https://ask.example.org/admin/",
        "https://[ask/",
        "https://ask.example.org/topics/\x00/",
    ],
)
def test_nothing_else_is_described(client, question, url):
    assert described(client, url).status_code == 404


def test_unpublished_answer_is_not_described(client, question):
    address = f"https://ask.example.org/questions/{factories.pending().pk}/x/"
    assert described(client, address).status_code == 404


def test_only_json_is_spoken(client, question):
    url = f"https://ask.example.org{question.get_absolute_url()}"
    assert described(client, url, format="xml").status_code == 501
    odd = described(client, url, maxwidth="0", maxheight="٣").json()
    assert (odd["width"], odd["height"]) == (600, 480)


def test_themes_of_the_frame_have_the_pigments_of_the_site():
    tokens = (settings.BASE_DIR / "static/css/tokens.css").read_text()
    rules = {
        " ".join(selector.split()): colours(body)
        for selector, body in re.findall(r"(:root[^{}]*)\{([^{}]*)\}", tokens)
        if colours(body)
    }
    light, dark = rules[':root, :root[data-theme="light"]'], rules[':root[data-theme="dark"]']
    assert rules == {
        ':root, :root[data-theme="light"]': light,
        ":root": dark,  # where the reader's screen is dark
        ':root[data-theme="dark"]': dark,
    }
    assert light.keys() == dark.keys()
    assert not set(light.items()) & set(dark.items())


def colours(css: str) -> dict[str, str]:
    return dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", css))
