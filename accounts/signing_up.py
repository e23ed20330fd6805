"""Signing up without a password: a code is mailed, as for signing in, to whoever gives an address.

So a new address and a known one get the same page and the same mail.
"""

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.login_by_code import LoginCodeVerificationProcess
from allauth.account.utils import passthrough_next_redirect_url
from allauth.core import context, ratelimit
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.http import HttpResponseRedirect
from django.urls import reverse

from accounts import codes
from accounts.verifying import accounts_of


def count(email: str) -> None:
    """Together with the codes to sign in. Raises ValidationError after too many."""
    if not ratelimit.consume(context.request, action="request_login_code", key=email.lower()):
        raise get_adapter().validation_error("too_many_login_attempts")


def mail_code(request, email: str) -> HttpResponseRedirect:
    """Mail the code to the account of this address; the answer leads to where it is entered."""
    user = next(iter(accounts_of(email, is_active=True)), None)
    codes.remember(request, user)
    LoginCodeVerificationProcess.initiate(request=request, user=user, email=email)
    url = reverse("account_confirm_login_code")
    return HttpResponseRedirect(passthrough_next_redirect_url(request, url, REDIRECT_FIELD_NAME))
