"""The overview: my questions in every state, and nobody else's."""

import pytest
from allauth.account.models import EmailAddress

from newsletter.models import Subscriber
from qa.models import Answer, Question, SiteProfile
from tests import factories
from tests.accounts.cast import BACKEND
from tests.newsletter import cast as newsletter

pytestmark = pytest.mark.django_db


@pytest.fixture
def ben_signed_in(client, ben):
    client.force_login(ben, BACKEND)
    return client


def test_nobody_sees_it_signed_out(client):
    assert client.get("/accounts/me/").url == "/accounts/login/?next=/accounts/me/"


def test_it_shows_my_questions_in_every_state(ben_signed_in, cora):
    states = [state for state in Question.Status.values if state != "draft"]
    for state in states:
        question = factories.pending(email="Ben@example.org", title=f"Mine, {state}?")
        target = factories.pending() if state == "merged" else None
        Question.objects.filter(pk=question.pk).update(
            status=state,
            merged_into=target,
            slug="mine",
            published_at=question.submitted_at if state == "published" else None,
        )

    page = ben_signed_in.get("/accounts/me/").text

    for question in Question.objects.filter(email="Ben@example.org"):
        assert f'href="{question.get_private_url()}"' in page
        assert f'state--{question.status}"' in page


def test_it_shows_nobody_elses(ben_signed_in):
    other = factories.pending(email="ada@example.org", title="Not mine at all, is it?")
    draft = factories.draft(email="ben@example.org", title="Begun and not sent, is it?")

    page = ben_signed_in.get("/accounts/me/").text

    for question in (other, draft):
        assert question.asked_title not in page
        assert question.key not in page
    assert "No questions yet." in page


def test_an_address_counts_once_it_is_confirmed(ben_signed_in, ben):
    question = factories.pending(email="ada@example.org", title="Asked with the other one?")
    address = EmailAddress.objects.create(user=ben, email="ada@example.org", verified=False)
    assert question.key not in ben_signed_in.get("/accounts/me/").text

    EmailAddress.objects.filter(pk=address.pk).update(verified=True)

    assert question.key in ben_signed_in.get("/accounts/me/").text


def test_it_shows_my_answers_to_others(ben_signed_in, ben, cora):
    question = factories.published()
    Answer.objects.create(question=question, kind="reader", author=ben, body="I stretch.")
    Answer.objects.create(question=question, kind="reader", author=cora, body="I do not.")

    page = ben_signed_in.get("/accounts/me/").text

    assert "I stretch." in page
    assert "Waiting" in page
    assert "I do not." not in page


def test_it_shows_my_newsletter(ben_signed_in):
    subscriber = newsletter.subscriber("ben@example.org")
    newsletter.subscriber("otto@example.org")

    page = ben_signed_in.get("/accounts/me/").text

    assert f"/newsletter/unsubscribe/{subscriber.key}/" in page
    assert page.count("/newsletter/unsubscribe/") == 1
    assert Subscriber.objects.count() == 2


@pytest.mark.parametrize(
    "path",
    ["me/", "profile/", "me/erase/", "email/", "password/change/", "2fa/", "login/", "logout/"],
)
def test_pages_about_an_account_are_kept_by_nobody(client, ben_signed_in, path):
    answer = ben_signed_in.get(f"/accounts/{path}")

    assert answer["Cache-Control"] == "no-store"
    assert answer["X-Robots-Tag"] == "noindex"


def test_every_page_carries_the_sites_name(client, ben_signed_in):
    SiteProfile.objects.create(pk=1, name="The Library")

    for path in ["me/", "email/", "password/change/", "2fa/"]:
        page = ben_signed_in.get(f"/accounts/{path}").text
        assert "The Library</title>" in page
        assert "testserver" not in page


def test_name_and_place_are_saved(ben_signed_in, ben):
    ben_signed_in.post("/accounts/profile/", {"display_name": "Benno", "place": "Hull"})

    ben.refresh_from_db()
    assert (ben.display_name, ben.place) == ("Benno", "Hull")


def test_members_have_no_credentials(ben_signed_in, ben):
    ben_signed_in.post(
        "/accounts/profile/", {"display_name": "Ben", "credentials": "Professor", "is_staff": "on"}
    )

    ben.refresh_from_db()
    assert (ben.credentials, ben.is_staff) == ("", False)


def test_curators_say_who_they_are(desk, cora):
    desk.post("/accounts/profile/", {"display_name": "Cora", "credentials": "MSc", "bio": "Hi"})

    cora.refresh_from_db()
    assert (cora.credentials, cora.bio) == ("MSc", "Hi")


def test_a_name_that_is_too_long_is_said(ben_signed_in):
    answer = ben_signed_in.post("/accounts/profile/", {"display_name": "x" * 81})

    assert answer.status_code == 422
    assert "<title>Error: " in answer.text


@pytest.mark.parametrize(
    "name",
    ["Cora", "cORA", " c ora ", "Ｃｏｒａ", "Co\u200bra", "C\xadora", "Cora.", "C\u043era"],
)
def test_nobody_takes_the_name_of_somebody_who_answers(ben_signed_in, cora, ben, name):
    answer = ben_signed_in.post("/accounts/profile/", {"display_name": name})

    assert answer.status_code == 422
    assert "choose another" in answer.text
    ben.refresh_from_db()
    assert ben.display_name == "Ben"


@pytest.mark.parametrize("field", ["display_name", "place"])
@pytest.mark.parametrize(
    "text", ["see example.org", "https://x.example", "ben@example.org", "WWW.pills"]
)
def test_no_address_stands_in_a_name_or_a_place(ben_signed_in, field, text):
    answer = ben_signed_in.post("/accounts/profile/", {"display_name": "Ben", field: text})

    assert answer.status_code == 422
    assert "Leave out web and e-mail addresses" in answer.text


@pytest.mark.parametrize("name", ["J. R. Hartley", "Dr.", "J.R. of St. Ives", "Zoë O’Neill-Smith"])
def test_ordinary_names_pass(ben_signed_in, name):
    assert ben_signed_in.post("/accounts/profile/", {"display_name": name}).status_code == 302


def test_the_root_of_the_accounts_leads_to_the_overview(client):
    assert client.get("/accounts/").url == "/accounts/me/"
