"""How an answer goes out: to everybody, or to the asker alone."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.text import slugify

from outbox.models import Message
from outbox.models import Status as MailStatus
from qa import emails
from qa.models.topic import REVIEWED_FOR
from qa.models.workflow import RULES, StateConflict, plain


def public_slug(title: str) -> str:
    """The last part of a question's address; "answer" and "follow" are pages of theirs."""
    slug = slugify(title)[:80].strip("-")
    return "question" if slug in {"", "answer", "follow"} else slug


class Publishing:
    """Verbs of Question that bring its answer to people, or take it back from them."""

    @transaction.atomic
    def publish(self, *, by, note: str = "", mails: bool | None = None) -> None:
        """Put question and answer into the archive and mail the answer, with a note if given.

        `mails`: whether the answer is mailed; None: to whoever has not had this very answer.
        """
        self._require_answer("publish")
        now = timezone.now()
        event = self._move(
            "publish",
            by=by,
            note=note,
            slug=public_slug(self.title),
            published_at=now,
            spam_reason="",
        )
        self._stamp_answer(event, now)
        if self._is_to_be_mailed(self, mails):
            emails.answer_published(self, note, self.answer_mailed_at())
        self._answer_merged(note, mails)

    @transaction.atomic
    def unpublish(self, *, by, note: str = "", tell: bool = False) -> None:
        """Take it out of the archive; with `tell` its askers are mailed that, with the note.

        Mails with the answer that have not left are stopped.
        """
        self._stop_mails(self._move("unpublish", by=by, note=note, published_at=None))
        if tell:
            for asker in [self, *self.merged_askers()]:
                emails.answer_withdrawn(asker, self, note)

    @transaction.atomic
    def answer_privately(self, *, by, note: str = "") -> None:
        """Mail the answer to the asker; nothing becomes public."""
        self._require_answer("answer_privately")
        event = self._move("answer_privately", by=by, note=note, spam_reason="")
        self._stamp_answer(event, timezone.now())
        emails.answered_privately(self, note, self.answer_mailed_at())
        self._answer_merged(note)

    @transaction.atomic
    def publish_at(self, at: datetime, *, by, note: str = "", mails: bool | None = None) -> None:
        """Plan to publish it at a time; it waits in the queue until then (qa.scheduling).

        `mails` as for `publish`, decided now. Every decision that changes its state ends the plan.
        """
        self._require_answer("schedule")
        event = self._move(
            "schedule", by=by, note=timezone.localtime(at).strftime("%-d %B %Y, %H:%M")
        )
        mails = self._is_to_be_mailed(self, mails)
        plan = {"at": at, "by_id": by.pk, "note": note, "mails": mails}
        event.before["schedule"] = self.set_schedule(plan)
        event.save(update_fields=["before"])

    @transaction.atomic
    def unschedule(self, *, by) -> None:
        """Do not publish it by itself. Raises StateConflict where that is not planned."""
        event = self._move("unschedule", by=by)
        event.before["schedule"] = self.set_schedule(None)
        if event.before["schedule"] is None:
            raise StateConflict("unschedule")
        event.save(update_fields=["before"])

    @transaction.atomic
    def correct(self, *, by, note: str, tell: bool = False) -> None:
        """Say under a published answer, with the date, what was changed in it later.

        With `tell` the asker, and whoever was merged into it, is mailed the answer as it is now.
        """
        event = self._move("correct", by=by, note=note)
        event.before["correction"] = self.corrections.create(note=note, author=by).pk
        event.save(update_fields=["before"])
        if tell:
            for asker in [self, *self.merged_askers()]:
                emails.answer_corrected(asker, self, note)

    def _answer_merged(self, note: str, mails: bool | None = True) -> None:
        for asker in self.merged_askers():
            if self._is_to_be_mailed(asker, mails):
                emails.answer_to_merged(asker, self, note, asker.answer_mailed_at())

    def _is_to_be_mailed(self, asker, mails: bool | None) -> bool:
        return not self.was_mailed(asker) if mails is None else mails

    def was_mailed(self, asker=None) -> bool:
        """Whether the answer, as it is now, was mailed to its asker, or to another who gets it,
        and they were not asked to disregard that.

        Told by the mails themselves, which are kept for 180 days.
        """
        words = "".join(self.official_answer.body.split()) if self.official_answer else ""
        about = Message.objects.filter(about=(asker or self).about)
        mails = about.filter(purpose=emails.DECISION)
        if taken_back := about.filter(purpose=emails.TAKEN_BACK).first():
            mails = mails.filter(pk__gt=taken_back.pk)
        sent = mails.exclude(status=MailStatus.CANCELLED).values_list("text", flat=True)
        return bool(words) and any(words in "".join(text.split()) for text in sent)

    def answer_mailed_at(self) -> datetime | None:
        """When its asker was last mailed an answer, whatever became of that; as `was_mailed`."""
        mails = Message.objects.filter(about=self.about, purpose=emails.DECISION).handed_over()
        for at in mails.order_by("-pk").values_list("created_at", flat=True):
            decision = self.events.filter(verb__in=RULES, created_at__lte=at).last()
            if decision and decision.verb in {"publish", "answer_privately", "merge", "correct"}:
                return at
        return None

    def _require_answer(self, verb: str) -> None:
        answer = self.answers.official().first()
        if answer is None or not answer.body.strip():
            raise StateConflict(verb)

    def _stamp_answer(self, event, now) -> None:
        """Date the answer: reviewed today, due for another look after 24 months.

        The event keeps the old dates, for undo.
        """
        answer = self.answers.official().get()
        dates = ["published_at", "reviewed_at", "review_due_at"]
        event.before["answer"] = {name: plain(getattr(answer, name)) for name in dates}
        event.save(update_fields=["before"])
        today = timezone.localdate(now)
        self.answers.filter(pk=answer.pk).update(
            published_at=now, reviewed_at=today, review_due_at=today + REVIEWED_FOR
        )
