"""What a curator may do with a question, publishing and merging apart."""

from datetime import timedelta

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from outbox.models import Message
from outbox.models import Status as MailStatus
from qa import emails, permissions
from qa.models.answer import Answer
from qa.models.event import Event
from qa.models.workflow import NotAllowed, StateConflict, Status

CLAIM = timedelta(minutes=15)


class CuratorsVerbs:
    """Verbs of Question for a curator: taking it, editing it, deciding, and taking that back."""

    @property
    def active_claim(self):
        """Who answers this now, or None; a claim ends by itself after 15 minutes."""
        if self.claimed_at and self.claimed_at > timezone.now() - CLAIM:
            return self.claimed_by
        return None

    def claim(self, *, by) -> bool:
        """Take the question to answer it. False where another curator has it."""
        if not permissions.is_curator(by):
            raise NotAllowed("claim")
        free = Q(claimed_by=None) | Q(claimed_by=by) | Q(claimed_at__lt=timezone.now() - CLAIM)
        taken = (
            type(self)
            .objects.filter(free, pk=self.pk)
            .update(claimed_by=by, claimed_at=timezone.now())
        )
        self.refresh_from_db(fields=["claimed_by", "claimed_at"])
        return bool(taken)

    def release(self, *, by) -> None:
        type(self).objects.filter(pk=self.pk, claimed_by=by).update(
            claimed_by=None, claimed_at=None
        )

    @transaction.atomic
    def edit(self, *, by, title: str, body: str, answer: str) -> None:
        """Save the public text and the official answer, published or not.

        Raises StateConflict where the row is not the one that was loaded.
        """
        if not permissions.is_curator(by):
            raise NotAllowed("edit")
        rows = type(self).objects.filter(pk=self.pk, revision=self.revision)
        if not rows.update(
            title=title, body=body, revision=F("revision") + 1, updated_at=timezone.now()
        ):
            raise StateConflict("edit")
        self.refresh_from_db()
        self._save_answer(by, answer)
        if self.status == Status.PUBLISHED:
            self.show()
        self.events.create(
            verb="edit",
            role=Event.Role.CURATOR,
            actor=by,
            from_status=self.status,
            to_status=self.status,
        )

    def _save_answer(self, by, body: str) -> None:
        existing = self.answers.official().first()
        if existing is None and body.strip():
            self.answers.create(kind=Answer.Kind.OFFICIAL, author=by, body=body)
        elif existing and existing.body != body:
            existing.body = body
            existing.save(update_fields=["body", "updated_at"])

    @transaction.atomic
    def request_changes(self, *, by, reason: str) -> None:
        """Give the question back to the asker, with words about what is needed.

        Sent again, it comes back to whoever asked for them; the event keeps the asker's words as
        they are now, to be compared.
        """
        event = self._move(
            "request_changes", by=by, note=reason, spam_reason="", assigned_to_id=by and by.pk
        )
        event.before["asked"] = {"title": self.asked_title, "body": self.asked_body}
        event.save(update_fields=["before"])
        emails.changes_requested(self, reason)

    @transaction.atomic
    def decline(self, *, by, reason: str = "", batch=None) -> None:
        self._move("decline", by=by, note=reason, batch=batch)
        emails.question_declined(self, reason)

    @transaction.atomic
    def mark_spam(self, *, by, batch=None) -> None:
        """Put it away without a mail."""
        self._move("mark_spam", by=by, batch=batch)

    @transaction.atomic
    def move_topic(self, topic, *, by, batch=None) -> None:
        """Put it under another topic; its address stays. Raises StateConflict for its own topic."""
        if topic.pk == self.topic_id:
            raise StateConflict("move_topic")
        note = f"{self.topic} → {topic}"
        self._move("move_topic", by=by, note=note, batch=batch, topic_id=topic.pk)

    @transaction.atomic
    def assign(self, person, *, by, batch=None) -> None:
        """Say whose it is to answer; None for whoever comes first.

        Raises NotAllowed where `person` is no curator, StateConflict where it is theirs already.
        """
        if person and not permissions.is_curator(person):
            raise NotAllowed("assign")
        pk = person.pk if person else None
        if pk == self.assigned_to_id:
            raise StateConflict("assign")
        note = str(person) if person else ""
        self._move("assign", by=by, note=note, batch=batch, assigned_to_id=pk)

    @transaction.atomic
    def undo(self, *, by, tell: bool = True) -> bool:
        """Take the last decision back, and let go the mails that it had stopped.

        False where a mail of it had left already; with `tell` another asks to disregard that one.
        """
        decision = self._undo(by).undone
        mails = self.decision_mails().filter(created_at__gte=decision.created_at)
        mails.cancel()
        if tell:
            self._tell_taken_back(mails)
        Message.objects.filter(pk__in=decision.before.get("stopped", [])).resume()
        return not mails.exclude(status=MailStatus.CANCELLED).exists()

    def _tell_taken_back(self, mails) -> None:
        """Ask everybody who had one of these mails to disregard it."""
        left = dict(mails.handed_over().order_by("pk").values_list("about", "created_at"))
        for asker in [self, *self.merged_askers()]:
            if asker.about in left:
                waits = self.status == Status.PENDING
                emails.decision_taken_back(asker, left[asker.about], waits)

    def decision_mails(self):
        """The mails of decisions to this asker, and to those who wait for the same answer."""
        askers = [question.about for question in [self, *self.merged_askers()]]
        return Message.objects.filter(about__in=askers, purpose=emails.DECISION)

    def mails_waiting(self) -> bool:
        """Whether a decision's mail is still on its way out."""
        return self.decision_mails().not_handed_over().exists()

    def _stop_mails(self, event) -> None:
        """Stop the mails of earlier decisions that have not left; the event keeps which."""
        waiting = self.decision_mails().not_handed_over()
        event.before["stopped"] = list(waiting.values_list("pk", flat=True))
        event.save(update_fields=["before"])
        waiting.cancel()
