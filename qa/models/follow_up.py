from django.conf import settings
from django.db import models
from django.utils import timezone


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
    text = models.TextField(max_length=4000)
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
