"""Addresses that get no more mail of one kind, whatever a list says."""

from django.db import models
from django.db.models import Q
from django.utils import timezone

LETTERS, NEWS = "letters", "news"  # of the newsletter; of what somebody follows


class SuppressionQuerySet(models.QuerySet):
    def letters(self):
        """What keeps letters from an address: a complaint about them, or a mailbox that is none."""
        return self.filter(Q(purpose=LETTERS) | Q(reason=Suppression.Reason.BOUNCE))

    def news(self):
        """The same for news."""
        return self.filter(Q(purpose=NEWS) | Q(reason=Suppression.Reason.BOUNCE))

    def holds(self, address):
        """Whether letters to this address are held back."""
        return self.letters().filter(address=address.lower()).exists()


class Suppression(models.Model):
    """One address (in lower case) and one purpose.

    Who calls a letter spam still gets the answer to a question, and news of what they follow.
    """

    class Reason(models.TextChoices):
        BOUNCE = "bounce", "The mailbox does not exist or takes nothing"
        COMPLAINT = "complaint", "The reader called a letter spam"

    address = models.EmailField(max_length=254)
    purpose = models.CharField(max_length=20, default=LETTERS)
    reason = models.CharField(max_length=10, choices=Reason)
    created_at = models.DateTimeField(default=timezone.now)

    objects = SuppressionQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["address", "purpose"], name="outbox_suppression_once_per_purpose"
            )
        ]

    def __str__(self):
        return f"{self.purpose}: {self.get_reason_display()}"
