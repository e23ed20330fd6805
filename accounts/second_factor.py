"""Whether staff have shown a second factor: the account has one, and this session passed it."""

from allauth.account.authentication import get_authentication_records
from allauth.mfa.adapter import get_adapter
from allauth.mfa.signals import authenticator_added
from django.conf import settings
from django.dispatch import receiver

SET_UP = "second_factor_set_up_by"  # in a session: the user who set a factor up in it


def is_missing(request) -> bool:
    """The desk needs a factor, and the account has none, or this session has not shown it."""
    return settings.STAFF_MFA and not (has_factor(request.user) and is_passed(request))


def has_factor(user) -> bool:
    """Asked several times for each page of the admin, looked up once for each request."""
    if not hasattr(user, "has_second_factor"):
        user.has_second_factor = get_adapter().is_mfa_enabled(user)
    return user.has_second_factor


def is_passed(request) -> bool:
    """At sign-in, later when asked, or by setting it up (which asked who it is)."""
    records = get_authentication_records(request, request.user)
    shown = any(record.get("method") == "mfa" for record in records)
    return shown or request.session.get(SET_UP) == request.user.pk


@receiver(authenticator_added, dispatch_uid="second factor is set up")
def on_set_up(request, user, **kwargs) -> None:
    """Sessions that never saw a factor end, apart from the one that has just set it up."""
    request.session[SET_UP] = user.pk
    end_sessions(user, but=request.session.session_key)


def end_sessions(user, but: str | None = None) -> None:
    """Sign a user out everywhere, apart from the session with the given key."""
    user.sessions.exclude(session_key=but).delete()
