"""So that nobody fills other people's mailboxes from here."""

from qa.models import Trace
from qa.models.trace import TooMany, mailbox_mark, visitor_mark


def allow(request, email: str) -> bool:
    """Whether this visitor, and for this mailbox, may ask once more (settings.LIMITS); counted if
    so. It is asked before anything is looked up, so that it tells of nobody.
    """
    try:
        Trace.objects.take("follow", visitor_mark(request.META["REMOTE_ADDR"]), mailbox_mark(email))
    except TooMany:
        return False
    return True
