"""What the worker tidies by itself for accounts (settings.RECURRING)."""

from datetime import timedelta

from allauth.account.models import EmailAddress
from allauth.account.signals import email_confirmation_sent
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.dispatch import receiver
from django.utils import timezone

from accounts.belongings import mails_to_unconfirmed
from accounts.models import AdminAction, Unconfirmed, User
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


@transaction.atomic
def purge_unconfirmed() -> int:
    """Delete addresses that members added and nobody confirmed, with the mails to them; return how
    many. An account keeps the addresses that are verified, and its primary one.
    """
    proved = EmailAddress.objects.filter(user=OuterRef("user"), verified=True)
    added = EmailAddress.objects.filter(Exists(proved), verified=False, primary=False)
    Unconfirmed.objects.exclude(address__in=added).delete()
    Unconfirmed.objects.bulk_create(
        [Unconfirmed(address=address) for address in added.filter(unconfirmed=None)],
        ignore_conflicts=True,
    )
    old = added.filter(unconfirmed__since__lt=timezone.now() - UNVERIFIED_KEPT)
    # Nobody confirms one of these meanwhile.
    locked = list(old.select_for_update(of=["self"]).values_list("pk", flat=True))
    gone = EmailAddress.objects.filter(pk__in=locked)
    mails_to_unconfirmed(gone).delete()
    gone.delete()
    return len(locked)


@receiver(email_confirmation_sent, dispatch_uid="a new link begins the time anew")
def begin_anew(request, confirmation, signup, **kwargs) -> None:
    address = confirmation.email_address
    Unconfirmed.objects.filter(address=address).update(since=timezone.now())
