"""What a curator may do with a question, publishing and merging apart."""

from datetime import timedelta

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from outbox.models import Message
from outbox.models import Status as MailStatus
from qa import emails, permissions, search
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
            search.index(self)
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
        """Give the question back to the asker, with words about what is needed."""
        self._move("request_changes", by=by, note=reason, spam_reason="")
        emails.changes_requested(self, reason)

    @transaction.atomic
    def decline(self, *, by, reason: str = "") -> None:
        self._move("decline", by=by, note=reason)
        emails.question_declined(self, reason)

    @transaction.atomic
    def mark_spam(self, *, by) -> None:
        """Put it away without a mail."""
        self._move("mark_spam", by=by)

    @transaction.atomic
    def undo(self, *, by) -> bool:
        """Take the last decision back. False where a mail of it had left already."""
        decision = self._undo(by).undone
        mails = Message.objects.filter(
            about__in=[question.about for question in [self, *self.merged_askers()]],
            purpose=emails.DECISION,
            created_at__gte=decision.created_at,
        )
        mails.cancel()
        return not mails.exclude(status=MailStatus.CANCELLED).exists()
