"""Two at the same moment: one subscriber, one mail, one letter."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connections

from accounts.models import User
from newsletter.models import Consent, Issue, Subscriber
from outbox.models import Message
from tests.newsletter import cast

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*calls):
    """Run the calls in threads that start together; return their results."""
    barrier = Barrier(len(calls))

    def run(call):
        barrier.wait()
        try:
            return call()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(calls)) as pool:
        return [future.result() for future in [pool.submit(run, call) for call in calls]]


def owner_of_the_site():
    """Not Cora: the groups of the migrations are gone after a test with transactions."""
    return User.objects.create_superuser("owner@example.org")


def test_asking_six_times_at_once_makes_one_of_everything():
    at_once(*[cast.asked] * 6)

    assert Subscriber.objects.count() == 1
    assert Consent.objects.count() == 1
    assert Message.objects.count() == 1


def test_confirming_four_times_at_once_sends_one_welcome():
    pk = cast.asked().pk

    results = at_once(*[lambda: Subscriber.objects.get(pk=pk).confirm()] * 4)

    assert sorted(results) == [False, False, False, True]
    assert len(cast.mails("newsletter welcome")) == 1


def test_two_senders_at_once_double_nothing(monkeypatch):
    monkeypatch.setattr("newsletter.models.issue.BATCH", 3)
    for number in range(20):
        cast.subscriber(f"reader{number}@example.org")
    owner, issue = owner_of_the_site(), cast.issue()

    counts = at_once(*[lambda: Issue.objects.get(pk=issue.pk).send(by=owner)] * 3)

    assert sum(counts) == 20
    assert len({mail.to for mail in cast.mails("newsletter letter")}) == 20
    assert len(cast.mails("newsletter letter")) == 20


def test_who_leaves_while_it_is_sent_gets_nothing(monkeypatch):
    monkeypatch.setattr("newsletter.models.issue.BATCH", 2)
    readers = [cast.subscriber(f"reader{number}@example.org") for number in range(12)]
    owner, issue = owner_of_the_site(), cast.issue()
    leavers = readers[::3]

    at_once(
        lambda: issue.send(by=owner),
        *[Subscriber.objects.get(pk=reader.pk).unsubscribe for reader in leavers],
    )

    alive = {mail.to for mail in cast.mails("newsletter letter") if mail.status == "queued"}
    assert alive == {reader.email for reader in readers if reader not in leavers}
