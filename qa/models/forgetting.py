"""How a question, or who asked it, is forgotten (docs/adr/0009)."""

from django.db import transaction
from django.db.models import F
from django.urls import reverse
from django.utils import timezone

import outbox.mail
from outbox.models import Message
from qa import emails, search, wal
from qa.models.event import Event
from qa.models.picture import new_key
from qa.models.workflow import Status


class Forgetting:
    """Verbs of Question that take words and names away for good."""

    @transaction.atomic
    def erase(self) -> None:
        """Remove text, pictures, mails and every personal field; the bare events stay."""
        source = self.status
        target = Status.WITHDRAWN
        blank = dict.fromkeys(
            ["asked_title", "asked_body", "title", "body", "slug", "email", "name", "location"], ""
        )
        type(self).objects.filter(pk=self.pk).update(
            **blank,
            typed={},
            wants_newsletter=False,
            status=target,
            revision=F("revision") + 1,
            erased_at=timezone.now(),
            email_confirmed_at=None,
            published_at=None,
            merged_into=None,
            spam_reason="",
            claimed_by=None,
            claimed_at=None,
            assigned_to=None,
            excerpt="",
            closest=None,
        )
        for image in self.images.all():
            image.discard()
        self._erase_mails()
        self.answers.all().delete()
        self.old_addresses.all().delete()
        self.corrections.all().delete()
        self._forget_words()
        self.set_schedule(None)
        self.events.update(note="", before={})
        search.forget(self.pk)
        self.refresh_from_db()
        if source == Status.PUBLISHED:
            self.recount()
        if source not in {Status.PUBLISHED, Status.ANSWERED}:
            self.part_from_merged()
        transaction.on_commit(wal.empty)
        self.events.create(
            verb="erase", role=Event.Role.ASKER, from_status=source, to_status=target
        )

    def _forget_words(self) -> None:
        """What asker and curator wrote to each other, what a curator has not saved yet, and the
        mails by which curators were told the title.
        """
        page = reverse("admin:qa_question_change", args=[self.pk])
        Message.objects.filter(purpose=emails.DIGEST, text__contains=page).delete()
        self.follow_ups.all().delete()
        self.unsaved_edits.all().delete()

    def _forget_history(self) -> None:
        """Of what undo would put back: the asker's own words, words to them, titles of before."""
        self.events.update(note="")
        for event in self.events.exclude(before={}):
            for name in ("asked", "schedule", "slug"):
                event.before.pop(name, None)
            event.save(update_fields=["before"])

    def _erase_mails(self) -> None:
        """Delete the mails about this question, and those that took its words to others.

        Whoever was to get its answer by a merge, and whose mail has not left, waits again.
        """
        outbox.mail.erase(about=self.about)
        for answer in self.answers.reader():
            outbox.mail.erase(about=answer.about)
        for other in self.merged.all():
            askers = [question.about for question in [other, *other.merged_askers()]]
            mails = Message.objects.filter(about__in=askers, purpose=emails.DECISION)
            stopped = mails.cancel()
            mails.delete()
            if stopped:
                other.wait_again()

    @transaction.atomic
    def anonymise(self) -> None:
        """Leave what is public, and forget who asked: own words, name, place, address, mails."""
        blank = dict.fromkeys(["asked_title", "asked_body", "email", "name", "location"], "")
        type(self).objects.filter(pk=self.pk).update(
            **blank,
            typed={},
            wants_newsletter=False,
            email_confirmed_at=None,
            key=new_key(),
            revision=F("revision") + 1,
        )
        for image in self.images.filter(public_key=None):
            image.discard()
        self._forget_words()
        self._forget_history()
        outbox.mail.erase(about=self.about)
        self.refresh_from_db()
        transaction.on_commit(wal.empty)
        self.events.create(
            verb="anonymise",
            role=Event.Role.ASKER,
            from_status=self.status,
            to_status=self.status,
        )
