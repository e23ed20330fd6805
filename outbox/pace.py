"""How fast all senders together may go: a limit for each minute, and rest for a busy server."""

from datetime import timedelta

from django.conf import settings
from django.db import models, transaction
from django.utils import timezone

PROGRESS_PAUSE = 5  # seconds, when a server that took some mail wants no more
FIRST_PAUSE, LONGEST_PAUSE = 10, 120  # seconds, while the mail server takes nothing


def next_pause(last, progress):
    """Seconds to leave a mail server alone that took some mail (`progress`), or none at all."""
    return PROGRESS_PAUSE if progress else min(max(FIRST_PAUSE, 2 * last), LONGEST_PAUSE)


class Pace(models.Model):
    """One row, shared by every worker on every machine and locked while it is changed."""

    tokens = models.FloatField(default=0)  # mails that may leave at once
    filled_at = models.DateTimeField(default=timezone.now)
    pause = models.PositiveIntegerField(default=0)  # seconds, the last rest
    rest_until = models.DateTimeField(null=True)

    @classmethod
    def locked(cls):
        """The row, inside the caller's transaction."""
        return cls.objects.select_for_update().get_or_create(pk=1)[0]

    @classmethod
    def is_resting(cls, now):
        return cls.objects.filter(rest_until__gt=now).exists()

    @classmethod
    @transaction.atomic
    def rest(cls, *, progress):
        """The server is busy (421, 454): no sender speaks to it for a while, ever longer."""
        pace = cls.locked()
        pace.pause = next_pause(pace.pause, progress)
        pace.rest_until = timezone.now() + timedelta(seconds=pace.pause)
        pace.save()

    @classmethod
    @transaction.atomic
    def note_trouble(cls):
        """The connection broke: no rest for the others, but something to recover from."""
        pace = cls.locked()
        pace.pause = max(pace.pause, 1)
        pace.save()

    @classmethod
    def recover(cls):
        """The server took everything, so the next rest is short. False without trouble before."""
        return bool(cls.objects.filter(pause__gt=0).update(pause=0))

    def room(self, now):
        """How many mails may leave now: a bucket that is never filled beyond a tenth of a minute.

        A full bucket and what drips in within any minute add up to MAIL_PER_MINUTE.
        """
        limit = settings.MAIL_PER_MINUTE
        size = max(1, limit // 10)
        rate = (limit - size if size > 1 else limit) / 60  # tokens a second
        passed = max(0, (now - self.filled_at).total_seconds())
        self.tokens, self.filled_at = min(size, self.tokens + passed * rate), now
        return int(self.tokens)

    def spend(self, count):
        self.tokens -= count
        self.save()
