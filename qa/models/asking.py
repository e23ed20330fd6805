"""What the asker may do with their question."""

from django.db import transaction
from django.db.models import F
from django.utils import timezone

import outbox.mail
from qa import emails
from qa.models.event import Event
from qa.models.picture import new_key
from qa.models.workflow import StateConflict, Status

KEPT_LENGTH = 50_000  # of each field of a form that could not be taken over


def _kept(value):
    """A value of a form; of a text that is far too long for its field, the beginning."""
    return value[:KEPT_LENGTH] if isinstance(value, str) else value


class AskersVerbs:
    """Verbs of Question for whoever holds its key."""

    @property
    def asker_may_edit(self) -> bool:
        """A draft, a returned question, or one that waits and that no curator has begun."""
        if self.status == Status.PENDING:
            return not self.active_claim and self.official_answer is None
        return self.status in {Status.DRAFT, Status.NEEDS_CHANGES}

    @transaction.atomic
    def rewrite(self, **fields) -> None:
        """The asker changes their own words, and the public text where these words are new.

        A question that was sent already gets a new key with a new address, and is acknowledged
        again to that. Raises StateConflict once a curator has begun.
        """
        self.lock_for_asker()
        moved = fields.get("email", self.email).lower() != self.email.lower()
        if moved:
            fields["email_confirmed_at"] = None
        if moved and self.submitted_at:
            # Whoever has the old address was mailed the old link, perhaps by mistake.
            fields["key"] = new_key()
        for public, asked in [("title", "asked_title"), ("body", "asked_body")]:
            if asked in fields and getattr(self, public) == getattr(self, asked):
                fields[public] = fields[asked]
        fields["typed"] = {}
        for name, value in fields.items():
            setattr(self, name, value)
        self.revision += 1
        self.save(update_fields=[*fields, "revision", "updated_at"])
        if self.status == Status.PENDING:
            self.events.create(
                verb="edit", role=Event.Role.ASKER, from_status=self.status, to_status=self.status
            )
        if moved and self.submitted_at:
            outbox.mail.cancel(about=self.about)
            if not self.is_suspected_spam:
                emails.question_received(self)

    @transaction.atomic
    def keep(self, typed: dict) -> None:
        """Keep what the asker's form holds beside the question, because it cannot be taken over.

        Raises StateConflict once a curator has begun.
        """
        self.lock_for_asker()
        self.typed = {name: _kept(value) for name, value in typed.items()}
        self.save(update_fields=["typed", "updated_at"])

    def lock_for_asker(self) -> None:
        """Keep others from changing the row until the commit. Raises StateConflict as `rewrite`."""
        self.lock()
        if not self.asker_may_edit:
            raise StateConflict("edit")

    def change_pictures(self) -> None:
        """Lock as `lock_for_asker`, to change pictures; curators' open pages are outdated then.

        What was sent changes at once, without a button that saves: the history says so, once for
        all that is done in a row.
        """
        self.lock_for_asker()
        if self.submitted_at:
            type(self).objects.filter(pk=self.pk).update(revision=F("revision") + 1)
            self.revision += 1
            last = self.events.last()
            if last is None or last.verb != "change_pictures":
                self.events.create(
                    verb="change_pictures",
                    role=Event.Role.ASKER,
                    from_status=self.status,
                    to_status=self.status,
                )

    @transaction.atomic
    def submit(self, *, confirmed: bool = False, receipt=None, locked: bool = False) -> None:
        """Send the draft. A second call, by a double click or another tab, changes nothing.

        Suspected spam is stored like the rest and gets no mail. `confirmed`: the address is known
        to be the asker's already, so that nobody is asked to confirm it. `receipt`: the mail to
        the asker, if it is written already (qa.emails.receipt). `locked`: by the caller already.
        """
        if not locked:
            self.lock()
        if self.status == Status.NEEDS_CHANGES:
            self._move("resubmit", claimed_by_id=None, claimed_at=None)
        elif self.status == Status.DRAFT:
            now = timezone.now()
            self._move("submit", submitted_at=now, email_confirmed_at=now if confirmed else None)
            if not self.is_suspected_spam:
                emails.question_received(self, receipt)

    @transaction.atomic
    def withdraw(self, note: str = "") -> None:
        self._move("withdraw", note=note, claimed_by_id=None, claimed_at=None)

    @property
    def may_reopen(self) -> bool:
        """Whether this is a draft that was ended before it was sent, and is still here."""
        return self.may("reopen") and not self.submitted_at and not self.erased_at

    @transaction.atomic
    def reopen(self) -> None:
        """Take up again a draft that was ended. Raises StateConflict for what was ever sent."""
        self.lock()
        if not self.may_reopen:
            raise StateConflict("reopen")
        self._move("reopen")

    @transaction.atomic
    def confirm_email(self) -> None:
        """The address answered: only its owner could have followed the mailed link."""
        changed = (
            type(self)
            .objects.filter(pk=self.pk, email_confirmed_at=None)
            .update(email_confirmed_at=timezone.now())
        )
        if changed:
            self.refresh_from_db()
            self.events.create(verb="confirm_email", role=Event.Role.ASKER)

    @property
    def may_write(self) -> bool:
        """Whether the asker may write to the curator: not of what is unsent, or of spam."""
        return bool(self.submitted_at) and not self.erased_at and self.status != Status.SPAM

    @transaction.atomic
    def write(self, text: str) -> None:
        """A few words to the curator; they change nothing about the question.

        Raises StateConflict where the asker may not write.
        """
        self.lock()
        if not self.may_write:
            raise StateConflict("write")
        self.follow_ups.create(from_asker=True, text=text)
        self.events.create(verb="write", role=Event.Role.ASKER)
