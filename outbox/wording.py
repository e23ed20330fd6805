"""What is the same in every mail of a batch, stored once."""

from django.db import models
from django.utils import timezone


class WordingQuerySet(models.QuerySet):
    def purge(self, before):
        """Delete those older than `before`, an aware datetime, that no mail needs any more."""
        return self.filter(created_at__lt=before, mails=None).delete()[0]


class Wording(models.Model):
    """Text and HTML of a batch, with marks where each mail has words of its own."""

    batch = models.CharField(max_length=50, unique=True)
    text = models.TextField()
    html = models.TextField(blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    objects = WordingQuerySet.as_manager()

    def __str__(self):
        return self.batch

    def filled(self, own):
        """(text, html) with each mark of the dict `own` replaced by its words."""
        parts = self.text, self.html
        for mark, words in own.items():
            parts = tuple(part.replace(mark, words) for part in parts)
        return parts
