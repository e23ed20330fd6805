"""The newsletter's pages: what GET shows, what POST does, what a cache may keep."""

import re

import pytest
from django.core import signing
from django.test import Client
from django.utils import timezone
from django.utils.html import strip_tags

from newsletter.models import Consent, Subscriber
from outbox.models import Message
from tests import factories
from tests.newsletter import cast
from tests.qa.archive import pages

pytestmark = pytest.mark.django_db
PAGE = "/newsletter/"


def confirm_path() -> str:
    return f"/newsletter/confirm/{Consent.objects.latest('pk').token}/"


def leave_path(subscriber) -> str:
    return f"/newsletter/unsubscribe/{subscriber.key}/"


@pytest.fixture
def strict():
    """A visitor whose forged forms are refused, as on the real site."""
    return Client(enforce_csrf_checks=True)


# --- Asking ---------------------------------------------------------------------------------


def test_the_page_shows_the_words_that_are_kept(client):
    client.get(PAGE)
    client.post(PAGE, {"email": "ada@example.org"})

    assert Consent.objects.get().text in client.get(PAGE).content.decode()


def test_the_ask_form_shows_the_words_that_are_kept(client):
    topic = factories.topic("vitamin-d")

    page = client.get(f"/topics/{topic.slug}/ask/").text

    assert f"<span>{Consent.TEXT}</span>" in page


def test_a_topic_page_leads_to_its_own_fact_sheet(client):
    topic = factories.topic("vitamin-d")
    cast.fact_sheet(title="Sun and bones", topic=topic)
    cast.fact_sheet("other", title="Salt baths", topic=factories.topic("epsom-salt"))

    page = client.get("/topics/vitamin-d/").text
    assert 'action="/newsletter/?topic=vitamin-d"' in page
    assert "Sun and bones" in page

    page = client.get("/newsletter/?topic=vitamin-d").text
    assert "Sun and bones" in page
    assert "Salt baths" not in page


def test_asking_needs_a_page_of_our_own(strict):
    elsewhere = {"Origin": "https://other.example"}
    forged = strict.post(PAGE, {"email": "ada@example.org"}, headers=elsewhere)

    assert forged.status_code == 403
    assert strict.post(PAGE, {"email": "ada@example.org"}).status_code == 403
    assert Subscriber.objects.count() == 0


def test_known_and_unknown_addresses_get_the_same_answer():
    cast.subscriber("ada@example.org")
    known, unknown = Client(), Client()

    answers = [
        known.post(PAGE, {"email": "ada@example.org"}),
        unknown.post(PAGE, {"email": "otto@example.org"}),
    ]

    assert [(a.status_code, a.url, a.content) for a in answers] == [
        (302, "/newsletter/asked/", b"")
    ] * 2
    assert answers[0].headers == answers[1].headers
    assert known.get("/newsletter/asked/").content == unknown.get("/newsletter/asked/").content


def test_the_topic_goes_with_the_request(client):
    topic = factories.topic("vitamin-d")

    client.post(f"{PAGE}?topic=vitamin-d&email=somebody@example.org", {"email": "ada@example.org"})

    assert Subscriber.objects.get().topic == topic
    assert Consent.objects.get().page == "/newsletter/?topic=vitamin-d"


@pytest.mark.parametrize(
    ("email", "words"),
    [
        ("", "Enter your e-mail address"),
        ("ada@localhost", "No mail of ours reaches “localhost”."),
        ("nonsense", "Enter an e-mail address in the usual form"),
        ("ä@example.org", "Enter an e-mail address in the usual form"),
        ("a@example.org\nBcc: b@example.org", "Enter an e-mail address in the usual form"),
        ("a" * 250 + "@example.org", "An e-mail address has at most 254 characters"),
    ],
)
def test_a_wrong_address_is_said_and_kept(client, email, words):
    answer = client.post(PAGE, {"email": email})

    assert answer.status_code == 422
    assert f"{words}" in answer.content.decode()
    assert "<title>Error: " in answer.content.decode()
    assert Subscriber.objects.count() == 0


