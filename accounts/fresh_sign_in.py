"""Who can show nothing again, neither password nor factor, signs in anew before a change.

django-allauth would let such an account change anything, however long ago it signed in.
"""

import time
from urllib.parse import urlencode

from allauth.account.authentication import get_authentication_records
from allauth.account.internal.flows.reauthentication import get_reauthentication_flows
from allauth.core.exceptions import ImmediateHttpResponse
from django.conf import settings
from django.shortcuts import render
from django.urls import reverse


def require(request) -> None:
    """Raise ImmediateHttpResponse with the page that says so, where the sign-in is too long ago."""
    if get_reauthentication_flows(request.user) or age(request) < timeout():
        return
    back = request.path if request.method == "GET" else settings.LOGIN_REDIRECT_URL
    sign_in = f"{reverse('account_login')}?{urlencode({'next': back})}"
    context = {"sign_in": sign_in, "section": "account"}
    raise ImmediateHttpResponse(render(request, "accounts/sign_in_again.html", context, status=403))


def age(request) -> float:
    """Seconds since this session showed last who it is."""
    records = get_authentication_records(request, request.user)
    return time.time() - max((record["at"] for record in records), default=0)


def timeout() -> int:
    return settings.ACCOUNT_REAUTHENTICATION_TIMEOUT
