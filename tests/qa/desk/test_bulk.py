"""One decision about several questions, and one undo for all of them."""

from datetime import timedelta

import pytest
from django.utils import timezone

from outbox.models import Message
from qa.models import Event, Question
from tests import factories
from tests.qa.desk.forms import row

pytestmark = pytest.mark.django_db
QUEUE = "/admin/qa/question/"


@pytest.fixture
def three(db):
    return [factories.pending(email=f"{name}@example.org") for name in ["ada", "bea", "zoe"]]


def keys(questions) -> list[str]:
    rows = Question.objects.filter(pk__in=[question.pk for question in questions])
    return [f"{pk}.{revision}" for pk, revision in rows.values_list("pk", "revision")]


def bulk(desk, act: str, questions, **fields):
    return desk.post(f"{QUEUE}bulk/{act}/", {"chosen": keys(questions)} | fields)


def undo(desk):
    batch = Event.objects.exclude(batch=None).latest("pk").batch
    return desk.post(f"{QUEUE}undo-batch/{batch}/", follow=True)


def states() -> set[str]:
    return set(Question.objects.values_list("status", flat=True))


def test_spam_puts_all_ticked_away_and_one_undo_brings_all_back(desk, three):
    left = factories.pending()
    before = [row(question) for question in three]

    response = bulk(desk, "spam", three, shown="state=pending&forged=x")

    assert response.headers["Location"] == f"{QUEUE}?state=pending"
    assert Question.objects.filter(status="spam").count() == 3
    assert Question.objects.get(pk=left.pk).status == "pending"
    page = desk.get(response.headers["Location"]).text
    assert "3 questions put away as spam; nobody is mailed." in page
    assert '<button class="desk-undo" form="undo-batch"' in page
    assert "3 taken back." in undo(desk).text
    assert [row(question) for question in three] == before


def test_decline_mails_the_words_to_each_and_undo_stops_all(desk, three, cora):
    bulk(desk, "decline", three, reason="Your doctor can tell you more.")

    mails = Message.objects.filter(purpose="decision")
    events = Event.objects.filter(verb="decline")
    assert states() == {"declined"}
    assert {mail.to for mail in mails} == {f"{name}@example.org" for name in ["ada", "bea", "zoe"]}
    assert all("Your doctor can tell you more." in mail.text for mail in mails)
    assert all(mail.not_before > timezone.now() + timedelta(seconds=50) for mail in mails)
    assert len({event.batch for event in events}) == 1
    assert {event.actor for event in events} == {cora}

    undo(desk)

    assert states() == {"pending"}
    assert set(mails.values_list("status", flat=True)) == {"cancelled"}


def test_move_and_assign_and_undo(desk, three, cleo):
    topic = factories.topic("epsom-salt")
    before = [row(question) for question in three]

    bulk(desk, "move-topic", three, topic=str(topic.pk))
    assert set(Question.objects.values_list("topic", flat=True)) == {topic.pk}
    undo(desk)
    bulk(desk, "assign", three, person=str(cleo.pk))
    assert set(Question.objects.values_list("assigned_to", flat=True)) == {cleo.pk}
    undo(desk)

    assert [row(question) for question in three] == before


def test_assign_to_nobody(desk, three, cleo, cora):
    three[0].assign(cleo, by=cora)

    bulk(desk, "assign", three[:1], person="nobody")

    assert Question.objects.get(pk=three[0].pk).assigned_to is None


def test_what_changed_meanwhile_is_left_alone_and_named(desk, three, cora):
    chosen = {"chosen": keys(three)}
    three[1].edit(by=cora, title="Changed since", body=three[1].body, answer="")

    page = desk.post(f"{QUEUE}bulk/spam/", chosen, follow=True).text

    assert Question.objects.filter(status="spam").count() == 2
    assert (
        f"Left alone, as changed meanwhile or not to be decided so: {three[1].reference_number}"
        in (page)
    )


def test_undo_leaves_what_was_decided_since(desk, three, cora):
    bulk(desk, "move-topic", three, topic=str(factories.topic("epsom-salt").pk))
    since = Question.objects.get(pk=three[0].pk)
    since.decline(by=cora)

    page = undo(desk).text

    assert "2 taken back." in page
    assert f"Not taken back, as something was decided since: {since.reference_number}." in page
    assert Question.objects.get(pk=since.pk).status == "declined"


@pytest.mark.parametrize(
    ("act", "fields", "problem"),
    [
        ("spam", {"chosen": []}, "Tick the questions first."),
        ("spam", {"chosen": ["x", "1", "9" * 30 + ".1"]}, "Tick the questions first."),
        ("move-topic", {"topic": ""}, "Choose a topic."),
        ("move-topic", {"topic": "9" * 15}, "Choose a topic."),
        ("assign", {"person": "x"}, "Choose who is to answer."),
    ],
)
def test_what_is_missing_is_said_and_everything_typed_is_kept(desk, three, act, fields, problem):
    ticked = {"chosen": keys(three), "reason": "Half a reason", "shown": "state=all"}

    response = desk.post(f"{QUEUE}bulk/{act}/", ticked | fields)

    assert response.status_code == 422
    assert problem in response.text
    assert "Half a reason</textarea>" in response.text
    assert response.text.count(" checked") == (0 if "chosen" in fields else 3)
    assert states() == {"pending"}


def test_assign_to_somebody_who_is_no_curator_is_refused(desk, three, ben):
    assert bulk(desk, "assign", three, person=str(ben.pk)).status_code == 422


def test_reason_that_is_too_long_is_said(desk, three):
    response = bulk(desk, "decline", three, reason="x" * 4001)

    assert response.status_code == 422
    assert "at most 4000 characters" in response.text


@pytest.mark.parametrize("act", ["spam", "decline", "move-topic", "assign"])
def test_bulk_is_for_curators_and_by_post(client, desk, three, ben, act):
    assert desk.get(f"{QUEUE}bulk/{act}/").headers["Location"] == QUEUE
    client.force_login(ben, "allauth.account.auth_backends.AuthenticationBackend")

    assert bulk(client, act, three).status_code == 302
    assert states() == {"pending"}


def test_undo_of_an_unknown_batch_is_not_found(desk):
    assert desk.post(f"{QUEUE}undo-batch/{'0' * 8}-0000-0000-0000-{'0' * 12}/").status_code == 404
