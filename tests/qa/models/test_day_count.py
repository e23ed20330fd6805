"""Counting by day: numbers that add up, keep nobody's words, and never get in the way."""

import threading
import time
from datetime import UTC, datetime

import pytest
from django.db import connection, transaction

from qa.models import DayCount, day_count
from qa.models.day_count import phrase

What = DayCount.What


def rows() -> list[tuple]:
    return list(DayCount.objects.order_by("pk").values_list("what", "subject", "number"))


@pytest.mark.django_db
def test_add_counts_up_by_kind_and_subject():
    for subject in (7, 7, 8):
        DayCount.objects.add(What.HELPED, subject)
    DayCount.objects.add(What.DID_NOT_HELP, 7)

    assert rows() == [("helped", "7", 2), ("helped", "8", 1), ("did_not_help", "7", 1)]


@pytest.mark.django_db
def test_a_day_is_one_of_the_site_s_own_time_zone(settings, monkeypatch):
    settings.TIME_ZONE = "Pacific/Auckland"
    late = datetime(2026, 3, 1, 22, tzinfo=UTC)
    monkeypatch.setattr("django.utils.timezone.now", lambda: late)

    DayCount.objects.add(What.HELPED)

    assert str(DayCount.objects.get().day) == "2026-03-02"


@pytest.mark.django_db
def test_subjects_of_a_day_are_bounded(monkeypatch):
    monkeypatch.setattr(day_count, "MOST_SUBJECTS", 2)

    for words in ("salt", "sleep", "cramp", "salt", "iron"):
        DayCount.objects.add_search(What.SEARCH_FOUND_NOTHING, words)
    DayCount.objects.add_search(What.SEARCH_LED_NOWHERE, "iron")

    assert rows() == [
        ("search_empty", "salt", 2),
        ("search_empty", "sleep", 1),
        ("search_empty", "", 2),
        ("search_unused", "iron", 1),
    ]


@pytest.mark.parametrize(
    ("query", "kept"),
    [
        ("  Restless\tLEGS ", "restless legs"),
        ("vitamin d 50000", "vitamin d 50000"),
        ("ada@example.org cramps", ""),
        ("call 07700 900123", ""),
        ("born 12.03.1961", ""),
        ("a\x00b", "a b"),
        ("x" * 200, "x" * 80),
    ],
)
def test_phrase_keeps_no_personal_words(query, kept):
    assert phrase(query) == kept


@pytest.mark.django_db
def test_a_search_that_looks_personal_is_counted_without_its_words():
    DayCount.objects.add_search(What.SEARCH_FOUND_NOTHING, "ada@example.org")

    assert rows() == [("search_empty", "", 1)]


@pytest.mark.django_db
def test_what_cannot_be_counted_breaks_nothing(caplog):
    with transaction.atomic():
        DayCount.objects.add("a kind that is far too long for it\x00" if _strict() else None)
        DayCount.objects.add(What.HELPED)

    assert rows() == [("helped", "", 1)]
    assert "was not counted" in caplog.text


def _strict() -> bool:
    """PostgreSQL refuses long text; SQLite only NULL."""
    return connection.vendor == "postgresql"


@pytest.mark.django_db(transaction=True)
def test_counts_of_many_at_once_add_up():
    def count():
        for _ in range(5):
            DayCount.objects.add(What.HELPED, 1)
        connection.close()

    threads = [threading.Thread(target=count) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert rows() == [("helped", "1", 20)]


@pytest.mark.django_db(transaction=True)
def test_no_page_waits_long_for_another_writer():
    locked, done = threading.Event(), threading.Event()

    def write():
        with transaction.atomic():
            DayCount.objects.create(day="2026-01-01", what=What.HELPED, number=1)
            if connection.vendor == "postgresql":
                connection.cursor().execute("LOCK TABLE qa_daycount")
            locked.set()
            done.wait()
        connection.close()

    other = threading.Thread(target=write)
    other.start()
    locked.wait()
    began = time.monotonic()
    DayCount.objects.add(What.DID_NOT_HELP)
    waited = time.monotonic() - began
    done.set()
    other.join()

    assert waited < 5
    assert rows() == [("helped", "", 1)]
    DayCount.objects.add(What.DID_NOT_HELP)
    assert rows() == [("helped", "", 1), ("did_not_help", "", 1)]
