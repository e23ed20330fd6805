"""The asker's verbs. The curator's are in tests/qa/desk."""

from datetime import timedelta

import pytest
from django.core import signing
from django.core.files.storage import storages
from django.db import IntegrityError, transaction
from django.utils import timezone

from outbox.models import Message
from qa.models import Event, Image, Question
from qa.models.workflow import NotAllowed, StateConflict, Status
from tests import factories

pytestmark = pytest.mark.django_db


def files(alias: str) -> list[str]:
    """Every file of a storage, as folder/name."""
    storage = storages[alias]
    if not storage.exists(""):
        return []
    folders = storage.listdir("")[0]
    return sorted(f"{name}/{file}" for name in folders for file in storage.listdir(name)[1])


def test_submit_stores_state_event_and_mail():
    question = factories.draft()

    question.submit()

    event = question.events.get()
    mail = Message.objects.get()
    assert question.status == Status.PENDING
    assert (event.verb, event.role, event.from_status, event.to_status) == (
        "submit",
        "asker",
        "draft",
        "pending",
    )
    assert (mail.to, mail.purpose, mail.about) == (
        "ada@example.org",
        "question received",
        f"question:{question.pk}",
    )


def test_submit_twice_changes_nothing():
    question = factories.pending()
    sent = question.submitted_at

    question.submit()

    assert (question.submitted_at, question.events.count(), Message.objects.count()) == (sent, 1, 1)


def test_submit_of_a_stale_copy_changes_nothing():
    question = factories.draft()
    other_tab = Question.objects.get(pk=question.pk)
    question.submit()

    other_tab.submit()

    assert other_tab.status == Status.PENDING
    assert Message.objects.count() == 1


def test_submit_of_suspected_spam_is_stored_and_sends_nothing():
    question = factories.pending(spam_reason="filled in within 3 seconds")

    assert question.status == Status.PENDING
    assert question.is_suspected_spam
    assert Message.objects.count() == 0


def test_submit_that_is_rolled_back_leaves_neither_event_nor_mail():
    question = factories.draft()

    with transaction.atomic():
        question.submit()
        transaction.set_rollback(True)

    question.refresh_from_db()
    assert (question.status, Event.objects.count(), Message.objects.count()) == ("draft", 0, 0)


def test_rewrite_keeps_the_public_text_in_step():
    question = factories.pending()

    question.rewrite(asked_title="Why do my toes cramp?", asked_body="Only in bed, every night.")

    question.refresh_from_db()
    assert (question.title, question.body) == ("Why do my toes cramp?", "Only in bed, every night.")
    assert question.events.last().verb == "edit"


def test_rewrite_of_the_address_unconfirms_it():
    question = factories.confirmed(factories.pending())

    question.rewrite(email="ada@example.net")

    assert question.email_confirmed_at is None


def test_rewrite_is_refused_once_a_curator_has_begun(cora):
    question = factories.pending()
    question.claim(by=cora)

    with pytest.raises(StateConflict):
        question.rewrite(asked_title="Too late for this one")


def test_rewrite_is_possible_again_when_the_claim_has_run_out(cora):
    question = factories.pending()
    question.claim(by=cora)
    Question.objects.update(claimed_at=timezone.now() - timedelta(minutes=16))

    question.rewrite(asked_title="Just in time, this one")

    assert question.title == "Just in time, this one"


def test_claim_belongs_to_the_first_curator(cora):
    question = factories.pending()
    dora = factories.curator("Dora")

    assert question.claim(by=cora) is True
    assert Question.objects.get().claim(by=dora) is False
    assert Question.objects.get().active_claim == cora


def test_claim_is_refused_to_a_member(ben):
    with pytest.raises(NotAllowed):
        factories.pending().claim(by=ben)


def test_confirmation_token_finds_its_question():
    question = factories.pending()

    assert Question.objects.for_confirmation(question.confirmation_token) == question


def test_confirmation_token_dies_with_the_address_and_with_age(monkeypatch):
    question = factories.pending()
    old = question.confirmation_token
    question.rewrite(email="ada@example.net")
    fresh = question.confirmation_token
    in_31_days = signing.time.time() + 31 * 86400

    assert Question.objects.for_confirmation(old) is None
    assert Question.objects.for_confirmation(fresh) == question
    assert Question.objects.for_confirmation(fresh + "x") is None
    monkeypatch.setattr(signing.time, "time", lambda: in_31_days)
    assert Question.objects.for_confirmation(fresh) is None


def test_confirm_email_twice_is_one_event():
    question = factories.pending()

    question.confirm_email()
    first = question.email_confirmed_at
    question.confirm_email()

    assert question.email_confirmed_at == first
    assert question.events.filter(verb="confirm_email").count() == 1


@pytest.mark.parametrize("make", [factories.draft, factories.pending])
def test_withdraw(make):
    question = make()

    question.withdraw()

    assert question.status == Status.WITHDRAWN


def test_withdraw_of_a_published_question_is_refused():
    question = factories.published()

    with pytest.raises(StateConflict):
        question.withdraw()


def test_erase_leaves_the_bare_events(django_capture_on_commit_callbacks):
    question = factories.draft(
        title="My marker-title about cramps", body="My marker-body, a story."
    )
    image = Image(question=question, alt="marker-alt")
    image.store(factories.picture())
    question.submit()
    cora = factories.curator()
    question.edit(by=cora, title=question.title, body=question.body, answer="marker-answer")
    question.publish(by=cora, note="marker-note")

    with django_capture_on_commit_callbacks(execute=True):
        question.erase()

    question.refresh_from_db()
    assert (files("private"), files("public")) == ([], [])
    assert Message.objects.count() == 0
    assert question.answers.count() == question.images.count() == 0
    assert [event.verb for event in question.events.all()] == [
        "submit",
        "edit",
        "publish",
        "erase",
    ]
    row = str(Question.objects.filter(pk=question.pk).values().get())
    events = str([*question.events.values()])
    assert "marker" not in row + events
    assert "ada" not in (row + events).lower()


def test_published_without_a_time_is_refused_by_the_database():
    question = factories.pending()

    with pytest.raises(IntegrityError), transaction.atomic():
        Question.objects.filter(pk=question.pk).update(status=Status.PUBLISHED)


def test_published_is_the_only_public_state():
    factories.draft()
    factories.pending()
    public = factories.published()

    assert [*Question.objects.published()] == [public]


def test_rewrite_keeps_what_a_curator_has_taken_out(cora):
    question = factories.pending(body="I am Ada Byron of 12 Mill Lane, and my calves cramp.")
    question.edit(by=cora, title=question.title, body="My calves cramp.", answer="")
    question.request_changes(by=cora, reason="Since when?")

    question.rewrite(asked_body="I am Ada Byron of 12 Mill Lane, since May my calves cramp.")

    assert question.body == "My calves cramp."
    assert question.asked_body == "I am Ada Byron of 12 Mill Lane, since May my calves cramp."


@pytest.mark.parametrize("verb", ["decline", "mark_spam"])
def test_undo_joins_again_what_a_decision_took_apart(cora, verb):
    target, other = factories.pending(), factories.pending(email="otto@example.org")
    other.merge_into(target, by=cora)
    target.refresh_from_db()
    getattr(target, verb)(by=cora)
    other.refresh_from_db()
    apart = (other.status, other.merged_into)

    target.undo(by=cora)

    other.refresh_from_db()
    assert apart == (Status.PENDING, None)
    assert (target.status, other.status, other.merged_into) == ("pending", "merged", target)
