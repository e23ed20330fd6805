"""“Did this help?”, “I have this too”: counted once, without a cookie, without knowing who."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from qa.models import DayCount, Question, Trace
from qa.models.trace import day_mark
from tests import factories

pytestmark = pytest.mark.django_db
HERE = {"Origin": "http://testserver"}


@pytest.fixture
def reader():
    return Client(enforce_csrf_checks=True)


def counts() -> dict:
    return {row.what: row.number for row in DayCount.objects.all()}


def say(client, question, word: str, **extra):
    path = f"/helped/{question.pk}/"
    return client.post(path, {"helped": word}, headers=HERE, **extra)


def test_yes_and_no_lead_back_to_the_answer_and_are_counted(reader):
    question = factories.published()

    yes = say(reader, question, "yes")
    no = say(reader, question, "no")

    assert (yes.status_code, yes.url) == (303, f"{question.get_absolute_url()}#thanks")
    assert no.url == yes.url
    assert counts() == {"helped": 1, "did_not_help": 1}
    assert set(DayCount.objects.values_list("subject", flat=True)) == {str(question.pk)}
    assert not yes.cookies
    assert "no-store" in yes["Cache-Control"]


def test_page_asks_and_stays_the_same_bytes(reader):
    question = factories.published()
    before = reader.get(question.get_absolute_url())

    say(reader, question, "yes")
    after = reader.get(question.get_absolute_url())

    assert f'action="/helped/{question.pk}/"' in before.text
    assert 'id="thanks"' in before.text
    assert before.content == after.content
    assert not after.cookies


def test_one_visitor_counts_once_a_day_for_each_answer(reader, limited, monkeypatch):
    first, second = factories.published(), factories.published()
    now = datetime(2026, 3, 11, 23, 50, tzinfo=UTC)
    monkeypatch.setattr("django.utils.timezone.now", lambda: now)

    for word in ("yes", "yes", "no"):
        assert say(reader, first, word).status_code == 303
    say(reader, second, "yes")
    say(reader, first, "no", REMOTE_ADDR="192.0.2.7")
    assert list(DayCount.objects.order_by("pk").values_list("what", "subject", "number")) == [
        ("helped", str(first.pk), 1),
        ("helped", str(second.pk), 1),
        ("did_not_help", str(first.pk), 1),
    ]

    now += timedelta(minutes=20)
    say(reader, first, "yes")
    assert DayCount.objects.filter(what="helped", subject=first.pk).count() == 2


def test_nothing_stored_leads_to_the_reader_or_from_one_answer_to_another(reader, limited):
    first, second = factories.published(), factories.published()

    say(reader, first, "yes")
    say(reader, second, "yes")

    marks = set(Trace.objects.values_list("mark", flat=True))
    assert len(marks) == 2
    assert not any("127.0.0.1" in mark for mark in marks)


def test_mark_is_another_one_tomorrow(monkeypatch):
    monkeypatch.setattr("django.utils.timezone.now", lambda: datetime(2026, 3, 11, 12, tzinfo=UTC))
    today = day_mark("192.0.2.7", "helped 1")
    assert today == day_mark("192.0.2.7", "helped 1")
    monkeypatch.setattr("django.utils.timezone.now", lambda: datetime(2026, 3, 12, 12, tzinfo=UTC))
    assert today != day_mark("192.0.2.7", "helped 1")


def test_i_have_this_too_is_counted_once_a_day_beside_a_yes(reader, limited):
    question = factories.published()

    for word in ("too", "yes", "too"):
        said = say(reader, question, word)
        assert (said.status_code, said.url) == (303, f"{question.get_absolute_url()}#thanks")
        assert not said.cookies
    say(reader, question, "too", REMOTE_ADDR="192.0.2.7")

    assert counts() == {"same_here": 2, "helped": 1}


def test_a_page_tells_from_three_on_how_many_have_it_too_and_changes_once_a_day(reader):
    asked = [factories.published() for _ in range(2)]
    pages = [question.get_absolute_url() for question in asked]
    today = timezone.localdate()
    for question, number, days in [(0, 1, 0), (0, 2, 364), (0, 9, 365), (1, 2, 0)]:
        day = today - timedelta(days=days)
        DayCount.objects.create(
            day=day, what="same_here", subject=asked[question].pk, number=number
        )
    DayCount.objects.add(DayCount.What.SAME_HERE, 10**6)  # of a question that is gone
    before = reader.get(pages[0]).text
    assert 'name="helped" value="too"' in before
    assert "Readers said so" not in before

    Question.count_same_here()

    assert "Readers said so 3 times in the last year." in reader.get(pages[0]).text
    assert "Readers said so" not in reader.get(pages[1]).text

    with CaptureQueriesContext(connection) as queries:
        say(reader, asked[0], "too")
    # No public row, so no page is made anew for the sake of a number (config/edition.py)
    sent = [row["sql"].split() for row in queries]
    written = [words[:3] for words in sent if words[0] in {"INSERT", "UPDATE"}]
    assert written == [["INSERT", "INTO", "qa_daycount"]]
    assert "said so 3 times" in reader.get(pages[0]).text

    DayCount.objects.all().delete()
    Question.count_same_here()
    assert set(Question.objects.values_list("same_here", flat=True)) == {None}


@pytest.mark.parametrize("data", [{}, {"helped": "maybe"}, {"helped": "\x00"}, {"helped": "YES"}])
def test_anything_else_is_not_counted(reader, data):
    question = factories.published()

    response = reader.post(f"/helped/{question.pk}/", data, headers=HERE)

    assert (response.status_code, response.url) == (303, question.get_absolute_url())
    assert counts() == {}


def test_coming_by_address_counts_nothing(reader):
    question = factories.published()

    assert reader.get(f"/helped/{question.pk}/?helped=yes").url == question.get_absolute_url()
    assert counts() == {}


def test_form_of_another_site_is_refused(reader):
    question = factories.published()
    path = f"/helped/{question.pk}/"

    forged = reader.post(path, {"helped": "yes"}, headers={"Origin": "https://other.example"})

    assert forged.status_code == 403
    assert counts() == {}


def test_a_hidden_question_answers_like_one_that_never_was(reader):
    hidden = factories.pending()

    refused = say(reader, hidden, "yes")
    absent = reader.post("/helped/999999/", {"helped": "yes"}, headers=HERE)

    assert (refused.status_code, absent.status_code) == (404, 404)
    assert refused.content == absent.content
    assert counts() == {}
