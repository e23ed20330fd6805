"""How django-allauth is fitted to this site."""

from urllib.parse import urlencode

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.utils import get_next_redirect_url
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings
from django.urls import reverse

from accounts import fresh_sign_in, strangers, verifying
from outbox.address import require_reachable
from outbox.mail import render_html
from qa.models import SiteProfile


class AccountAdapter(DefaultAccountAdapter):
    """Links in mails carry BASE_URL, whatever Host a request came with."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "duplicate_email": "This address is in your account already.",
        "email_password_mismatch": "The e-mail address or the password is not right.",
        "enter_current_password": "This is not your present password.",
        "incorrect_code": "The code is not right. Look at the newest mail.",
        "incorrect_password": "The password is not right.",
        "invalid_password_reset": "The link is too old, or was used already.",
        "too_many_login_attempts": "Too many attempts. Wait five minutes, then try again.",
        "rate_limited": "Too many requests. Wait a minute, then try again.",
    }

    def clean_email(self, email: str) -> str:
        return require_reachable(email)

    def send_mail(self, template_prefix, email, context):
        """Not, if it would be one too many to somebody who may know nothing of this site."""
        if not strangers.have_enough(email, template_prefix):
            super().send_mail(template_prefix, email, context)

    def get_email_confirmation_url(self, request, emailconfirmation) -> str:
        """With the way back to where somebody was asked to sign in, if there was one."""
        url = site_url("account_confirm_email", emailconfirmation.key)
        way = get_next_redirect_url(request) if request else None
        user = emailconfirmation.email_address.user
        query = {} if verifying.never_verified(user) else {"of": verifying.mark(user)}
        # Only a path of this site: allauth has checked the host of anything longer, if at all.
        if way and way.startswith("/") and self.is_safe_url(way):
            query["next"] = way
        return f"{url}?{urlencode(query)}" if query else url

    def get_reset_password_from_key_url(self, key) -> str:
        url = super().get_reset_password_from_key_url(key)
        return settings.BASE_URL + url[url.index("/accounts/") :]

    def get_from_email(self) -> str:
        return SiteProfile.load().sender

    def get_client_ip(self, request) -> str:
        """REMOTE_ADDR, which config.middleware.TrustedProxies has already settled."""
        return request.META["REMOTE_ADDR"]

    def is_reauthentication_required(self, *, app: str, **kwargs) -> bool:
        """Who has neither password nor factor to show again signs in anew, by code or elsewhere."""
        fresh_sign_in.require(context.request)
        return super().is_reauthentication_required(app=app, **kwargs)

    def get_reauthentication_methods(self, user):
        """Who has a second factor shows it: a password alone shall not change or remove it."""
        methods = super().get_reauthentication_methods(user)
        return [way for way in methods if way["id"] != "reauthenticate"] or methods

    def render_mail(self, template_prefix, email, context, headers=None):
        """The text template, and its paragraphs again as HTML."""
        context = context | {
            "site_name": SiteProfile.load().name,
            "site_url": settings.BASE_URL,
            "adds": adds_address(context.get("user")),
            "elsewhere": bool(settings.SOCIALACCOUNT_PROVIDERS),
            "signup_url": site_url("account_signup"),
            "login_url": site_url("account_login"),
            "reset_url": site_url("account_reset_password"),
        }
        message = super().render_mail(template_prefix, email, context, headers)
        context |= {"subject": message.subject, "paragraphs": paragraphs(message.body)}
        message.attach_alternative(render_html("account/email/message.html", context), "text/html")
        return message


class FactorAdapter(DefaultMFAAdapter):
    error_messages = DefaultMFAAdapter.error_messages | {
        "add_email_blocked": "An account with a second factor takes no further address. Remove the "
        "factor, add and confirm the address, then set the factor up again.",
        "cannot_generate_recovery_codes": "Set up an app or a key first; the codes come with it.",
        "incorrect_code": "The code or the key is not right. Try again.",
        "unverified_email": "First confirm your e-mail addresses, or remove those that are not "
        "confirmed.",
    }


def adds_address(user) -> bool:
    """Whether an address that is to be confirmed would be one more of this account."""
    return bool(user) and user.emailaddress_set.filter(verified=True).exists()


def site_url(name: str, *args) -> str:
    return settings.BASE_URL + reverse(name, args=args)


def paragraphs(text: str) -> list[dict]:
    """The text above the signature: each paragraph with what it is, words, a link or a code."""
    blocks = text.partition("\n-- \n")[0].split("\n\n")
    return [{"kind": kind_of(block), "text": block} for block in map(str.strip, blocks) if block]


def kind_of(block: str) -> str:
    if block.startswith(settings.BASE_URL) and len(block.split()) == 1:
        return "link"
    return "code" if len(block.split()) == 1 and block.replace("-", "").isupper() else "words"
