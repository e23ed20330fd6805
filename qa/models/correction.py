from django.conf import settings
from django.db import models
from django.utils import timezone


class Correction(models.Model):
    """A dated note under a published answer that says what was changed in it later, and why."""

    question = models.ForeignKey("qa.Question", models.CASCADE, related_name="corrections")
    note = models.TextField(max_length=1000)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["created_at", "pk"]

    def __str__(self) -> str:
        return self.note
