"""What the worker does by itself for the newsletter (settings.RECURRING)."""

from datetime import timedelta

from django.utils import timezone

from newsletter.models import Issue, Subscriber

# As long as the link in the confirmation mail works (newsletter.models.consent).
UNCONFIRMED_KEPT = timedelta(days=30)


def finish_sending() -> int:
    """Queue what an interrupted sending left out; return how many letters."""
    return sum(issue.finish_sending() for issue in Issue.objects.unfinished())


def purge_unconfirmed() -> int:
    """Forget the addresses whose owner never answered; return how many."""
    old = timezone.now() - UNCONFIRMED_KEPT
    pending = Subscriber.objects.filter(status=Subscriber.Status.PENDING)
    forgotten = pending.filter(created_at__lt=old).exclude(consents__asked_at__gte=old)
    for subscriber in forgotten:
        subscriber.erase()
    return len(forgotten)