def test_a_robot_that_fills_the_decoy_gets_the_same_answer_and_no_mail(client):
    answer = client.post(PAGE, {"email": "ada@example.org", "website": "https://example.com"})

    assert answer.url == "/newsletter/asked/"
    assert Message.objects.count() == Subscriber.objects.count() == 0


@pytest.mark.usefixtures("limited")
def test_one_visitor_cannot_fill_many_mailboxes(client):
    for number in range(30):
        client.post(PAGE, {"email": f"reader{number}@example.org"})

    answer = client.post(PAGE, {"email": "one-too-many@example.org"})

    assert answer.status_code == 429
    assert "Too many requests" in answer.content.decode()
    assert Subscriber.objects.count() == 30


# --- The forms of public pages ---------------------------------------------------------------


def box(page: str) -> tuple[str, dict]:
    """Where the form for the newsletter leads, and what it sends, as a browser reads it."""
    (form,) = re.findall(r'<form class="letters-form".*?</form>', page, re.S)
    fields = re.findall(r'<input[^>]* name="(\w+)"(?:[^>]* value="([^"]*)")?', form)
    return re.search('action="([^"]+)"', form)[1], dict(fields)


@pytest.fixture
def public_pages():
    factories.topic("vitamin-d")
    cast.sent()
    question = factories.published(topic=factories.topic("cramps"))
    return [
        *["/", "/topics/", "/topics/vitamin-d/", "/answered/", "/search/"],
        *["/newsletter/issues/", "/newsletter/issues/first/", question.get_absolute_url()],
    ]


def test_every_public_page_has_one_form_that_needs_no_cookie(public_pages, strict):
    for number, path in enumerate(public_pages):
        page = strict.get(path)
        action, fields = box(page.text)
        email = f"reader{number}@example.org"
        assert fields == {"email": "", "page": path, "website": ""}

        answer = strict.post(
            action, fields | {"email": email}, headers={"Origin": "http://testserver"}
        )

        assert (answer.status_code, answer.url) == (302, "/newsletter/asked/")
        assert not answer.cookies
        assert not page.cookies
        consent = Consent.objects.story_of(email).get()
        assert (consent.page, consent.text) == (path, Consent.TEXT)
        assert Consent.TEXT in strip_tags(page.text)


def test_pages_about_one_person_or_with_a_form_of_their_own_have_none(client):
    subscriber = cast.subscriber()
    factories.topic("vitamin-d")

    for path in [PAGE, "/topics/vitamin-d/ask/", leave_path(subscriber), "/accounts/login/"]:
        assert "letters-form" not in client.get(path).text


def test_a_wrong_address_from_a_public_page_is_said_and_kept(strict):
    here = {"Origin": "http://testserver"}

    answer = strict.post(PAGE, {"email": 'ada@"example', "page": "/"}, headers=here)

    assert answer.status_code == 422
    assert 'value="ada@&quot;example"' in answer.text
    assert 'id="id_email_error"' in answer.text


@pytest.mark.parametrize(
    "page",
    ["", "//evil.example/", "/nowhere/at/all/", "/about/?x", "/\x00/", "/ä/", "/" * 300],
)
def test_only_a_page_of_this_site_stands_in_the_evidence(client, page):
    client.post(PAGE, {"email": "ada@example.org", "page": page})

    assert Consent.objects.get().page == "/newsletter/"


# --- Confirming -----------------------------------------------------------------------------


def test_opening_the_link_confirms_nothing(client):
    cast.asked()

    for _ in range(3):
        answer = client.get(confirm_path())

    assert answer.status_code == 200
    assert not answer.cookies
    assert Subscriber.objects.get().status == Subscriber.Status.PENDING
    assert Consent.objects.get().confirmed_at is None


