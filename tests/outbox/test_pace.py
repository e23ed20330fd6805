"""The limit for each minute and the rest that a busy server asks for hold for all senders."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from outbox.delivery import deliver_due
from outbox.models import Message
from outbox.pace import Pace

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize("limit", [1, 5, 10, 60, 95, 1000])
def test_no_minute_has_more_than_its_limit_and_a_long_time_nearly_all(settings, limit):
    settings.MAIL_PER_MINUTE = limit
    pace, spent = Pace(filled_at=NOON), []
    for tenth in range(10 * 600):  # ten minutes
        now = NOON + timedelta(seconds=tenth / 10)
        count = pace.room(now)
        spent.append(count)
        pace.tokens -= count

    windows = [sum(spent[start : start + 600]) for start in range(len(spent) - 599)]
    assert max(windows) <= limit
    assert sum(spent) >= 8 * limit


def test_two_workers_share_the_limit(smtp, write, settings):
    settings.MAIL_PER_MINUTE = 100
    Pace.objects.create(pk=1, tokens=10)
    for number in range(30):
        write(to=f"reader{number}@example.org", bulk=number % 2 == 0)

    sent = [deliver_due(worker_id=name).sent for name in "abc"]

    assert sent in ([10, 0, 0], [10, 1, 0], [10, 0, 1])  # a slow machine has time for one more
    assert Message.objects.filter(status="queued").count() == 30 - sum(sent)


def test_without_a_limit_no_row_is_written(smtp, write):
    write()
    assert deliver_due().sent == 1
    assert not Pace.objects.exists()


def test_rests_grow_and_one_good_round_ends_that(smtp, write):
    rests = []
    for _ in range(6):
        Pace.rest(progress=False)
        rests.append(Pace.objects.get().pause)
    assert rests == [10, 20, 40, 80, 120, 120]

    Pace.objects.update(rest_until=timezone.now())
    write()
    assert deliver_due().sent == 1
    assert Pace.objects.get().pause == 0


def test_a_server_that_took_some_rests_for_five_seconds(smtp, write):
    smtp.answers = {("rcpt", "ben@example.org"): ["421 enough"]}
    write()
    write(to="ben@example.org")
    before = timezone.now()

    assert deliver_due().sent == 1

    rest = Pace.objects.get().rest_until - before
    assert timedelta(seconds=5) <= rest < timedelta(seconds=7)
