"""The admin as this site's desk: one sign-in for everybody, a second factor for staff."""

from allauth.account.utils import get_next_redirect_url
from django.conf import settings
from django.contrib import admin, messages
from django.contrib.auth import logout
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect
from django.urls import reverse

from accounts import second_factor


class DeskSite(admin.AdminSite):
    site_header = "The desk"
    site_title = "Askwell desk"
    index_title = "Overview"
    enable_nav_sidebar = False

    def has_permission(self, request) -> bool:
        """Staff whose session has passed a second factor, unless STAFF_MFA is off."""
        return super().has_permission(request) and not second_factor.is_missing(request)

    def each_context(self, request) -> dict:
        return super().each_context(request) | {"without_factor": not settings.STAFF_MFA}

    def admin_view(self, view, cacheable=False):
        """The door of every page of the admin, and so the place to log what is done there."""
        from accounts import log  # it needs models, which are not there yet when this is imported

        return log.logged(super().admin_view(view, cacheable), self.has_permission)

    def login(self, request, extra_context=None):
        """There is no second sign-in here: hand over to the site's, or to the factor.

        Django's own form would let a password alone in, past the second factor.
        """
        target = get_next_redirect_url(request) or f"/{request.path.split('/')[1]}/"
        if not request.user.is_authenticated:
            return redirect_to_login(target)
        if not super().has_permission(request):
            raise PermissionDenied
        if not second_factor.is_missing(request):
            return redirect(target)
        if second_factor.has_factor(request.user):
            messages.info(request, "The desk needs your second factor.")
            return redirect_to_login(target, reverse("mfa_reauthenticate"))
        messages.info(request, "The desk needs a second factor. Set one up, then come back.")
        return redirect("mfa_index")

    def logout(self, request, extra_context=None):
        """By POST; other methods change nothing."""
        if request.method == "POST":
            logout(request)
        return redirect(settings.ACCOUNT_LOGOUT_REDIRECT_URL)

    def password_change(self, request, extra_context=None):
        return redirect("account_change_password")
