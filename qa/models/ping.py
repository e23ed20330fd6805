from django.db import models
from django.db.models import F
from django.utils import timezone

from outbox.retry import delay

MOST_TRIES = 8


class PingQuerySet(models.QuerySet):
    def due(self):
        open_ = self.filter(sent_at=None, attempts__lt=MOST_TRIES)
        return open_.filter(due_at__lte=timezone.now()).order_by("pk")


class Ping(models.Model):
    """One message to the search engines: these addresses have changed (qa/indexnow.py)."""

    # The last event that it speaks of; the next ping begins behind it.
    last_event = models.BigIntegerField(unique=True)
    urls = models.JSONField()
    created_at = models.DateTimeField(default=timezone.now)
    attempts = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField(default=timezone.now, db_index=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    error = models.CharField(max_length=200, blank=True)

    objects = PingQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{len(self.urls)} addresses, up to event {self.last_event}"

    def claim(self) -> bool:
        """Take the next try, which no other worker then takes; the pauses are those of mails."""
        later = timezone.now() + delay(min(self.attempts + 1, MOST_TRIES - 1))
        rows = Ping.objects.filter(pk=self.pk, attempts=self.attempts, sent_at=None)
        return bool(rows.update(attempts=F("attempts") + 1, due_at=later))

    def note(self, error: str, *, final: bool = False) -> None:
        """What came of a try: "" for success; `final` where no further try can help."""
        changes = {"error": error[:200]}
        if not error:
            changes["sent_at"] = timezone.now()
        if final:
            changes["attempts"] = MOST_TRIES
        Ping.objects.filter(pk=self.pk).update(**changes)
