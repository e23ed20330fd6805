"""Sending a letter: everybody once, nobody who left."""

from datetime import timedelta

import pytest
from django.utils import timezone

from newsletter import housekeeping
from newsletter.models import Issue, Subscriber
from newsletter.models.issue import NotAllowed
from outbox.models import Message, Status
from outbox.wording import Wording
from tests import factories
from tests.newsletter import cast

pytestmark = pytest.mark.django_db


def letters():
    return Message.objects.filter(purpose="newsletter letter").order_by("pk")


def test_a_letter_goes_to_confirmed_subscribers_only(cora):
    ada = cast.subscriber("ada@example.org")
    cast.asked("pending@example.org")
    cast.subscriber("left@example.org").unsubscribe()
    issue = cast.issue()

    assert issue.send(by=cora) == 1

    (letter,) = letters()
    assert letter.to == "ada@example.org"
    assert letter.bulk is True
    assert letter.about == f"subscriber:{ada.pk}"
    assert letter.dedupe_key == f"issue:{issue.pk}:{ada.pk}"
    assert letter.subject == "The first letter"


def test_a_letter_carries_the_headers_of_a_list(cora):
    ada = cast.subscriber()

    cast.issue().send(by=cora)

    headers = letters().get().headers
    assert headers["List-Unsubscribe"] == (
        f"<http://127.0.0.1:8000/newsletter/unsubscribe/{ada.key}/>"
    )
    assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert headers["List-Id"] == "<newsletter.127.0.0.1>"
    assert "Auto-Submitted" not in headers


def test_each_letter_has_the_link_of_its_own_reader(cora):
    ada, ben = cast.subscriber("ada@example.org"), cast.subscriber("ben@example.org")

    cast.issue().send(by=cora)

    to_ada, to_ben = letters()
    assert ada.unsubscribe_url in to_ada.parts[0]
    assert ada.unsubscribe_url in to_ada.parts[1]
    assert ben.key not in to_ada.parts[0] + to_ada.parts[1]
    assert ben.unsubscribe_url in to_ben.parts[1]
    assert ".invalid" not in to_ada.parts[0] + to_ada.parts[1]


def test_the_words_are_stored_once_for_everybody_and_say_nothing_of_anybody(cora):
    readers = [cast.subscriber(f"reader{number}@example.org") for number in range(3)]
    issue = cast.issue()

    issue.send(by=cora)
    issue.send_to_rest(by=cora)
    issue.finish_sending()

    wording = Wording.objects.get()
    assert {(row.wording_id, row.text, row.html) for row in letters()} == {(wording.pk, "", "")}
    assert not any(reader.key in wording.text + wording.html for reader in readers)


def test_words_go_when_no_letter_needs_them_any_more(cora):
    cast.subscriber()
    cast.issue().send(by=cora)
    later = timezone.now() + timedelta(days=1)

    assert Wording.objects.purge(later) == 0
    Message.objects.all().delete()
    assert Wording.objects.purge(timezone.now() - timedelta(days=1)) == 0
    assert Wording.objects.purge(later) == 1


def test_addresses_of_the_site_are_written_out(cora):
    cast.subscriber()

    cast.issue().send(by=cora)

    letter = letters().get()
    assert "new page (http://127.0.0.1:8000/topics/vitamin-d/)" in letter.parts[0]
    assert 'href="http://127.0.0.1:8000/topics/vitamin-d/"' in letter.parts[1]
    assert "http://127.0.0.1:8000/newsletter/issues/first/" in letter.parts[0]


def test_sending_twice_doubles_nothing(cora):
    for number in range(3):
        cast.subscriber(f"reader{number}@example.org")
    issue = cast.issue()

    assert [issue.send(by=cora), Issue.objects.get().send(by=cora)] == [3, 0]
    assert letters().count() == 3


def test_who_subscribes_later_does_not_get_an_old_letter(cora):
    issue = cast.issue()
    issue.send(by=cora)
    cast.subscriber()

    issue.send(by=cora)

    assert letters().count() == 0


def test_sending_goes_on_where_it_was_interrupted(cora, monkeypatch):
    monkeypatch.setattr("newsletter.models.issue.BATCH", 2)
    for number in range(5):
        cast.subscriber(f"reader{number}@example.org")
    issue = cast.issue()
    queue_batch, rounds = Issue._queue_batch, []

    def crash(self, letter):
        rounds.append(1)
        if len(rounds) == 2:
            raise KeyboardInterrupt
        return queue_batch(self, letter)

    monkeypatch.setattr(Issue, "_queue_batch", crash)
    with pytest.raises(KeyboardInterrupt):
        issue.send(by=cora)
    assert letters().count() == 2

    assert housekeeping.finish_sending() == 3
    assert housekeeping.finish_sending() == 0
    assert letters().count() == 5
    assert Issue.objects.get().queued_at is not None


def test_who_leaves_during_the_sending_gets_nothing(cora, monkeypatch):
    monkeypatch.setattr("newsletter.models.issue.BATCH", 1)
    early, late = cast.subscriber("early@example.org"), cast.subscriber("late@example.org")
    queue_batch = Issue._queue_batch

    def leave_after_first(self, letter):
        queued = queue_batch(self, letter)
        for subscriber in (early, late):
            subscriber.unsubscribe()
        return queued

    monkeypatch.setattr(Issue, "_queue_batch", leave_after_first)
    cast.issue().send(by=cora)

    assert [(letter.to, letter.status) for letter in letters()] == [
        ("early@example.org", Status.CANCELLED)
    ]


def test_a_member_may_not_send(ben):
    cast.subscriber()
    issue = cast.issue()

    with pytest.raises(NotAllowed):
        issue.send(by=ben)

    assert Issue.objects.get().status == Issue.Status.DRAFT
    assert letters().count() == 0


def test_an_editor_may_send_and_a_curator_not(db):
    assert factories.editor().has_perm("newsletter.send_issue")
    assert not factories.curator().has_perm("newsletter.send_issue")


def test_who_never_confirmed_is_forgotten_after_30_days(cora):
    old, fresh = cast.asked("old@example.org"), cast.asked("fresh@example.org")
    kept = cast.subscriber("kept@example.org")
    past = old.created_at - housekeeping.UNCONFIRMED_KEPT * 2
    Subscriber.objects.exclude(pk=fresh.pk).update(created_at=past)
    old.consents.update(asked_at=past)

    assert housekeeping.purge_unconfirmed() == 1
    assert set(Subscriber.objects.all()) == {fresh, kept}
