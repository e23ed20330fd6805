"""How long an asker is told to wait."""

from datetime import timedelta

import pytest
from django.utils import timezone

from outbox.models import Message
from qa.asking.story import expected
from qa.models import Event, Question, SiteProfile, Topic
from tests import factories
from tests.qa.asking.conftest import url

pytestmark = pytest.mark.django_db


def answered_after(*days: float, ago: float = 1, **fields) -> None:
    """Questions that waited so many days, and were answered `ago` days ago."""
    for wait in days:
        question = factories.published(**fields)
        at = timezone.now() - timedelta(days=ago)
        question.events.filter(verb="publish").update(created_at=at)
        Question.objects.filter(pk=question.pk).update(submitted_at=at - timedelta(days=wait))


def told() -> int:
    Topic.measure_replies()
    return Topic.objects.get().reply_days


def test_median_of_the_last_90_days_in_whole_days():
    answered_after(0.2, 1, 2.3, 9, 40)

    assert told() == 3


def test_an_answer_within_the_hour_still_makes_a_day():
    answered_after(0.01, 0.01, 0.01, 0.01, 0.01)

    assert told() == 1


def test_too_few_answers_leave_it_to_the_site():
    SiteProfile.objects.create(pk=1, expected_reply_days=6)
    answered_after(2, 2, 2, 2)
    answered_after(2, ago=91)

    assert told() == 6


def test_what_is_set_on_the_topic_goes_before_what_was_measured():
    answered_after(2, 2, 2, 2, 2)
    Topic.objects.update(expected_reply_days=12)

    assert told() == 12


def test_answers_to_other_topics_do_not_count():
    answered_after(2, 2, 2, 2, 2, topic=factories.topic("salt"))
    factories.topic("sleep")
    Topic.measure_replies()

    days = dict(Topic.objects.values_list("slug", "measured_reply_days"))
    assert days == {"salt": 2, "sleep": None}


def test_a_decision_taken_back_and_a_second_publishing_do_not_count(cora):
    answered_after(2, 2, 2, 2)
    again = factories.published()
    again.events.filter(verb="publish").update(created_at=timezone.now() - timedelta(days=200))
    again.unpublish(by=cora)
    again.publish(by=cora)
    undone = factories.published()
    undone.undo(by=cora)

    assert Event.objects.first_answers().count() == 5
    assert told() == 7  # four are too few


def test_asker_reads_the_same_number_everywhere(client):
    topic = factories.topic()
    Topic.objects.update(measured_reply_days=4)
    topic.refresh_from_db()
    draft = factories.draft(topic=topic)
    form = client.get(f"/topics/{topic.slug}/ask/").text
    check = client.get(url(draft, "preview/")).text
    draft.submit()
    mail = Message.objects.get()

    assert "within about 4 days" in form
    assert "within about 4 days" in check
    assert "within about 4 days" in mail.text
    assert "within about 4 days" in mail.html
    assert expected(draft) == timezone.localdate() + timedelta(days=4)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"expected_reply_days": 1}, "1 day, as set here."),
        ({"measured_reply_days": 4}, "4 days: what answers took in the last 90 days"),
        ({}, "7 days, by the site’s profile"),
    ],
)
def test_topic_s_form_says_what_askers_are_told(desk, fields, words):
    topic = factories.topic(**fields)

    assert words in desk.get(f"/admin/qa/topic/{topic.pk}/change/").text
