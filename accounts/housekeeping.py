"""What the worker tidies by itself for accounts (settings.RECURRING)."""

from datetime import timedelta

from allauth.account.models import EmailAddress
from django.db.models import Exists, OuterRef
from django.utils import timezone

from accounts.models import AdminAction, User
from accounts.sessions import SessionStore

# As long as the mailed link works (ACCOUNT_EMAIL_CONFIRMATION_EXPIRE_DAYS).
UNVERIFIED_KEPT = timedelta(days=3)


def clear_sessions() -> None:
    """Delete the sessions that have ended."""
    SessionStore.clear_expired()


def purge_admin_actions() -> int:
    """Delete what the log of the desk has kept long enough; return how many rows."""
    old = timezone.now() - AdminAction.KEPT
    return AdminAction.objects.filter(at__lt=old).delete()[0]


def purge_unverified() -> int:
    """Delete sign-ups whose address nobody confirmed; return how many rows went.

    Whom the owner or an import entered stays.
    """
    addresses = EmailAddress.objects.filter(user=OuterRef("pk"))
    unproved = User.objects.filter(Exists(addresses), ~Exists(addresses.filter(verified=True)))
    old = timezone.now() - UNVERIFIED_KEPT
    members = unproved.filter(is_staff=False, is_superuser=False, last_login=None)
    return members.filter(date_joined__lt=old, signed_up=True).delete()[0]
