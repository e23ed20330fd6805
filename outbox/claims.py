"""Who may send which row now: claim, hand over, release, recover. Every step is a conditional
UPDATE, so that any number of workers on any number of machines may run.

Leases compare the machines' clocks, which must agree within a few seconds.
"""

import logging
import uuid
from datetime import timedelta

from django.conf import settings
from django.db import connections, router, transaction
from django.db.models import F
from django.utils import timezone

from .models import MAX_TRIES, UNCLAIMED, Message, Status
from .pace import Pace

CLAIM_LEASE = timedelta(seconds=20)  # short: losing it before the hand-over costs nothing
REPLY_TIMEOUT = 30  # seconds of silence from a server that end a try, unless configured
COMMANDS = 8  # more than a try waits for: MAIL, RCPT, DATA, the data, its reply, RSET
CRASHED = "The sender stopped while the server had the mail; it may have arrived."

logger = logging.getLogger(__name__)


def claim(limit, worker_id):
    """Take up to `limit` due rows, transactional mail before letters; return (token, rows)."""
    token = f"{worker_id[:100]}#{uuid.uuid4().hex}"
    for bulk in (False, True):
        limit -= claim_kind(bulk, limit, token)
    return token, list(mine(token).order_by("bulk", "not_before", "pk").prefetch_related("wording"))


def claim_kind(bulk, limit, token):
    """Claim up to `limit` due letters, or other mails; return how many."""
    now = timezone.now()
    # A bare boolean column in the WHERE clause would keep SQLite from using the index.
    due = Message.objects.filter(bulk__in=[bulk]).due(now)
    if limit <= 0 or not due.exists():  # an idle poll takes no lock
        return 0
    with transaction.atomic():
        pace = Pace.locked() if settings.MAIL_PER_MINUTE else None
        limit = min(limit, pace.room(now)) if pace else limit
        locked = due.select_for_update(skip_locked=can_skip_locked())
        chosen = list(locked.values_list("pk", flat=True)[:limit])
        count = Message.objects.filter(pk__in=chosen, status=Status.QUEUED).update(
            status=Status.CLAIMED, claimed_by=token, lease_until=now + CLAIM_LEASE
        )
        if pace:
            pace.spend(count)
        return count


def can_skip_locked():
    alias = router.db_for_write(Message)
    return connections[alias].features.has_select_for_update_skip_locked


def mine(token):
    return Message.objects.filter(status=Status.CLAIMED, claimed_by=token)


def reply_timeout():
    """Seconds."""
    return settings.DELIVERY_EMAIL_OPTIONS.get("timeout") or REPLY_TIMEOUT


def hand_over(pk, token):
    """Mark that the server is about to get the mail; False if it was cancelled, erased or lost."""
    now = timezone.now()
    claimed = mine(token).filter(pk=pk, handed_over_at=None)
    lease = timedelta(seconds=COMMANDS * reply_timeout())
    return bool(
        claimed.update(handed_over_at=now, lease_until=now + lease, attempts=F("attempts") + 1)
    )


def release(token):
    """Put back what this round did not get to."""
    mine(token).filter(handed_over_at=None).update(status=Status.QUEUED, **UNCLAIMED)


def recover():
    """Settle claims whose worker is gone.

    SMTP cannot tell whether a mail arrived when the connection ends between its data and the
    server's 250 (RFC 1047). Other mail is sent again under the same Message-ID; a letter waits for
    a person, since most people mind two letters more than none.
    """
    expired = Message.objects.filter(status=Status.CLAIMED, lease_until__lt=timezone.now())
    if not expired.exists():
        return
    expired.filter(handed_over_at=None).update(status=Status.QUEUED, **UNCLAIMED)
    handed_over = expired.filter(handed_over_at__isnull=False)
    again = handed_over.filter(bulk=False, attempts__lt=MAX_TRIES)
    again.update(status=Status.QUEUED, last_error=CRASHED, **UNCLAIMED)
    stuck = handed_over.update(
        status=Status.UNKNOWN, last_error=CRASHED, claimed_by="", lease_until=None
    )
    if stuck:
        Message.objects.filter(status=Status.UNKNOWN).forget_keys()
        logger.error("%d mails may or may not have arrived; a person must decide.", stuck)
