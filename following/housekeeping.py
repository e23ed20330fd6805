"""What the worker does by itself for followers (settings.RECURRING)."""

from datetime import timedelta

from django.db.models import Exists, OuterRef
from django.utils import timezone

import outbox.mail
from following.models import Bulletin, Follow, Follower
from following.models.follow import CONFIRMATION_AGE

# An address whose last follow has ended is kept as long as the mails to it are.
LEFT_KEPT = timedelta(days=180)


def purge() -> int:
    """Forget what was never confirmed and who has left long ago; return how many addresses."""
    now = timezone.now()
    old = Follow.objects.filter(confirmed_at=None, asked_at__lt=now - CONFIRMATION_AGE)
    for follow in old:
        outbox.mail.erase(about=follow.about)
    old.delete()
    own = Follow.objects.filter(follower=OuterRef("pk"))
    recent = own.exclude(withdrawn_at__lt=now - LEFT_KEPT)
    forgotten = Follower.objects.filter(~Exists(recent), created_at__lt=now - CONFIRMATION_AGE)
    for follower in forgotten:
        follower.erase()
    Bulletin.objects.filter(created_at__lt=now - LEFT_KEPT).delete()
    return len(forgotten)
