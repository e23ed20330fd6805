"""Telling the owner that mail is stuck: one notice a day at most, however many mails fail."""

from datetime import timedelta

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from . import mail
from .models import Message, Status

NOTICE = "mail notice"
PAUSE = timedelta(hours=24)
FAILED_LINK = "?status__exact=failed"
UNKNOWN_LINK = "?status__exact=unknown"


@transaction.atomic
def tell_owner():
    """Mail the owners what failed or may have arrived since the last notice; return how many."""
    now = timezone.now()
    last = Message.objects.filter(purpose=NOTICE).order_by("-pk").first()
    if last and last.created_at > now - PAUSE:
        return 0
    counts = stuck(since=last.created_at if last else now - PAUSE).counts()
    failed, unknown = counts[Status.FAILED], counts[Status.UNKNOWN]
    if not failed + unknown:
        return 0
    notice = mail.compose("mail_stuck", context(failed, unknown))
    owners = get_user_model().objects.filter(is_superuser=True, is_active=True)
    written = [write(owner.email, notice, now) for owner in owners if owner.email]
    return len(written)


def stuck(since):
    """Mail that was given up after `since`, these notices apart."""
    given_up = Q(handed_over_at__gt=since, status__in=[Status.FAILED, Status.UNKNOWN])
    return Message.objects.filter(given_up).exclude(purpose=NOTICE)


def context(failed, unknown):
    desk = settings.BASE_URL + reverse("admin:outbox_message_changelist")
    return {
        "failed": failed,
        "unknown": unknown,
        "failed_url": desk + FAILED_LINK,
        "unknown_url": desk + UNKNOWN_LINK,
    }


def write(address, notice, now):
    """Two workers at once write one row (the key is the day's)."""
    subject, text, html = notice
    return mail.queue(
        to=address,
        subject=subject,
        text=text,
        html=html,
        purpose=NOTICE,
        dedupe_key=f"notice:{address.lower()}:{now:%Y-%m-%d}",
    )
