from django.conf import settings
from django.db import models, transaction
from django.utils import timezone

from qa import emails, permissions
from qa.models.event import Event
from qa.models.workflow import NotAllowed, StateConflict

LENGTH = 4000


class FollowUpQuerySet(models.QuerySet):
    def waiting(self):
        """What askers wrote and no curator has replied to or put aside."""
        return self.filter(from_asker=True, settled_at=None)


class FollowUp(models.Model):
    """A few words between asker and curator beside the question; they reopen nothing.

    Private for ever: read on the asker's private page and at the desk alone.
    """

    question = models.ForeignKey("qa.Question", models.CASCADE, related_name="follow_ups")
    from_asker = models.BooleanField()
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    text = models.TextField(max_length=LENGTH)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    settled_at = models.DateTimeField(null=True, blank=True)

    objects = FollowUpQuerySet.as_manager()

    class Meta:
        ordering = ["created_at", "pk"]
        indexes = [
            models.Index(
                fields=["created_at"],
                name="qa_followup_waiting",
                condition=models.Q(from_asker=True, settled_at=None),
            )
        ]

    def __str__(self) -> str:
        return self.text[:80]

    @transaction.atomic
    def reply(self, *, by, text: str) -> "FollowUp":
        """Answer what the asker wrote: by mail, and on their private page.

        Whatever they had written before that is settled by it, too.
        """
        self._settle("reply", by)
        reply = FollowUp.objects.create(
            question=self.question, from_asker=False, author=by, text=text
        )
        emails.follow_up_replied(self.question, self.text, text)
        return reply

    @transaction.atomic
    def put_aside(self, *, by) -> None:
        """There is nothing to reply; the asker is told nothing."""
        self._settle("put_aside", by)

    def _settle(self, verb: str, by) -> None:
        """Raises NotAllowed but for curators, StateConflict where another has settled it."""
        if not permissions.is_curator(by):
            raise NotAllowed(verb)
        if not FollowUp.objects.waiting().filter(pk=self.pk).update(settled_at=timezone.now()):
            raise StateConflict(verb)
        if verb == "reply":
            FollowUp.objects.waiting().filter(
                question=self.question_id, created_at__lte=self.created_at
            ).update(settled_at=timezone.now())
        self.refresh_from_db()
        self.question.events.create(verb=verb, role=Event.Role.CURATOR, actor=by)
