"""Addresses, second factors and connections of people, for the owner: to see, and to take away.

What django-allauth would show instead lets an owner read the secret of a second factor, add one to
another person's account, and add a provider beside those of the environment.
"""

from allauth.account import admin as account  # imported here so that it is registered by now
from allauth.account.models import EmailAddress
from allauth.mfa import admin as mfa
from allauth.mfa.models import Authenticator
from allauth.socialaccount import admin as social
from allauth.socialaccount.models import SocialAccount
from django.contrib import admin

admin.site.unregister(account.EmailAddress)
admin.site.unregister(mfa.Authenticator)
admin.site.unregister([social.SocialAccount, social.SocialApp, social.SocialToken])


class Seen(admin.ModelAdmin):
    def has_add_permission(self, request) -> bool:
        return False

    def has_change_permission(self, request, obj=None) -> bool:
        return False


@admin.register(EmailAddress)
class EmailAddressAdmin(Seen):
    list_display = fields = ["email", "user", "primary", "verified"]
    list_filter = ["primary", "verified"]
    search_fields = ["email"]
    list_select_related = ["user"]


@admin.register(Authenticator)
class AuthenticatorAdmin(Seen):
    """Whoever lost a phone asks the owner, who takes the factor away; a new one is set up next."""

    list_display = fields = ["user", "type", "created_at", "last_used_at"]
    list_filter = ["type"]
    list_select_related = ["user"]


@admin.register(SocialAccount)
class SocialAccountAdmin(Seen):
    list_display = fields = ["user", "provider", "date_joined", "last_login"]
    list_filter = ["provider"]
    list_select_related = ["user"]
