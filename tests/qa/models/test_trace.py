from datetime import timedelta

import pytest
from django.utils import timezone

from qa.models import Trace
from qa.models.trace import TooMany, mailbox_mark, visitor_mark

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("limited")]


@pytest.fixture(autouse=True)
def _three_a_minute_and_five_an_hour(settings):
    settings.LIMITS = {"letter": [(3, 60), (5, 3600)], "other": [(1, 60)]}


def leave(seconds_ago: float, amount: int = 1) -> None:
    made = timezone.now() - timedelta(seconds=seconds_ago)
    Trace.objects.create(what="letter", mark="ada", amount=amount, created_at=made)


def wait(amount: int = 1) -> int:
    """Seconds until Ada may send so much."""
    return Trace.objects.seconds_to_wait("letter", "ada", amount)


def test_take_up_to_the_limit():
    for _ in range(3):
        Trace.objects.take("letter", "ada")

    with pytest.raises(TooMany) as refusal:
        Trace.objects.take("letter", "ada", "new")

    assert (refusal.value.what, refusal.value.seconds) == ("letter", 60)
    assert Trace.objects.count() == 3
    Trace.objects.take("letter", "new")
    Trace.objects.take("other", "ada")


def test_nothing_is_counted_where_limits_are_off(settings):
    settings.RATE_LIMITS = False

    for _ in range(4):
        Trace.objects.take("letter", "ada")

    assert Trace.objects.count() == 0


def test_wait_ends_when_enough_has_grown_old():
    leave(50)
    leave(40)
    leave(0)

    assert (wait(1), wait(2), wait(4)) == (10, 20, 60 * 60 - 40)
    assert wait(6) == 3600


def test_wait_is_that_of_the_strictest_limit():
    for seconds in (3000, 2000, 1000, 900, 800):
        leave(seconds)

    assert wait() == 600


def test_amounts_are_added():
    leave(50, amount=2)
    leave(10)

    assert wait() == 10


@pytest.mark.parametrize(
    ("address", "other", "same"),
    [
        ("203.0.113.7", "203.0.113.7", True),
        ("203.0.113.7", "203.0.113.8", False),
        ("203.0.113.7", "::ffff:203.0.113.7", True),
        ("2001:db8:0:1::1", "2001:db8:0:1:ffff::2", True),
        ("2001:db8:0:1::1", "2001:db8:0:2::1", False),
        ("", "203.0.113.7", False),
    ],
)
def test_visitor_is_an_address_or_a_network(address, other, same):
    assert (visitor_mark(address) == visitor_mark(other)) is same


@pytest.mark.parametrize(
    ("email", "same"),
    [("Ada@Example.org", True), ("ada+x@example.org", True), ("ben@example.org", False)],
)
def test_mailbox_by_its_owner(email, same):
    assert (mailbox_mark("ada@example.org") == mailbox_mark(email)) is same


def test_marks_hide_the_address_and_need_the_key(settings):
    mark = visitor_mark("203.0.113.7")
    settings.SECRET_KEY = "another one" * 4

    assert len(mark) == 32
    assert visitor_mark("203.0.113.7") != mark
