"""Every decision taken back restores the row to the letter, and stops its mail."""

import pytest
from django.core.files.storage import storages

from outbox.models import Message
from qa import search
from tests import factories
from tests.qa.desk.forms import answer_rows, post, row, url

pytestmark = pytest.mark.django_db
ANSWER = "Stretching helps some people."
DECISIONS = {
    "publish": {},
    "answer_privately": {},
    "request_changes": {"reason": "Which side?"},
    "decline": {"reason": "Not for us."},
    "merge": {},
    "spam": {},
}


@pytest.fixture
def question(pictured, desk):
    """Suspected, opened by Cora, with a saved draft answer."""
    type(pictured).objects.filter(pk=pictured.pk).update(spam_reason="three links")
    desk.get(url(pictured))
    post(desk, pictured, "change", answer=ANSWER)
    return pictured


def undo(client, question):
    question.refresh_from_db()
    return client.post(url(question, "undo"), {"event": question.last_decision().pk})


@pytest.mark.parametrize("act", DECISIONS)
def test_undo_restores_the_row_and_stops_the_mail(
    desk, question, cora, act, django_capture_on_commit_callbacks
):
    target = factories.published(by=cora)
    before, answers = row(question), answer_rows(question)
    fields = DECISIONS[act] | ({"target": str(target.pk)} if act == "merge" else {})
    post(desk, question, act, **fields)
    assert row(question) != before

    with django_capture_on_commit_callbacks(execute=True):
        response = undo(desk, question)

    mails = Message.objects.filter(about=question.about, purpose="decision")
    event = question.events.last()
    assert response.headers["Location"] == url(question)
    assert row(question) == before
    assert answer_rows(question) == answers
    assert {mail.status for mail in mails} == (set() if act == "spam" else {"cancelled"})
    assert (event.verb, event.actor, event.to_status) == ("undo", cora, "pending")
    assert search.search("case")[1] == 1
    assert storages["public"].exists("") is False or storages["public"].listdir("")[0] == []
    hint = "" if act == "spam" else " No mail about it has left."
    assert f'<li class="success">Taken back.{hint}</li>' in desk.get(url(question)).text


def test_undo_of_unpublish_restores_the_row_and_the_public_pages(desk, question):
    post(desk, question, "publish")
    mail = Message.objects.get(about=question.about, purpose="decision")
    before = row(question)
    post(desk, question, "unpublish")

    undo(desk, question)

    mail.refresh_from_db()
    assert row(question) == before
    assert search.search("calves")[1] == 1
    assert question.images.exclude(public_key=None).count() == 2
    assert mail.status == "queued"


def test_undo_after_the_mail_has_left_says_so(desk, question):
    post(desk, question, "decline")
    mails = Message.objects.filter(about=question.about, purpose="decision")
    mails.update(status="sent", sent_at=question.submitted_at)

    undo(desk, question)

    question.refresh_from_db()
    assert question.status == "pending"
    assert "the mail about it had left already" in desk.get(url(question)).text


def test_undo_twice_is_told(desk, question):
    post(desk, question, "decline")
    undo(desk, question)

    response = desk.post(url(question, "undo"))

    question.refresh_from_db()
    assert (response.status_code, question.status) == (409, "pending")


def test_undo_of_nothing_is_told(desk, question):
    assert desk.post(url(question, "undo")).status_code == 409


def test_undo_of_publish_stops_the_mails_of_merged_askers_too(desk, question):
    other = factories.pending(email="zoe@example.org")
    post(desk, other, "merge", target=str(question.pk))
    post(desk, question, "publish")

    undo(desk, question)

    mails = Message.objects.filter(purpose="decision")
    other.refresh_from_db()
    assert {mail.to: mail.status for mail in mails} == {
        "ada@example.org": "cancelled",
        "zoe@example.org": "cancelled",
    }
    assert other.status == "merged"


def test_undo_works_where_a_reader_answered_meanwhile(desk, question, ben, cora):
    from qa.models import Answer

    post(desk, question, "publish")
    answer = Answer.objects.create(question=question, kind="reader", author=ben, body="Me too.")
    answer.publish(by=cora)

    undo(desk, question)

    question.refresh_from_db()
    assert question.status == "pending"


def test_erased_question_cannot_be_brought_back(desk, question):
    post(desk, question, "decline")
    question.refresh_from_db()
    question.erase()

    assert desk.post(url(question, "undo")).status_code == 409
    assert 'id="undo"' not in desk.get(url(question)).text
