"""The numbers on the admin's first page: right, few queries, readable as tables."""

import re
import time
from datetime import UTC, date, datetime, timedelta
from html import unescape

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from qa.desk import numbers, plots, readership
from qa.models import Answer, DayCount, Event, Question
from tests import factories

pytestmark = pytest.mark.django_db
What = DayCount.What
NOW = datetime(2026, 3, 11, 12, tzinfo=UTC)  # a Wednesday


@pytest.fixture
def now(monkeypatch):
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)


def sent(at: datetime, **fields) -> Question:
    question = factories.pending(**fields)
    Question.objects.filter(pk=question.pk).update(submitted_at=at)
    return question


def answered(at: datetime, waited: timedelta, verb: str = "publish") -> Question:
    """A question that was answered at this moment."""
    question = factories.published() if verb == "publish" else factories.pending()
    if verb != "publish":
        question.events.create(verb=verb, role="curator", to_status="answered")
    question.events.filter(verb=verb).update(created_at=at)
    Question.objects.filter(pk=question.pk).update(submitted_at=at - waited)
    return question


def page(client) -> str:
    return client.get("/admin/").text


def table(html: str, after: str) -> list[list[str]]:
    """The cells of the first table after some words, row by row."""
    body = html.partition(after)[2].partition("<tbody>")[2].partition("</tbody>")[0]
    rows = re.findall(r"<tr>(.*?)</tr>", body, re.S)
    cells = [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.S) for row in rows]
    return [[unescape(re.sub(r"<[^>]*>", "", cell)).strip() for cell in row] for row in cells]


class TestWeeks:
    def test_begin_on_monday_at_the_site_s_midnight(self, now, settings):
        settings.TIME_ZONE = "America/New_York"
        timezone.get_default_timezone.cache_clear()
        try:
            sent(datetime(2026, 3, 9, 3, 59, tzinfo=UTC))  # still Sunday there
            sent(datetime(2026, 3, 9, 4, 1, tzinfo=UTC))  # summer time since the day before

            weeks = numbers.weekly().weeks
        finally:
            settings.TIME_ZONE = "UTC"
            timezone.get_default_timezone.cache_clear()

        assert [(week.monday, week.received) for week in weeks[-2:]] == [
            (date(2026, 3, 2), 1),
            (date(2026, 3, 9), 1),
        ]

    def test_there_are_26_and_older_ones_do_not_count(self, now):
        sent(NOW - timedelta(weeks=27))
        sent(NOW - timedelta(weeks=25))

        weeks = numbers.weekly().weeks

        assert len(weeks) == 26
        assert [week.received for week in weeks] == [1] + [0] * 25

    def test_median_and_ninetieth_percentile_of_the_week_of_the_answer(self, now):
        for days in range(1, 11):
            answered(NOW - timedelta(days=1), timedelta(days=days))
        answered(NOW - timedelta(days=7), timedelta(hours=5), "answer_privately")

        last, this = numbers.weekly().weeks[-2:]

        assert (this.answered, this.median, this.ninety) == (
            10,
            timedelta(days=5.5),
            timedelta(days=9),
        )
        assert (last.answered, last.median, last.ninety) == (
            1,
            timedelta(hours=5),
            timedelta(hours=5),
        )

    def test_what_was_taken_back_is_no_answer(self, now, cora):
        factories.published().undo(by=cora)

        assert sum(week.answered for week in numbers.weekly().weeks) == 0

    def test_hours_where_all_is_quick_days_where_not(self, now):
        answered(NOW, timedelta(hours=30))
        assert numbers.weekly().unit == "hours"
        answered(NOW, timedelta(hours=90))
        assert numbers.weekly().unit == "days"


def test_ages_of_what_waits():
    for hours in (1, 30, 50, 24 * 10, 24 * 200):
        sent(timezone.now() - timedelta(hours=hours))
    factories.published()

    assert [row.number for row in numbers.ages()] == [1, 1, 1, 0, 1, 0, 1]
    assert numbers.ages()[0].share == 100


def test_decisions_by_kind_as_they_stand(cora):
    factories.published()
    for _ in range(2):
        factories.pending().decline(by=cora)
    spam = factories.pending()
    spam.mark_spam(by=cora)
    spam.undo(by=cora)

    assert [(row.name, row.number) for row in numbers.decisions()] == [
        ("Published", 1),
        ("Answered privately", 0),
        ("Changes asked for", 0),
        ("Declined", 2),
        ("Merged", 0),
        ("Marked as spam", 0),
    ]


