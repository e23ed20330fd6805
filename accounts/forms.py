import re

from allauth.account import forms as allauth
from allauth.account.utils import has_verified_email, setup_user_email
from allauth.core import context
from allauth.mfa.base import forms as mfa
from allauth.mfa.models import Authenticator
from allauth.mfa.totp import forms as totp
from allauth.mfa.totp.internal.auth import TOTP
from allauth.mfa.webauthn import forms as webauthn
from django import forms
from django.db import transaction
from django.utils.crypto import get_random_string

from accounts import codes, names, signing_up, strangers, verifying
from accounts.models import User
from outbox.address import WRONG, require_reachable

WORD = "erase"
# They turn the text around them about (UAX 9, 2.1 to 2.5): beside a name, the page's own words.
TURNING = re.compile("[\u202a-\u202e\u2066-\u2069]")


class ProfileForm(forms.ModelForm):
    """Name and place; for curators also what readers learn about who answers."""

    class Meta:
        model = User
        fields = ["display_name", "place", "credentials", "bio"]
        labels = {"display_name": "Name", "bio": "About you"}
        help_texts = {
            "display_name": "Shown with what you write here. It need not be your own. Answers that "
            "are published keep the name that they had."
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if not self.instance.is_staff:
            del self.fields["credentials"], self.fields["bio"]

    def clean_display_name(self) -> str:
        name = TURNING.sub("", self.cleaned_data["display_name"])
        return names.own(names.plain(name), self.instance)

    def clean_place(self) -> str:
        return names.plain(TURNING.sub("", self.cleaned_data["place"]))


# Said beside a field and in the summary above, where it must tell by itself which field it means.
EMPTY = {
    "login": "Enter your e-mail address.",
    "email": "Enter your e-mail address.",
    "password": "Enter your password.",
    "oldpassword": "Enter your present password.",
    "password1": "Enter a new password.",
    "password2": "Enter the same password again.",
    "code": "Enter the code from the mail.",
}


class Sentences:
    """For a form of django-allauth: “This field is required.” does not say which."""

    empty = EMPTY

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name, sentence in self.empty.items():
            if name in self.fields:
                self.fields[name].error_messages["required"] = sentence
        if "email" in self.fields:
            self.fields["email"].error_messages["invalid"] = WRONG


class LoginForm(Sentences, allauth.LoginForm):
    pass


class SignupForm(Sentences, allauth.SignupForm):
    """With a password the address is confirmed by a mailed link; without, by a mailed code."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["password1"].label = "Password"
        self.fields["password2"].label = "Password, again"

    def validate_unique_email(self, value) -> str:
        email = super().validate_unique_email(value)
        self.account_already_exists = bool(verifying.accounts_of(email))
        return email

    def clean_password2(self) -> str:
        if self.cleaned_data.get("password1") and not self.cleaned_data["password2"]:
            raise forms.ValidationError(EMPTY["password2"])
        return self.cleaned_data["password2"]

    def try_save(self, request):
        """Makes an account for nobody, too: time must not tell whose address is known."""
        if self.account_already_exists:
            self.make_and_forget(request)
        if self.cleaned_data["password1"]:
            return super().try_save(request)
        if not self.account_already_exists:
            self.save(request)
        return None, signing_up.mail_code(request, self.cleaned_data["email"])

    def save(self, request):
        user = super().save(request)
        self.complete(user)
        return user

    def complete(self, user) -> None:
        """django-allauth adds no address that waits in another account."""
        user.signed_up = True
        user.save(update_fields=["signed_up"])
        user.emailaddress_set.get_or_create(email=user.email, defaults={"primary": True})

    def clean(self) -> dict:
        cleaned = super().clean()
        if not self.errors and not cleaned["password1"]:
            codes.count(cleaned["email"])
            signing_up.count(cleaned["email"])
        return cleaned

    @transaction.atomic
    def make_and_forget(self, request) -> None:
        """What django-allauth and the mail to a new account look up and write."""
        email = f"{get_random_string(20)}@nobody.invalid"
        nobody = User.objects.create_user(email, self.cleaned_data["password1"] or None)
        setup_user_email(request, nobody, [])
        self.complete(nobody)
        if not has_verified_email(nobody):
            nobody.emailaddress_set.get().user.refresh_from_db()
        strangers.have_enough(email, "")
        transaction.set_rollback(True)


class AddEmailForm(Sentences, allauth.AddEmailForm):
    pass


class ChangePasswordForm(Sentences, allauth.ChangePasswordForm):
    pass


class SetPasswordForm(Sentences, allauth.SetPasswordForm):
    pass


class ResetPasswordForm(Sentences, allauth.ResetPasswordForm):
    def clean_email(self) -> str:
        email = super().clean_email()
        self.users = verifying.accounts_of(email, is_active=True)
        if not self.users:  # as much work as for an account, which is mailed a token
            allauth.default_token_generator.make_token(User(pk=0))
        return email


class ResetPasswordKeyForm(Sentences, allauth.ResetPasswordKeyForm):
    def save(self) -> None:
        super().save()
        verifying.prove_by_link(self.user)


class ReauthenticateForm(Sentences, allauth.ReauthenticateForm):
    pass


class RequestLoginCodeForm(Sentences, allauth.RequestLoginCodeForm):
    def clean_email(self) -> str:
        """As much work for an address without an account; django-allauth looks twice as often."""
        email = require_reachable(self.cleaned_data["email"])
        codes.count(email)
        signing_up.count(email)
        self._user = next(iter(verifying.accounts_of(email, is_active=True)), None)
        codes.remember(context.request, self._user)
        return email


class ConfirmLoginCodeForm(Sentences, allauth.ConfirmLoginCodeForm):
    def clean_code(self) -> str:
        code = super().clean_code()
        if codes.is_outdated(context.request):
            raise forms.ValidationError("The code is too old. Ask for another one.")
        return code


class FactorForm(Sentences):
    empty = {"code": "Enter the code that your app shows, or one of your recovery codes."}


class AuthenticateForm(FactorForm, mfa.AuthenticateForm):
    pass


class FactorReauthenticateForm(FactorForm, mfa.ReauthenticateForm):
    pass


class ActivateTOTPForm(Sentences, totp.ActivateTOTPForm):
    empty = {"code": "Enter the six digits that your app shows now."}

    def clean_code(self) -> str:
        """The code is used up by this, as by signing in; django-allauth lets it sign in, too."""
        code = super().clean_code()
        TOTP(Authenticator(user=self.user))._mark_code_used(code)
        return code


class AddKeyForm(Sentences, webauthn.AddWebAuthnForm):
    """A passkey, unless somebody wants a key that only comes after the password."""

    empty = {"credential": "Press “Add it”, then touch or choose your key."}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["passwordless"].initial = True


class EraseForm(forms.Form):
    questions = forms.ChoiceField(
        label="Your published questions and answers",
        choices=[
            ("keep", "Stay for other readers, without your name, place and address"),
            ("erase", "Are erased too; with your questions go the answers to them"),
        ],
        initial="keep",
        widget=forms.RadioSelect,
        error_messages={"required": "Choose what becomes of your published questions"},
    )
    word = forms.CharField(
        label=f"Type “{WORD}” to confirm",
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none"}),
        error_messages={"required": f"Type the word “{WORD}”"},
    )

    def clean_word(self) -> str:
        if self.cleaned_data["word"].strip().lower() != WORD:
            raise forms.ValidationError(f"Type the word “{WORD}”")
        return WORD

    @property
    def keeps_published(self) -> bool:
        return self.cleaned_data["questions"] == "keep"
