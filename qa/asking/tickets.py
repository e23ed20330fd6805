"""The signed, timed token in a fresh form: it names the draft that the form will make.

Two POSTs of one form carry one key, and so make one draft. Nothing is stored on GET.
"""

import time

from django.core import signing

from qa.models.picture import new_key

SALT = "qa.asking.ticket"
# No person reads, fills in and sends the form within this many seconds.
FASTEST = 3
MISSING, FAST = "form without its token", "form sent back at once"


def issue(topic) -> str:
    return signing.dumps([new_key(), topic.pk, time.time()], salt=SALT)


def read(ticket: str, topic) -> tuple[str, str]:
    """(the draft's key, why it looks like spam or ""). A forged ticket is worth a fresh key."""
    try:
        key, topic_id, issued = signing.loads(ticket, salt=SALT)
    except signing.BadSignature:
        return new_key(), MISSING
    if topic_id != topic.pk:
        return new_key(), MISSING
    return key, FAST if time.time() - issued < FASTEST else ""
