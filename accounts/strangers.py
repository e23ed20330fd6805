"""How many mails an address gets that nobody has confirmed: anybody may have typed it."""

from datetime import timedelta

from allauth.account.models import EmailAddress
from django.utils import timezone

from outbox.models import ACCOUNT, Message

PERIOD = timedelta(hours=1)
# "There is no account with this address" only if nothing else came; what somebody who signs up
# needs, a link, a code, a reset, somewhat more often.
HINT, HINTS, NEEDED = "account/email/unknown_account", 1, 3


def have_enough(email: str, template: str) -> bool:
    """Counted as rows, so in all processes; the page that is shown is the same either way."""
    if EmailAddress.objects.filter(email=email.lower(), verified=True).exists():
        return False
    since = timezone.now() - PERIOD
    sent = Message.objects.filter(to__iexact=email, purpose=ACCOUNT, created_at__gt=since)
    return sent.count() >= (HINTS if template == HINT else NEEDED)
