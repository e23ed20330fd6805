"""A running letter: pause, resume, the rest, the uncertain ones, the time it was scheduled for."""

from datetime import timedelta

import pytest
from django.utils import timezone

from newsletter import housekeeping
from newsletter.models import Consent, Issue
from newsletter.models.issue import NotAllowed
from outbox.models import Message
from outbox.suppression import Suppression
from tests import factories
from tests.newsletter import cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def running(cora):
    for number in range(4):
        cast.subscriber(f"reader{number}@example.org")
    issue = cast.issue()
    issue.send(by=cora)
    return issue


def states():
    return sorted(Message.objects.values_list("status", flat=True))


def settle(number: int, status: str) -> None:
    row = Message.objects.filter(to=f"reader{number}@example.org")
    row.update(status=status, sent_at=timezone.now() if status == "sent" else None)


def test_pause_holds_what_no_server_has_seen_and_resume_lets_it_go(running, cora):
    settle(0, "sent")
    assert running.pause(by=cora) == 3
    assert states() == ["paused"] * 3 + ["sent"]
    assert not Message.objects.due(timezone.now()).exists()

    assert running.resume(by=cora) == 3
    assert states() == ["queued"] * 3 + ["sent"]


def test_pause_while_it_is_queued_stops_the_queueing(cora, monkeypatch):
    monkeypatch.setattr("newsletter.models.issue.BATCH", 1)
    for number in range(3):
        cast.subscriber(f"reader{number}@example.org")
    issue = cast.issue()
    now = timezone.now()
    Issue.objects.update(status="sent", sent_at=now, audience_at=now)
    assert issue.finish_sending(seconds=0) == 1
    issue.pause(by=cora)

    assert housekeeping.finish_sending() == 0
    issue.resume(by=cora)
    assert housekeeping.finish_sending() == 2
    assert states() == ["queued"] * 3


def test_who_leaves_during_a_pause_gets_nothing_after_it(running, cora):
    running.pause(by=cora)
    running.recipients().first().unsubscribe()
    running.resume(by=cora)
    assert states() == ["cancelled"] + ["queued"] * 3


def test_the_rest_are_the_failed_and_the_new_ones_only(running, cora):
    for number, status in enumerate(["sent", "failed", "unknown", "failed"]):
        settle(number, status)
    Message.objects.filter(to="reader3@example.org").update(bounced_at=timezone.now())
    cast.subscriber("new@example.org")

    assert running.send_to_rest(by=cora) == 1
    assert housekeeping.finish_sending() == 1

    assert dict(Message.objects.values_list("to", "status")) == {
        "reader0@example.org": "sent",
        "reader1@example.org": "queued",
        "reader2@example.org": "unknown",
        "reader3@example.org": "failed",
        "new@example.org": "queued",
    }


def test_the_rest_is_refused_when_nobody_can_say_who_got_it(running, cora):
    Issue.objects.update(sent_at=timezone.now() - timedelta(days=91))
    running.refresh_from_db()
    with pytest.raises(NotAllowed):
        running.send_to_rest(by=cora)


def test_who_left_is_not_among_the_rest(running, cora):
    settle(1, "failed")
    settle(2, "unknown")
    for reader in running.recipients():
        reader.unsubscribe()

    running.send_to_rest(by=cora)
    running.send_unknown(by=cora)

    assert states() == ["cancelled"] * 4


@pytest.mark.parametrize(
    ("verb", "status"), [("send_unknown", "queued"), ("settle_unknown", "sent")]
)
def test_one_click_settles_the_uncertain_ones(running, cora, verb, status):
    settle(0, "unknown")
    assert getattr(running, verb)(by=cora) == 1
    assert Message.objects.get(to="reader0@example.org").status == status


def test_each_verb_is_for_those_who_may_send(running, ben):
    for verb in ["pause", "resume", "send_to_rest", "send_unknown", "settle_unknown"]:
        with pytest.raises(NotAllowed):
            getattr(running, verb)(by=ben)
    with pytest.raises(NotAllowed):
        running.schedule(timezone.now(), by=ben)


def test_a_scheduled_letter_leaves_at_its_time_and_once(cora):
    cast.subscriber()
    issue = cast.issue()
    issue.schedule(timezone.now() + timedelta(hours=1), by=cora)
    assert housekeeping.send_scheduled() == 0

    issue.schedule(timezone.now(), by=cora)
    assert [housekeeping.send_scheduled() for _ in range(2)] == [1, 0]
    assert Issue.objects.get().is_sent


def test_a_letter_scheduled_by_somebody_who_may_no_longer_send_stays_a_draft(cora):
    cast.subscriber()
    cast.issue().schedule(timezone.now(), by=cora)
    cora.groups.clear()

    assert housekeeping.send_scheduled() == 0
    assert (Issue.objects.get().scheduled_at, Issue.objects.get().is_sent) == (None, False)


def test_a_suppressed_address_gets_no_letter_until_it_confirms_anew(cora):
    ada = cast.subscriber("Ada@example.org")
    Suppression.objects.create(address="ada@example.org", reason="bounce")
    assert cast.issue().send(by=cora) == 0

    ada.unsubscribe()
    cast.asked("Ada@example.org")
    ada.confirm()
    assert cast.issue("second").send(by=cora) == 1


def test_letters_are_counted_on_the_consent_that_stands(running):
    assert set(Consent.objects.values_list("letters", flat=True)) == {1}
    assert factories.topic().issues.count() == 0


def test_queueing_a_batch_takes_few_queries(cora, django_assert_max_num_queries):
    for number in range(100):
        cast.subscriber(f"many{number}@example.org")
    issue = cast.issue()
    with django_assert_max_num_queries(40):
        issue.send(by=cora)
    assert Message.objects.count() == 100