def test_topics_that_wait_most_first(cora):
    salt, sleep = factories.topic("salt"), factories.topic("sleep")
    factories.published(topic=salt)
    factories.pending(topic=salt)
    for _ in range(2):
        factories.pending(topic=sleep)
    factories.published()

    rows = [tuple(row.values()) for row in numbers.topics()]

    assert rows == [(sleep.pk, "Sleep", 2, 2, 0), (salt.pk, "Salt", 1, 2, 1)]


@pytest.mark.parametrize(
    ("greatest", "top"), [(0, 2), (2, 2), (3, 4), (7, 8), (11, 12), (61, 80), (101, 120), (0.4, 2)]
)
def test_scale_ends_at_an_even_round_number(greatest, top):
    assert plots.nice([greatest, 0]) == top


def test_bars_stand_beside_each_other_or_one_in_front_of_the_other():
    beside, within = plots.beside([(4, 2), (0, 1)]), plots.within([(4, 2)])

    assert [(bar.series, bar.x, bar.y, bar.width, bar.height) for bar in beside.bars] == [
        (1, 1, 0, 4, 100),
        (2, 5, 50, 4, 50),
        (2, 15, 75, 4, 25),
    ]
    assert [(bar.series, bar.x, bar.width) for bar in within.bars] == [(1, 1, 8), (2, 1, 8)]


def count(what: str, subject: object, number: int, days_ago: int = 0) -> None:
    day = timezone.localdate() - timedelta(days=days_ago)
    DayCount.objects.create(day=day, what=what, subject=str(subject), number=number)


def test_searches_are_added_up_over_90_days():
    count(What.SEARCH_FOUND_NOTHING, "zinc", 2)
    count(What.SEARCH_FOUND_NOTHING, "zinc", 3, days_ago=89)
    count(What.SEARCH_FOUND_NOTHING, "zinc", 7, days_ago=90)
    count(What.SEARCH_FOUND_NOTHING, "statin", 6)
    count(What.SEARCH_FOUND_NOTHING, "", 9)
    count(What.SEARCH_LED_NOWHERE, "salt", 1)

    readers = readership.readership()

    assert readers.found_nothing == [
        {"subject": "statin", "times": 6},
        {"subject": "zinc", "times": 5},
    ]
    assert readers.led_nowhere == [{"subject": "salt", "times": 1}]
    assert (readers.totals["found_nothing"], readers.totals["led_nowhere"]) == (20, 1)


def test_at_most_20_phrases():
    for number in range(25):
        count(What.SEARCH_FOUND_NOTHING, f"word {number}", number + 1)

    phrases = readership.readership().found_nothing

    assert (len(phrases), phrases[0]["subject"], phrases[-1]["subject"]) == (
        20,
        "word 24",
        "word 5",
    )


def test_answers_that_readers_said_something_about():
    liked, disliked = factories.published(), factories.published()
    count(What.HELPED, liked.pk, 8)
    count(What.ALREADY_ANSWERED, liked.pk, 2)
    count(What.DID_NOT_HELP, disliked.pk, 3)
    count(What.SAME_HERE, disliked.pk, 4)
    count(What.DID_NOT_HELP, 10**6, 5)  # of a question that is gone
    count(What.DID_NOT_HELP, "", 1)

    rows = [tuple(row.values())[1:] for row in readership.readership().answers]

    assert rows == [(0, 3, 4, 0, disliked), (8, 0, 0, 2, liked)]


