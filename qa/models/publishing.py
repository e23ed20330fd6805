"""How an answer goes out: to everybody, or to the asker alone."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.text import slugify

from qa import emails
from qa.models.workflow import StateConflict, plain


def public_slug(title: str) -> str:
    """The last part of a question's address; "answer" is where readers answer."""
    slug = slugify(title)[:80].strip("-")
    return "question" if slug in {"", "answer"} else slug


class Publishing:
    """Verbs of Question that bring its answer to people, or take it back from them."""

    @transaction.atomic
    def publish(self, *, by, note: str = "") -> None:
        """Put question and answer into the archive and mail the answer, with a note if given."""
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
        emails.answer_published(self, note)
        self._answer_merged(note)

    @transaction.atomic
    def unpublish(self, *, by, note: str = "") -> None:
        self._move("unpublish", by=by, note=note, published_at=None)

    @transaction.atomic
    def answer_privately(self, *, by, note: str = "") -> None:
        """Mail the answer to the asker; nothing becomes public."""
        self._require_answer("answer_privately")
        event = self._move("answer_privately", by=by, note=note, spam_reason="")
        self._stamp_answer(event, timezone.now())
        emails.answered_privately(self, note)
        self._answer_merged(note)

    def _answer_merged(self, note: str) -> None:
        for asker in self.merged_askers():
            emails.answer_to_merged(asker, self, note)

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
            published_at=now, reviewed_at=today, review_due_at=today + timedelta(days=730)
        )
