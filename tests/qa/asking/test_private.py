"""What keeps the asker's pages private."""

import pytest
from django.test import Client
from django.urls import reverse

from tests import factories
from tests.qa.asking.conftest import ASK, WORDS, jpeg, url

pytestmark = pytest.mark.django_db
PAGES = ["", "edit/", "preview/", "submit/", "withdraw/", "erase/", "end/"]


def assert_private(response) -> None:
    assert response.headers["Cache-Control"] == "private, no-store"
    assert response.headers["X-Robots-Tag"] == "noindex, nofollow"
    assert response.headers["Referrer-Policy"] == "same-origin"


def test_pages_are_kept_out_of_caches_and_indexes(client, topic):
    for question in [factories.draft(), factories.pending()]:
        for page in PAGES:
            assert_private(client.get(url(question, page)))
        assert_private(client.post(url(question, "edit/"), {}))
        assert_private(client.get(f"/confirm/{question.confirmation_token}/"))
    for address in ["/ask/", ASK, "/confirm/x/"]:
        assert_private(client.get(address))
    assert_private(client.post(ASK, WORDS))


def test_pages_tell_robots_to_stay_away(client):
    question = factories.pending()

    for page in ["", "edit/", "withdraw/", "erase/"]:
        assert (
            '<meta name="robots" content="noindex, nofollow">'
            in client.get(url(question, page)).text
        )


def test_unknown_key_is_not_found_like_any_other_address(client, topic):
    factories.pending()
    other = client.get("/no/such/page/")

    for key in ["A" * 32, "short", "%00" * 20, "ä" * 20, "A" * 41]:
        for page in PAGES:
            response = client.get(f"/asked/{key}/{page}")
            assert response.status_code == 404
            assert response.content == other.content
            assert response.headers.items() == other.headers.items()


def test_forged_key_changes_nothing(client, topic):
    for page in ["edit/", "submit/", "withdraw/", "erase/", "end/", "images/"]:
        assert client.post(f"/asked/{'A' * 32}/{page}", WORDS).status_code == 404


@pytest.mark.parametrize(
    "page", ["images/", "images/1/rotate/", "images/1/move/", "images/1/remove/"]
)
def test_acts_need_a_post(client, page):
    question = factories.draft()

    assert client.get(url(question, page)).status_code == 405


def test_forms_need_their_token(topic):
    question = factories.draft()
    strict = Client(enforce_csrf_checks=True)

    for address in [ASK, *(url(question, page) for page in ["edit/", "submit/", "erase/"])]:
        assert strict.post(address, WORDS).status_code == 403
    question.refresh_from_db()
    assert question.status == "draft"


def test_public_pages_know_nothing_of_a_draft(client, draft, cora):
    published = factories.published(title="What helps against cramps of the calf?")
    question = draft(
        email="marker-email@example.org",
        title="Marker title of a draft",
        body="Marker body of a draft, long enough.",
        name="Marker name",
        images=jpeg(),
        alt_new="Marker description",
    )
    client.post(url(question, "submit/"))
    reader = Client()

    for address in [
        "/",
        "/topics/",
        "/answered/",
        published.topic.get_absolute_url(),
        published.get_absolute_url(),
        "/search/?q=cramps",
        "/feed/",
        "/ask/",
        ASK,
    ]:
        response = reader.get(address)
        assert response.status_code == 200, address
        assert "marker" not in response.text.lower(), address
        assert question.key not in response.text


def test_every_address_has_the_name_of_the_contract():
    key = "K" * 32
    assert {
        "topic_pick": reverse("asking:topic_pick"),
        "question_ask": reverse("asking:question_ask", args=["slug"]),
        "status": reverse("asking:status", args=[key]),
        "image_file": reverse("asking:image_file", args=[key, 7, "400.webp"]),
        "email_confirm": reverse("asking:email_confirm", args=["token"]),
        "reader_answer": reverse("asking:reader_answer", args=[7]),
    } == {
        "topic_pick": "/ask/",
        "question_ask": "/topics/slug/ask/",
        "status": f"/asked/{key}/",
        "image_file": f"/asked/{key}/images/7/400.webp",
        "email_confirm": "/confirm/token/",
        "reader_answer": "/questions/7/answer/",
    }
    for name in ["edit", "preview", "submit", "withdraw", "erase", "end"]:
        assert reverse(f"asking:{name}", args=[key]) == f"/asked/{key}/{name}/"