class TestReview:
    @pytest.fixture
    def due(self):
        question = factories.published()
        past = timezone.localdate() - timedelta(days=1)
        question.answers.update(reviewed_at="2024-01-02", review_due_at=past)
        return question

    def test_due_answers_are_listed_longest_first(self, desk, due, cora):
        older, hidden = factories.published(), factories.published()
        Answer.objects.filter(question__in=[older, hidden]).update(review_due_at="2025-01-01")
        hidden.unpublish(by=cora)
        factories.published()

        html = page(desk)

        assert [answer.question for answer in readership.due_for_review()] == [older, due]
        assert "2 answers are due for another look" in html
        assert "reviewed 2 January 2024" in html

    def test_reviewed_today_stamps_the_dates(self, desk, due, cora):
        response = desk.post(f"/admin/qa/question/{due.pk}/reviewed/")

        answer, today = due.answers.get(), timezone.localdate()
        event = due.events.last()
        assert (response.status_code, response.url) == (302, "/admin/")
        assert (answer.reviewed_at, answer.review_due_at) == (today, today + timedelta(days=730))
        assert (event.verb, event.actor, event.answer) == ("review", cora, answer)
        assert "is reviewed today" in page(desk)
        assert due.last_decision().verb == "publish"

    def test_an_answer_that_is_no_longer_public_is_not_stamped(self, desk, due, cora):
        due.unpublish(by=cora)

        desk.post(f"/admin/qa/question/{due.pk}/reviewed/")

        assert str(due.answers.get().reviewed_at) == "2024-01-02"
        assert "no longer published" in page(desk)
        assert not due.events.filter(verb="review").exists()

    def test_getting_it_changes_nothing(self, desk, due):
        response = desk.get(f"/admin/qa/question/{due.pk}/reviewed/")

        assert response.url == f"/admin/qa/question/{due.pk}/change/"
        assert str(due.answers.get().reviewed_at) == "2024-01-02"

    def test_only_curators(self, client, due, settings):
        settings.STAFF_MFA = False
        editor = factories.member("Eve", is_staff=True)
        client.force_login(editor, "allauth.account.auth_backends.AuthenticationBackend")

        assert client.post(f"/admin/qa/question/{due.pk}/reviewed/").status_code == 403
        assert str(due.answers.get().reviewed_at) == "2024-01-02"


def test_page_has_every_plot_as_a_table(desk, now):
    answered(NOW - timedelta(days=1), timedelta(days=3))
    count(What.SEARCH_FOUND_NOTHING, "zinc & <salt>", 2)

    html = page(desk)

    assert table(html, "Questions each week, as a table")[0] == ["9 Mar 2026", "0", "1"]
    took = table(html, "How long answers took, as a table")
    assert took[0] == ["9 Mar 2026", "3.0 days", "3.0 days"]
    assert len(table(html, 'aria-labelledby="ages"')) == 7
    assert table(html, 'aria-labelledby="decisions"')[0][:2] == ["Published", "1"]
    assert table(html, 'aria-labelledby="nothing"') == [["zinc & <salt>", "2"]]
    assert 'href="/search/?q=zinc%20%26%20%3Csalt%3E"' in html
    assert "style=" not in html
    assert "<script" not in html.partition('id="content"')[2].partition("</main>")[0]


def test_page_of_a_new_site_is_calm(desk):
    html = page(desk)

    assert "None so far." in html
    assert "due for another look" not in html


def test_editor_without_the_right_to_answer_sees_no_numbers(client, settings):
    settings.STAFF_MFA = False
    editor = factories.member("Eve", is_staff=True)
    client.force_login(editor, "allauth.account.auth_backends.AuthenticationBackend")

    assert "Searches that found nothing" not in page(client)


def ten_thousand(by) -> None:
    topics = [factories.topic(f"topic-{number}") for number in range(10)]
    now = timezone.now()
    Question.objects.bulk_create(
        [
            Question(
                topic=topics[number % 10],
                title=f"Question {number}",
                status="pending" if number % 5 == 0 else "published",
                submitted_at=now - timedelta(hours=number % 4000),
                published_at=now,
                slug="q",
            )
            for number in range(10_000)
        ],
        batch_size=500,
    )
    published = Question.objects.published()
    Event.objects.bulk_create(
        [Event(question=row, verb="publish", role="curator", actor=by) for row in published],
        batch_size=500,
    )
    due = timezone.localdate()
    Answer.objects.bulk_create(
        [Answer(question=row, body="Yes.", review_due_at=due) for row in published], batch_size=500
    )
    DayCount.objects.bulk_create(
        DayCount(day=due, what=What.HELPED, subject=row.pk, number=1) for row in published[:1000]
    )


def test_ten_thousand_questions_take_20_queries_and_300_ms(desk, cora):
    ten_thousand(cora)
    page(desk)
    times = []
    for _ in range(5):
        with CaptureQueriesContext(connection) as queries:
            began = time.process_time()
            html = page(desk)
            times.append(time.process_time() - began)

    assert "8,000 answers are due" in html
    assert len(queries) <= 20
    assert min(times) < 0.3  # seconds of this process: others may be at work beside it
