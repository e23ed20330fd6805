"""Signing in with an account elsewhere (docs/adr/0020); absent where the environment names none."""

from functools import wraps

from allauth.account.internal.flows.reauthentication import raise_if_reauthentication_required
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount import forms
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter, get_adapter
from allauth.socialaccount.helpers import render_authentication_error
from allauth.socialaccount.models import SocialAccount
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import transaction
from django.db.models.signals import pre_save
from django.dispatch import receiver
from django.http import Http404
from django.shortcuts import render
from django.views.decorators.http import require_POST
from requests import RequestException

from accounts import security_log
from accounts.belongings import verified_emails

# What a provider that is away, or answers with nonsense, makes django-allauth raise.
NONSENSE = (RequestException, KeyError, TypeError, ValueError, ImproperlyConfigured)


class SocialAdapter(DefaultSocialAccountAdapter):
    error_messages = DefaultSocialAccountAdapter.error_messages | {
        "no_verified_email": "Confirm an e-mail address first, so that you get in without this.",
    }

    def list_apps(self, request, provider=None, client_id=None) -> list:
        """From the environment alone; no row of the database adds one."""
        if not settings.SOCIALACCOUNT_PROVIDERS:
            return []
        apps = super().list_apps(request, provider=provider, client_id=client_id)
        return [app for app in apps if app.pk is None]

    def get_requests_session(self):
        """Goes where the environment says, and nowhere that an answer leads to."""
        session = super().get_requests_session()
        session.max_redirects = 0
        return session

    def can_authenticate_by_email(self, login, email) -> bool:
        """Never: an account that exists is connected by who is signed in to it."""
        return False

    def pre_social_login(self, request, sociallogin) -> None:
        """Keep one address, if it is vouched for, and none of the tokens."""
        sociallogin.token = None
        sociallogin.account.extra_data = {}
        sociallogin.state.pop("id_token", None)
        sociallogin.email_addresses = vouched_for(sociallogin.email_addresses)
        if sociallogin.user.pk is None and sociallogin.email_addresses:
            sociallogin.user.email = sociallogin.email_addresses[0].email

    def is_open_for_signup(self, request, sociallogin) -> bool:
        """With a proved address only: whoever confirmed another's later would open it to them."""
        if not sociallogin.email_addresses:
            context = {"name": sociallogin.provider.name}
            page = render(request, "socialaccount/no_address.html", context, status=403)
            raise ImmediateHttpResponse(page)
        return super().is_open_for_signup(request, sociallogin)

    @transaction.atomic
    def save_user(self, request, sociallogin, form=None):
        return super().save_user(request, sociallogin, form)

    def on_authentication_error(self, request, provider, **kwargs) -> None:
        security_log.note_failure(request, provider.id)


def vouched_for(addresses: list) -> list:
    """The first address that the provider has verified, the main one before others; or none.

    Some say so by a word instead of true, and every word would count as true.
    """
    for address in addresses:
        if str(address.verified).lower() == "true":
            address.email, address.verified, address.primary = address.email.lower(), True, True
            return [address]
    return []


@receiver(pre_save, sender=SocialAccount, dispatch_uid="nothing of a profile is kept")
def keep_no_profile(instance, **kwargs) -> None:
    """Who it is there is enough; Apple's answer would bring its tokens along."""
    instance.extra_data = {}


class DisconnectForm(forms.DisconnectForm):
    """Of what is configured now; anything else opens nothing, and goes with the account."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        names = [provider.sub_id for provider in get_adapter().list_providers(self.request)]
        self.accounts = self.accounts.filter(provider__in=names)
        self.fields["account"].queryset = self.accounts
        self.fields["account"].error_messages["required"] = "Choose what to disconnect."

    def clean(self) -> dict:
        """Without a password, too: a mailed code lets in whoever has a confirmed address."""
        if not verified_emails(self.request.user):
            raise get_adapter().validation_error("no_verified_email")
        return super(forms.DisconnectForm, self).clean()


def only_with(*providers):
    """The view answers where the environment names one of these, or any if none is said."""

    def decorate(view):
        @wraps(view)
        def wrapper(request, **kwargs):
            configured = settings.SOCIALACCOUNT_PROVIDERS
            if not (any(name in configured for name in providers) if providers else configured):
                raise Http404
            return view(request, **kwargs)

        return wrapper

    return decorate


def start(provider: str, view):
    """Lead on to the provider, by a page of our own: the policy lets no form end elsewhere."""

    @only_with(provider)
    @require_POST
    def wrapper(request, **kwargs):
        if request.POST.get("process") == "connect":
            raise_if_reauthentication_required(request, app="allauth.socialaccount")
        answer = sensible(provider, view, request, **kwargs)
        if answer.status_code != 302:
            return answer
        page = render(request, "socialaccount/onward.html", {"url": answer.url})
        page.headers["Refresh"] = f"0;url={answer.url}"
        return page

    return wrapper


def finish(provider: str, view):
    @only_with(provider)
    @wraps(view)
    def wrapper(request, **kwargs):
        return sensible(provider, view, request, **kwargs)

    return wrapper


def sensible(provider: str, view, request, **kwargs):
    """The view's answer, or the page that says that it did not work."""
    try:
        return view(request, **kwargs)
    except NONSENSE as error:
        there = get_adapter().get_provider(request, provider)
        return render_authentication_error(request, there, exception=error)
