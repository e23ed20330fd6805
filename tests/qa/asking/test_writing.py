"""Ada writes to the curator about a question that was sent."""

import pytest

from qa.models import FollowUp
from tests import factories
from tests.qa.asking.conftest import url

pytestmark = pytest.mark.django_db
WORDS = "I forgot: it began in May."


def test_message_is_kept_and_reopens_nothing(client):
    question = factories.published()

    response = client.post(url(question, "write/"), {"text": f"  {WORDS}\r\nBoth legs.\x00 "})

    question.refresh_from_db()
    [written] = FollowUp.objects.waiting()
    page = client.get(response.headers["Location"]).text
    assert (response.status_code, question.status) == (303, "published")
    assert written.text == f"{WORDS}\nBoth legs."
    assert (written.question, written.from_asker) == (question, True)
    assert question.events.last().verb == "write"
    assert question.events.last().note == ""
    assert "Your message is with us." in page
    assert "I forgot: it began in May.<br>Both legs." in page


@pytest.mark.parametrize(
    ("text", "problem"),
    [("  ", "Write your message first."), ("x" * 4001, "“Your message” is too long")],
)
def test_what_is_wrong_is_said_beside_the_field(client, text, problem):
    question = factories.pending()

    response = client.post(url(question, "write/"), {"text": text})

    assert response.status_code == 422
    assert problem in response.text
    assert text.strip() in response.text
    assert "<title>Error: " in response.text
    assert not FollowUp.objects.exists()


def test_sixth_message_of_an_hour_is_refused_and_kept_in_the_field(client, limited):
    question = factories.pending()
    for _ in range(5):
        assert client.post(url(question, "write/"), {"text": WORDS}).status_code == 303

    response = client.post(url(question, "write/"), {"text": "And a sixth."})

    assert response.status_code == 429
    assert int(response.headers["Retry-After"]) > 0
    assert "And a sixth.</textarea>" in response.text
    assert "Please send it again in" in response.text
    assert FollowUp.objects.count() == 5


def test_spam_and_drafts_cannot_be_written_about(client, cora):
    spam, draft = factories.pending(), factories.draft()
    spam.mark_spam(by=cora)

    for question in [spam, draft]:
        assert client.post(url(question, "write/"), {"text": WORDS}).status_code == 409
        assert "Send the message" not in client.get(url(question)).text
    assert not FollowUp.objects.exists()


def test_get_leads_to_the_page(client):
    question = factories.pending()

    assert client.get(url(question, "write/")).headers["Location"] == url(question)


def test_words_between_the_two_are_on_no_public_page(client, cora):
    question = factories.published()
    question.write(WORDS)
    question.follow_ups.get().reply(by=cora, text="Then it may be the heat.")

    private = client.get(url(question)).text
    public = client.get(question.get_absolute_url()).text + client.get("/feed/").text

    assert WORDS in private
    assert "Then it may be the heat." in private
    assert "it began in May" not in public
    assert "may be the heat" not in public
    assert "cora@example.org" not in private


def test_erasing_and_making_anonymous_forget_them(cora):
    for forget in ["erase", "anonymise"]:
        question = factories.published()
        question.write(WORDS)
        question.follow_ups.get().reply(by=cora, text="Thank you.")
        question.unsaved_edits.create(by=cora, revision=1, fields={"note": "Dear Ada"})
        getattr(question, forget)()

        assert (question.follow_ups.count(), question.unsaved_edits.count()) == (0, 0)
