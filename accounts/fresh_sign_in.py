"""Whoever changes an account, exports it or erases it has shown a moment ago who it is.

Who can show nothing again, neither password nor factor, signs in anew: django-allauth would let
such an account change anything, however long ago it signed in.
"""

import time
from urllib.parse import urlencode

from allauth.account.authentication import get_authentication_records
from allauth.account.internal.flows.login import record_authentication
from allauth.account.internal.flows.reauthentication import (
    did_recently_reauthenticate,
    get_reauthentication_flows,
    raise_if_reauthentication_required,
)
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authenticator_added
from django.conf import settings
from django.dispatch import receiver
from django.shortcuts import redirect, render
from django.urls import reverse


def demand(request, *, keep: list[str] = ()) -> None:
    """Raise what leads to showing who it is, and back to this address, where that is too long ago.

    What was sent is not done afterwards by itself, as django-allauth would: the page is shown
    again, with "again" and the fields of `keep` in its address.
    """
    if request.method == "POST" and not is_fresh(request):
        kept = {name: request.POST[name] for name in keep if name in request.POST}
        raise ImmediateHttpResponse(redirect(f"{request.path}?{urlencode({'again': 1, **kept})}"))
    raise_if_reauthentication_required(request, app="accounts")


def is_fresh(request) -> bool:
    if get_reauthentication_flows(request.user):
        return did_recently_reauthenticate(request)
    return age(request) < timeout()


@receiver(authenticator_added, dispatch_uid="a new factor was just shown")
def count_as_shown(request, user, authenticator, **kwargs) -> None:
    """Whoever adds a factor was asked who it is, and proved the factor; the next page, which shows
    the recovery codes, does not ask for it again.
    """
    if authenticator.type != Authenticator.Type.RECOVERY_CODES:
        record_authentication(
            request, user, "mfa", id=authenticator.pk, type=authenticator.type, reauthenticated=True
        )


def require(request) -> None:
    """Raise ImmediateHttpResponse with the page that says so, where the sign-in is too long ago."""
    if get_reauthentication_flows(request.user) or age(request) < timeout():
        return
    back = request.get_full_path() if request.method == "GET" else settings.LOGIN_REDIRECT_URL
    sign_in = f"{reverse('account_login')}?{urlencode({'next': back})}"
    context = {"sign_in": sign_in, "section": "account"}
    raise ImmediateHttpResponse(render(request, "accounts/sign_in_again.html", context, status=403))


def age(request) -> float:
    """Seconds since this session showed last who it is."""
    records = get_authentication_records(request, request.user)
    return time.time() - max((record["at"] for record in records), default=0)


def timeout() -> int:
    return settings.ACCOUNT_REAUTHENTICATION_TIMEOUT
