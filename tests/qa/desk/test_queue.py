"""The queue: what it shows, in which order, and at what cost."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from qa.models import Answer, Image, Question
from tests import factories

pytestmark = pytest.mark.django_db
QUEUE = "/admin/qa/question/"


def waiting(hours: float, **fields) -> Question:
    question = factories.pending(**fields)
    then = timezone.now() - timedelta(hours=hours)
    Question.objects.filter(pk=question.pk).update(submitted_at=then)
    return question


def listed(response) -> list[int]:
    return [question.pk for question in response.context["cl"].result_list]


def test_queue_shows_all_that_waits_oldest_first(desk):
    newest = waiting(1)
    oldest = waiting(60, spam_reason="too fast")
    unconfirmed = waiting(30)
    published = factories.published()
    factories.draft(title="A draft that nobody but Ada may see")

    response = desk.get(QUEUE)

    assert listed(response) == [oldest.pk, unconfirmed.pk, newest.pk]
    assert str(published) not in response.text
    assert "A draft that nobody" not in response.text


def test_queue_row_says_what_a_curator_wants_to_know(desk, cleo):
    question = factories.confirmed(waiting(49, spam_reason="three links"))
    question.claim(by=cleo)
    Image(question=question, alt="My calf").store(factories.picture())
    waiting(1)

    page = desk.get(QUEUE).text

    assert question.reference_number in page
    assert "Causes of muscle cramps" in page
    assert "It wakes me twice a week, mostly in the left leg." in page
    assert "Spam? three links" in page
    assert "E-mail confirmed" in page
    assert "E-mail not confirmed" in page
    assert "Cleo has it" in page
    assert "1 picture<" in page
    assert "asked before: 1 from this address" in page
    assert f"/admin/qa/question/{question.pk}/images/" in page


@pytest.mark.parametrize(
    ("hours", "heat"), [(1, None), (23.9, None), (24, "warm"), (47.9, "warm"), (48, "hot")]
)
def test_queue_age_turns_warm_and_hot(desk, hours, heat):
    waiting(hours)

    page = desk.get(QUEUE).text

    assert ("queue__row--warm" in page, "queue__row--hot" in page) == (
        heat == "warm",
        heat == "hot",
    )


def test_queue_drafts_are_nowhere(desk):
    factories.draft()

    assert listed(desk.get(QUEUE + "?state=all")) == []
    assert listed(desk.get(QUEUE + "?state=draft")) == []


def test_queue_filters_by_state_and_topic_with_counts(desk):
    here = waiting(2)
    there = waiting(1, topic=factories.topic("epsom-salt"))
    published = factories.published(topic=there.topic)

    page = desk.get(QUEUE)
    of_topic = desk.get(f"{QUEUE}?topic={there.topic_id}")
    all_of_topic = desk.get(f"{QUEUE}?state=all&topic={there.topic_id}")

    states, topics = (list(spec.choices(page.context["cl"])) for spec in specs(page)[:2])
    assert [(c["display"], c["count"]) for c in states] == [
        ("Waiting for an answer", 2),
        ("Published", 1),
        ("All", 3),
    ]
    assert [(c["display"], c["count"]) for c in topics] == [
        ("All topics", 2),
        ("Causes of muscle cramps", 1),
        ("Epsom salt", 1),
    ]
    assert listed(page) == [here.pk, there.pk]
    assert listed(of_topic) == [there.pk]
    assert listed(all_of_topic) == [published.pk, there.pk]


def specs(response) -> list:
    return response.context["cl"].filter_specs


@pytest.mark.parametrize(
    "query", ["state=nonsense", "topic=x", "topic=99999999999999999999", "p=x"]
)
def test_queue_forged_filter_shows_what_waits(desk, query):
    question = waiting(1)

    response = desk.get(f"{QUEUE}?{query}")

    assert (response.status_code, listed(response)) == (200, [question.pk])


def test_queue_searches_every_state_by_title_body_email_and_number(desk):
    found = factories.published(
        title="Why do toes curl?", body="Only the big ones, at dawn.", email="zoe@example.org"
    )
    waiting(1)

    for words in ["toes curl", "BIG ones", "zoe@example", f"Q-{found.pk:06d}", str(found.pk)]:
        assert found.pk in listed(desk.get(QUEUE, {"q": words})), words
    assert listed(desk.get(QUEUE, {"q": "nothing of the kind"})) == []


def test_queue_shows_how_many_reader_answers_wait(desk, ben):
    question = factories.published()
    Answer.objects.create(question=question, kind="reader", author=ben, body="Try a warm bath.")

    assert "1 reader answer waits too" in desk.get(QUEUE).text
    assert "1 reader answer waits<" in desk.get(QUEUE + "?state=published").text


def test_queue_of_fifty_rows_takes_at_most_ten_queries(
    desk, django_assert_max_num_queries, cora, cleo, settings
):
    settings.STAFF_MFA = True
    factories.second_factor(desk, cora)
    for number in range(50):
        question = waiting(number, topic=factories.topic(f"topic-{number % 5}"))
        question.claim(by=cleo)
        Image.objects.create(question=question, width=640, height=480)
    desk.get(QUEUE)

    with django_assert_max_num_queries(10):
        response = desk.get(QUEUE)

    assert response.text.count('class="queue__row') == 50


def test_queue_has_no_add_and_no_delete(desk):
    question = waiting(1)

    assert desk.get(QUEUE + "add/").status_code == 403
    assert desk.post(f"{QUEUE}{question.pk}/delete/", {"post": "yes"}).status_code == 403
    desk.post(QUEUE, {"action": "delete_selected", "_selected_action": [question.pk]})
    assert Question.objects.filter(pk=question.pk).exists()
    assert "/add/" not in desk.get(QUEUE).text


def test_overview_counts_what_waits_and_what_is_stuck(desk, cora, ben):
    from outbox.models import Message

    waiting(50)
    question = factories.published(by=cora)
    taken_back = factories.published(by=cora)
    taken_back.undo(by=cora)
    Answer.objects.create(question=question, kind="reader", author=ben, body="Try a warm bath.")
    Message.objects.filter(about=question.about).update(status="failed")

    page = " ".join(desk.get(reverse("admin:index")).text.split())

    assert "<strong>2</strong> questions wait" in page
    assert "the oldest for 2 days, 2 hours" in page
    assert "<strong>1</strong> reader answer waits" in page
    assert "<strong>1</strong> answered in the last 7 days" in page
    assert "<strong>2</strong> mails need a look" in page


def test_the_stock_history_leads_to_the_answer_page(desk):
    question = factories.pending()

    response = desk.get(f"{QUEUE}{question.pk}/history/")

    assert (response.status_code, response.url) == (302, f"{QUEUE}{question.pk}/change/")
