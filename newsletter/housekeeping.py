"""What the worker does by itself for the newsletter (settings.RECURRING)."""

import logging
from datetime import timedelta

from django.utils import timezone

from newsletter.models import Issue, Subscriber
from newsletter.models.issue import NotAllowed

logger = logging.getLogger(__name__)

# As long as the link in the confirmation mail works (newsletter.models.consent).
UNCONFIRMED_KEPT = timedelta(days=30)


def finish_sending() -> int:
    """Queue what an interrupted sending left out; return how many letters."""
    return sum(issue.finish_sending() for issue in Issue.objects.unfinished())


def send_scheduled() -> int:
    """Send the letters whose time has come; return how many letters were queued."""
    return sum(send_one(issue) for issue in Issue.objects.due().select_related("scheduled_by"))


def send_one(issue) -> int:
    try:
        return issue.send(by=issue.scheduled_by)
    except NotAllowed:
        logger.warning("Letter %d is a draft again: who scheduled it may not send.", issue.pk)
        Issue.objects.filter(pk=issue.pk).update(scheduled_at=None)
        return 0


def purge_unconfirmed() -> int:
    """Forget the addresses whose owner never answered; return how many."""
    old = timezone.now() - UNCONFIRMED_KEPT
    pending = Subscriber.objects.filter(status=Subscriber.Status.PENDING)
    forgotten = pending.filter(created_at__lt=old).exclude(consents__asked_at__gte=old)
    for subscriber in forgotten:
        subscriber.erase()
    return len(forgotten)
