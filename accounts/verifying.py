"""The proof that an address is its account's, which brings what was ever asked with the address.

Anybody may sign up with another's address and a password of their own, or add it to their account,
and wait until its owner proves the address for them. So no password of a stranger outlives the
first proof, an address is added only by whoever is signed in to the account, and until then neither
a code nor a reset for that address opens it.
"""

from http import HTTPStatus

from allauth.account.adapter import get_adapter
from allauth.account.internal.userkit import filter_users_by_email
from allauth.account.signals import authentication_step_completed
from allauth.account.stages import EmailVerificationStage, LoginStageController
from allauth.account.views import ConfirmEmailView, PasswordResetFromKeyView
from django import forms
from django.contrib import messages
from django.dispatch import receiver
from django.http import Http404
from django.utils.crypto import constant_time_compare, salted_hmac

FORGOTTEN = (
    "The password of the sign-up no longer works: it came before your address was confirmed."
)


def never_verified(user) -> bool:
    return not user.emailaddress_set.filter(verified=True).exists()


def mark(user) -> str:
    """In a link that adds an address: another one for another password or another own address."""
    verified = user.emailaddress_set.filter(verified=True).order_by("pk")
    account = f"{user.get_session_auth_hash()} {list(verified.values_list('email', flat=True))}"
    return salted_hmac("accounts.verifying.mark", account).hexdigest()[:32]


def accounts_of(email: str, **options) -> list:
    """The accounts that are opened by reading this address's mail.

    Not one whose member added it, and where nobody proved it: its owner would prove it for them.
    `options` are those of django-allauth's filter_users_by_email.
    """
    users = filter_users_by_email(email, prefer_verified=True, for_login=True, **options)
    return [user for user in users if user.has_verified(email) or never_verified(user)]


def prove_by_link(user) -> None:
    """Who set a password by a mailed link reads the mail; of which address, if there are several?

    A password of the sign-up ends with it, so that no stranger's is left.
    """
    if user.emailaddress_set.count() == 1:
        user.emailaddress_set.get().set_verified()


def signed_up_at(user):
    """When somebody made the account, of whose address there is no proof yet; else None.

    Whom the owner entered did not sign up, and their account stays (housekeeping).
    """
    signed_up = user.signed_up and not user.is_staff
    return user.date_joined if signed_up and never_verified(user) else None


@receiver(authentication_step_completed, dispatch_uid="a code proves the address")
def forget_password(request, user, method, **kwargs) -> None:
    """A code proves who reads the mail, not who chose the password. Sent before it verifies."""
    if method == "code" and user.has_usable_password() and never_verified(user):
        user.set_unusable_password()
        user.save(update_fields=["password"])
        messages.info(request, FORGOTTEN)


class PasswordForm(forms.Form):
    password = forms.CharField(
        label="The password that you chose",
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
        error_messages={"required": "Enter the password that you chose"},
    )

    def __init__(self, *args, check, **kwargs):
        super().__init__(*args, **kwargs)
        self.check = check

    def clean_password(self) -> str:
        if not self.check(self.cleaned_data["password"]):
            raise forms.ValidationError("This is not the password of the sign-up")
        return self.cleaned_data["password"]


class Confirm(ConfirmEmailView):
    """The mailed link; in another browser than that of the sign-up it asks for the password, and
    for an address that is added, to sign in to the account.
    """

    form = None

    def get_object(self, queryset=None):
        """None for a link that is too old, used or damaged: a page says so."""
        try:
            found = super().get_object(queryset)
        except Http404:
            return None
        user, given = found.email_address.user, self.request.GET.get("of", "")
        return found if never_verified(user) or constant_time_compare(given, mark(user)) else None

    def logout_other_user(self, confirmation) -> None:
        """By POST alone: whoever fetches a link, a scanner or a preview, signs nobody out."""
        if self.request.method == "POST":
            super().logout_other_user(confirmation)

    def render_to_response(self, context, **kwargs):
        if not self.object:
            kwargs["status"] = HTTPStatus.GONE
        return super().render_to_response(context, **kwargs)

    def post(self, *args, **kwargs):
        self.object = self.get_object()
        if not self.object:
            return self.render_to_response(self.get_context_data())
        if asks_sign_in(self.request, self.object.email_address):
            return self.render_to_response(self.get_context_data(), status=422)
        if asks_password(self.request, self.object.email_address):
            self.form = PasswordForm(self.request.POST, check=self.is_right)
            if not self.form.is_valid():
                return self.render_to_response(self.get_context_data(), status=422)
        return super().post(*args, **kwargs)

    def is_right(self, password: str) -> bool:
        """Counted like any sign-in. Raises ValidationError after too many."""
        address = self.object.email_address
        user = get_adapter().authenticate(self.request, email=address.email, password=password)
        return user == address.user

    def get_context_data(self, **kwargs) -> dict:
        context = super().get_context_data(**kwargs)
        if self.object and asks_password(self.request, self.object.email_address):
            context["form"] = self.form or PasswordForm(check=self.is_right)
        if self.object:
            address = self.object.email_address
            context["adds"] = not never_verified(address.user)
            context["asks_sign_in"] = asks_sign_in(self.request, address)
            context["signed_up_at"] = signed_up_at(self.object.email_address.user)
            user = self.request.user
            context["is_own"] = user.is_authenticated and user.has_verified(address.email)
        return context


class SetByLink(PasswordResetFromKeyView):
    """The mailed link by which a password is set; no answer tells whether there is an account."""

    def logout(self) -> None:
        """Whoever is signed in to another account: by POST alone, as in Confirm."""
        if self.request.method == "POST":
            super().logout()

    def render_to_response(self, context, **kwargs):
        if context.get("token_fail"):
            kwargs["status"] = HTTPStatus.GONE
        return super().render_to_response(context, **kwargs)


def asks_sign_in(request, address) -> bool:
    """An account that is proved already gets another address only by its owner's own hand."""
    return not never_verified(address.user) and request.user != address.user


def asks_password(request, address) -> bool:
    user = address.user
    return user.has_usable_password() and never_verified(user) and not signed_up_here(request, user)


def signed_up_here(request, user) -> bool:
    """This browser knew the password: it signed up, or in, and waits for the confirmation."""
    stage = LoginStageController.enter(request, EmailVerificationStage.key)
    return bool(stage) and stage.login.user == user
