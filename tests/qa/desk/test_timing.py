"""Publishing at a time: planned at the desk, done by the worker, ended by other decisions."""

from datetime import datetime, timedelta

import pytest
from django.conf import settings
from django.utils import timezone

from outbox.models import Message
from qa.models import Question, Schedule
from qa.scheduling import publish_due
from tests import factories
from tests.qa.desk.forms import post, row, url

pytestmark = pytest.mark.django_db
ANSWER = "Stretching helps some people."


@pytest.fixture
def tomorrow():
    return timezone.localtime().replace(second=0, microsecond=0) + timedelta(days=1)


@pytest.fixture
def planned(desk, question, tomorrow):
    post(desk, question, "schedule", answer=ANSWER, note="Sleep well.", publish_at=typed(tomorrow))
    question.refresh_from_db()
    return question


def typed(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M}"


def due(question) -> None:
    Schedule.objects.filter(question=question).update(at=timezone.now() - timedelta(seconds=1))


def plan(question) -> dict | None:
    return Schedule.objects.filter(question=question).values("at", "by", "note", "mails").first()


def decision_mails(question) -> int:
    return Message.objects.filter(about=question.about, purpose="decision").count()


def test_planned_question_waits_in_the_queue_with_its_time(desk, planned, tomorrow, cora):
    page = desk.get("/admin/qa/question/").text

    assert planned.status == "pending"
    assert plan(planned) == {"at": tomorrow, "by": cora.pk, "note": "Sleep well.", "mails": True}
    assert f"Goes out on {tomorrow:%-d %B, %H:%M}" in page
    assert "Do not publish it then" in desk.get(url(planned)).text
    assert publish_due() == 0
    assert decision_mails(planned) == 0


def test_worker_publishes_what_is_due_as_its_curator(planned, cora):
    due(planned)

    assert [publish_due(), publish_due()] == [1, 0]

    planned.refresh_from_db()
    event = planned.events.last()
    mail = Message.objects.get(about=planned.about, purpose="decision")
    assert planned.status == "published"
    assert (event.verb, event.actor, event.note) == ("publish", cora, "Sleep well.")
    assert ANSWER in mail.text
    assert "Sleep well." in mail.text
    assert plan(planned) is None


def test_undo_of_what_the_worker_published_does_not_publish_it_again(planned, cora):
    due(planned)
    publish_due()
    planned.refresh_from_db()

    planned.undo(by=cora)

    assert publish_due() == 0
    assert (planned.status, plan(planned)) == ("pending", None)


def test_worker_knows_it():
    assert ("qa.scheduling.publish_due", 30) in settings.RECURRING


@pytest.mark.parametrize("act", ["answer_privately", "request_changes", "decline", "merge", "spam"])
def test_every_other_decision_ends_the_plan_and_undo_brings_it_back(desk, planned, act, cora):
    fields = {"merge": {"target": str(factories.published(by=cora).pk)}, "request_changes": {}}
    before, then = row(planned), plan(planned)

    post(desk, planned, act, reason="Which side?", **fields.get(act, {}))
    ended = plan(planned)
    Question.objects.get(pk=planned.pk).undo(by=cora)

    assert (ended, plan(planned)) == (None, then)
    assert row(planned) == before


def test_asker_who_withdraws_ends_the_plan(planned):
    planned.withdraw()
    due(planned)

    assert publish_due() == 0
    assert plan(planned) is None


def test_unschedule_and_undo_and_a_new_time(desk, planned, tomorrow, cora):
    then = plan(planned)

    post(desk, planned, "unschedule")
    assert plan(planned) is None
    Question.objects.get(pk=planned.pk).undo(by=cora)
    assert plan(planned) == then

    post(desk, planned, "schedule", publish_at=typed(tomorrow + timedelta(days=1)))
    assert plan(planned)["at"] == tomorrow + timedelta(days=1)
    Question.objects.get(pk=planned.pk).undo(by=cora)
    assert plan(planned) == then


def test_unschedule_of_nothing_is_told(desk, question):
    assert post(desk, question, "unschedule").status_code == 409


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (lambda question: question.answers.update(body=" "), "There is no answer."),
        (
            lambda question: Question.objects.filter(pk=question.pk).update(title="Short"),
            "The title has fewer than 10 characters.",
        ),
        (
            lambda question: Question.objects.filter(pk=question.pk).update(body="Short"),
            "The question has fewer than 20 characters.",
        ),
        (
            lambda question: question.schedule.by.groups.clear(),
            "Cora may not publish any more.",
        ),
    ],
)
def test_what_cannot_go_out_says_why(second_desk, planned, spoil, reason):
    spoil(planned)
    due(planned)

    assert publish_due() == 0

    planned.refresh_from_db()
    assert (planned.status, plan(planned)) == ("pending", None)
    assert f"Did not go out: {reason}" in second_desk.get("/admin/qa/question/").text
    assert reason in second_desk.get(url(planned)).text
    assert decision_mails(planned) == 0


@pytest.mark.parametrize(
    ("when", "problem"),
    [
        ("", "Say when it is to go out."),
        ("soon", "Give day and time"),
        ("2020-01-01T09:00", "This time has passed."),
        ("9999-12-31T23:59", "Choose a time within a year."),
        ("99999-12-31T23:59", "Give day and time"),
        ("2027-13-01T09:00\x00", "Give day and time"),
    ],
)
def test_time_that_is_none_is_said_beside_the_field(desk, question, when, problem):
    response = post(desk, question, "schedule", answer=ANSWER, publish_at=when)

    assert response.status_code == 422
    assert problem in response.text
    assert ANSWER in response.text
    assert not Schedule.objects.exists()


def test_plan_without_a_mail(desk, question, tomorrow):
    post(desk, question, "schedule", answer=ANSWER, publish_at=typed(tomorrow), mails_shown="1")
    due(question)
    publish_due()

    assert (Question.objects.get(pk=question.pk).status, decision_mails(question)) == (
        "published",
        0,
    )