def test_the_button_confirms_and_offers_the_fact_sheet(strict):
    cast.fact_sheet()
    cast.asked()

    answer = strict.post(confirm_path(), follow=True)

    assert Subscriber.objects.get().is_confirmed
    link = re.search(r'href="http://127.0.0.1:8000(/newsletter/factsheets/[^"]+)"', answer.text)
    assert b"".join(strict.get(link[1]).streaming_content) == cast.PDF


def test_the_button_twice_sends_one_welcome(client):
    cast.asked()

    client.post(confirm_path())
    client.post(confirm_path())

    assert len(cast.mails("newsletter welcome")) == 1


def test_a_forged_or_old_link_confirms_nothing(client, monkeypatch):
    cast.asked()
    path = confirm_path()
    monkeypatch.setattr(signing.time, "time", lambda: timezone.now().timestamp() + 31 * 86400)

    assert client.post(path).status_code == 404
    assert client.post("/newsletter/confirm/nonsense/").status_code == 404
    assert not Subscriber.objects.get().is_confirmed


def test_a_fact_sheet_link_does_not_confirm(client):
    cast.asked()
    token = signing.dumps(Consent.objects.get().pk, salt="newsletter.fact_sheet")

    assert client.post(f"/newsletter/confirm/{token}/").status_code == 404


# --- Leaving --------------------------------------------------------------------------------


def test_opening_the_link_unsubscribes_nobody(client):
    subscriber = cast.subscriber()

    answer = client.get(leave_path(subscriber))

    assert answer.status_code == 200
    assert Subscriber.objects.get().is_confirmed


def test_one_click_needs_no_cookie_and_no_token(strict):
    """RFC 8058, 3.1 and 3.2: acts at once, without cookies, without a redirect."""
    subscriber = cast.subscriber()

    answer = strict.post(leave_path(subscriber), {"List-Unsubscribe": "One-Click"})

    assert answer.status_code == 200
    assert not answer.cookies
    assert Subscriber.objects.get().status == Subscriber.Status.UNSUBSCRIBED


