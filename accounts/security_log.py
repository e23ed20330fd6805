"""What the console says about signing in and about what keeps an account safe, as words=values.

`event=signed_in user=12 method=password+mfa`. Nobody is named: `user` is the number of an account,
which leads to nobody once that is erased; `visitor` is a fingerprint that is another one each day.
"""

import logging
from functools import partial
from urllib.parse import quote

from allauth.account import signals as account
from allauth.account.authentication import get_authentication_records
from allauth.mfa import signals as mfa
from allauth.socialaccount import signals as social
from django.contrib.auth import signals as auth
from django.dispatch import receiver

from qa.models.trace import day_mark

logger = logging.getLogger("askwell.security")

EVENTS = {
    "password_changed": account.password_changed,
    "password_set": account.password_set,
    "password_reset": account.password_reset,
    "email_added": account.email_added,
    "email_changed": account.email_changed,
    "email_removed": account.email_removed,
    "factor_added": mfa.authenticator_added,
    "factor_removed": mfa.authenticator_removed,
    "factor_made_anew": mfa.authenticator_reset,
    "factor_failed": mfa.authentication_failed,
    "code_refused": account.login_code_rejected,
    "connection_removed": social.social_account_removed,
}


def note(event: str, user=None, **more) -> None:
    """One line. `more` has values of our own making; a path is quoted, so that it stays one."""
    words = {"event": event, "user": getattr(user, "pk", user), **more}
    logger.info(
        " ".join(f"{name}={quote(str(word), '/+')}" for name, word in words.items() if word)
    )


def note_failure(request, method: str) -> None:
    """Of a sign-in, by whom nobody knows."""
    address = request.META["REMOTE_ADDR"] if request else ""
    note("sign_in_failed", method=method, visitor=day_mark(address, "sign-in")[:12])


def note_change(event: str, user=None, authenticator=None, **kwargs) -> None:
    note(event, user, type=getattr(authenticator, "type", None))


for _event, _signal in EVENTS.items():
    _signal.connect(partial(note_change, _event), weak=False, dispatch_uid=f"log {_event}")


@receiver(auth.user_logged_in, dispatch_uid="log signed in")
def on_signed_in(request, user, **kwargs) -> None:
    records = get_authentication_records(request, user) if request else []
    note("signed_in", user, method="+".join(record["method"] for record in records))


@receiver(auth.user_logged_out, dispatch_uid="log signed out")
def on_signed_out(user, **kwargs) -> None:
    if user and user.pk:
        note("signed_out", user)


@receiver(auth.user_login_failed, dispatch_uid="log failed")
def on_failed(request=None, **kwargs) -> None:
    note_failure(request, "password")


@receiver(social.social_account_added, dispatch_uid="log connection added")
def on_connected(sociallogin, **kwargs) -> None:
    note("connection_added", sociallogin.user, type=sociallogin.account.provider)
