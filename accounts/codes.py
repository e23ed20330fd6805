"""A mailed code is for the account as it was: with another password or address it opens nothing."""

from allauth.account.adapter import get_adapter
from allauth.account.models import EmailAddress
from allauth.account.stages import LoginByCodeStage, LoginStageController
from allauth.account.views import ConfirmLoginCodeView
from allauth.core import context, ratelimit
from django.contrib import messages
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.crypto import salted_hmac

MARK = "code_mark"  # in the session that asked for a code
TOO_OLD = "The code is too old. Ask for another one here."
USED_UP = "After three tries the code no longer works. Ask for another one here."


class EnterCode(ConfirmLoginCodeView):
    """django-allauth would say to wait, though another code may be had at once, and nothing to
    whoever comes after ten minutes.
    """

    def dispatch(self, request, *args, **kwargs):
        answer = super().dispatch(request, *args, **kwargs)
        if getattr(self, "_process", True) is None:
            messages.error(request, TOO_OLD)
        return answer

    def form_invalid(self, form):
        if self._process.record_invalid_attempt():
            return self.render_to_response(self.get_context_data(form=form))
        messages.error(self.request, USED_UP)
        return redirect(self.passthrough_next_url(reverse("account_request_login_code")))


def count(email: str) -> None:
    """By visitor and address, so that nobody else uses up its owner's. Raises ValidationError."""
    request, adapter = context.request, get_adapter()
    key = f"{adapter.get_client_ip(request)} {email.lower()}"
    if not ratelimit.consume(request, action="code_by_visitor", key=key):
        raise adapter.validation_error("rate_limited")


def remember(request, user) -> None:
    """Before a code is mailed to this account, or to nobody (None), which takes as long."""
    request.session[MARK] = _mark(user)


def is_outdated(request) -> bool:
    stage = LoginStageController.enter(request, LoginByCodeStage.key)
    user = stage and stage.login.user
    return bool(user) and request.session.get(MARK) != _mark(user)


def _mark(user) -> str:
    """Another one for another password, and for each address that comes, goes or is proved."""
    owned = EmailAddress.objects.filter(user_id=user.pk if user else 0).order_by("pk")
    addresses = list(owned.values_list("email", "verified"))
    account = user.get_session_auth_hash() if user else ""
    return salted_hmac(MARK, f"{account} {addresses}").hexdigest()