def test_one_click_twice_is_as_good_as_once(strict):
    subscriber = cast.subscriber()

    answers = [strict.post(leave_path(subscriber)) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[0].content == answers[1].content


def test_a_wrong_key_is_no_page(client):
    assert client.post("/newsletter/unsubscribe/nonsense/").status_code == 404


# --- Fact sheets ----------------------------------------------------------------------------


def test_a_fact_sheet_is_a_download_that_nothing_sniffs_or_keeps(client):
    sheet = cast.fact_sheet()

    answer = client.get(sheet.url.removeprefix("http://127.0.0.1:8000"))

    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Disposition"] == 'attachment; filename="cramps.pdf"'
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Cache-Control"] == "no-store"


def test_a_fact_sheet_link_ends_after_30_days(client, monkeypatch):
    path = cast.fact_sheet().url.removeprefix("http://127.0.0.1:8000")
    monkeypatch.setattr(signing.time, "time", lambda: timezone.now().timestamp() + 31 * 86400)

    answer = client.get(path)

    assert answer.status_code == 410
    assert "application/pdf" not in answer["Content-Type"]
    assert "Get a new link" in answer.text


def test_who_gets_the_newsletter_already_is_mailed_a_new_link(client):
    cast.subscriber("ada@example.org")
    Subscriber.objects.update(mailed_at=None)
    cast.fact_sheet()

    client.post(PAGE, {"email": "ada@example.org"})

    (mail,) = cast.mails("newsletter already")
    link = re.search(r"http://127.0.0.1:8000(/newsletter/factsheets/\S+)", mail.text)[1]
    assert b"".join(client.get(link).streaming_content) == cast.PDF
    assert link in mail.html


@pytest.mark.parametrize("token", ["1", "nonsense", "MQ:1xV9Qc:forged"])
def test_a_forged_fact_sheet_link_is_no_page(client, token):
    cast.fact_sheet()

    assert client.get(f"/newsletter/factsheets/{token}/").status_code == 404


# --- Letters on the web ---------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/newsletter/issues/", "/newsletter/issues/first/"])
def test_letters_are_the_same_bytes_for_everybody(client, ben, path, settings):
    cast.sent()
    stranger = Client().get(path)
    client.force_login(ben, "allauth.account.auth_backends.AuthenticationBackend")

    member = client.get(path)

    assert member.content == stranger.content
    assert not stranger.cookies
    assert "Vary" not in stranger.headers
    assert stranger["Cache-Control"] == settings.PUBLIC_PAGES
    assert stranger["ETag"]


def test_what_a_link_adds_makes_no_other_page(client, settings):
    issue = cast.sent()
    for path in PAGE, "/newsletter/issues/", issue.get_absolute_url():
        link = f'<link rel="canonical" href="{settings.BASE_URL}{path}">'
        assert client.get(path + "?topic=cramps&from=a-letter").content.decode().count(link) == 1


def test_a_shared_page_shows_what_it_is(client, settings):
    issue = cast.sent(preheader='What "helped" you & us')
    letter, page = (client.get(path).text for path in (issue.get_absolute_url(), PAGE))
    url = f"{settings.BASE_URL}{issue.get_absolute_url()}"
    for name, content in [
        ("type", "article"),
        ("title", "The first letter"),
        ("description", "What &quot;helped&quot; you &amp; us"),
        ("url", url),
    ]:
        assert letter.count(f'<meta property="og:{name}" content="{content}">') == 1
    assert '<meta name="description" content="What &quot;helped&quot; you &amp; us">' in letter
    assert "<title>The first letter – " in letter
    assert '<meta property="og:type" content="website">' in page
    assert '<meta property="og:title" content="The newsletter">' in page


def test_a_letter_is_described_and_leads_to_the_others(client, settings, ben):
    issue = cast.sent(author=ben)
    response = client.get(issue.get_absolute_url())
    url = f"{settings.BASE_URL}{issue.get_absolute_url()}"
    assert pages.typed(response, "Article") == {
        "@type": "Article",
        "headline": "The first letter",
        "url": url,
        "datePublished": issue.sent_at.isoformat(),
        "author": {"@type": "Person", "name": "Ben"},
    }
    steps = pages.typed(response, "BreadcrumbList")["itemListElement"]
    assert [step["name"] for step in steps] == [
        "Home",
        "The newsletter",
        "Letters",
        "The first letter",
    ]
    text = response.text
    assert text.count('type="application/atom+xml" href="/newsletter/feed/" title="Letters"') == 1
    assert "application/json+oembed" not in text
    assert text.count(">Get the newsletter<") == 1


def test_a_letter_shows_its_words(client):
    cast.sent()

    page = client.get("/newsletter/issues/first/").text

    assert "<h1>The first letter</h1>" in page
    assert '<a href="/topics/vitamin-d/" rel="noopener nofollow">new page</a>' in page


def test_drafts_and_private_letters_are_no_pages(client):
    cast.issue("draft", subject="A draft")
    cast.sent(slug="private", subject="For subscribers", public=False)

    listed = client.get("/newsletter/issues/").text

    assert client.get("/newsletter/issues/draft/").status_code == 404
    assert client.get("/newsletter/issues/private/").status_code == 404
    assert "A draft" not in listed
    assert "For subscribers" not in listed


@pytest.mark.parametrize("path", ["confirm/x/", "unsubscribe/x/"])
def test_pages_about_one_address_are_kept_by_no_cache(client, path):
    assert client.get(PAGE + path).get("Cache-Control", "no-store") == "no-store"


def test_the_page_is_kept_for_all_and_what_is_typed_there_for_none(client, settings):
    page = client.get(PAGE)
    assert page["Cache-Control"] == settings.PUBLIC_PAGES
    assert not page.cookies
    for email in ("ada", "ada@example.org"):
        answer = client.post(PAGE, {"email": email})
        assert answer.status_code == (302 if "@" in email else 422)
        assert answer["Cache-Control"] == "no-store"
