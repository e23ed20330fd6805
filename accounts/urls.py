"""/accounts/: this site's own pages of a member, then django-allauth's."""

from allauth.account.decorators import reauthentication_required
from allauth.account.views import password_set, signup
from allauth.socialaccount import views as social
from allauth.socialaccount.providers.apple import views as apple
from allauth.socialaccount.providers.github import views as github
from allauth.socialaccount.providers.google import views as google
from allauth.socialaccount.providers.openid_connect import views as openid
from django.db import transaction
from django.urls import include, path, re_path
from django.views.generic import RedirectView

from accounts import views
from accounts.codes import EnterCode
from accounts.social import finish, only_with, start
from accounts.verifying import Confirm, SetByLink
from config.providers import OPENID

own = [
    path("me/", views.me, name="me"),
    path("me/export/", views.export, name="export"),
    path("me/erase/", views.erase_account, name="erase"),
    path("profile/", views.profile, name="profile"),
    path("sessions/", views.sessions, name="sessions"),
    path("sessions/others/end/", views.end_other_sessions, name="end_other_sessions"),
    path("sessions/<str:mark>/end/", views.end_session, name="end_session"),
]
# With an account elsewhere: 404 where the environment does not name it (config/providers.py)
connections = [
    path("connections/", only_with()(social.connections), name="socialaccount_connections"),
    path(
        "connections/cancelled/",
        only_with()(social.login_cancelled),
        name="socialaccount_login_cancelled",
    ),
    path("google/login/", start("google", google.oauth2_login), name="google_login"),
    path(
        "google/login/callback/", finish("google", google.oauth2_callback), name="google_callback"
    ),
    path("github/login/", start("github", github.oauth2_login), name="github_login"),
    path(
        "github/login/callback/", finish("github", github.oauth2_callback), name="github_callback"
    ),
    path("apple/login/", start("apple", apple.oauth2_login), name="apple_login"),
    path("apple/login/callback/", finish("apple", apple.oauth2_callback), name="apple_callback"),
    path(
        "apple/login/callback/finish/",
        finish("apple", apple.oauth2_finish_login),
        name="apple_finish_callback",
    ),
    path(
        "openid/login/",
        start("openid_connect", openid.login),
        {"provider_id": OPENID},
        name="openid_connect_login",
    ),
    path(
        "openid/login/callback/",
        finish("openid_connect", openid.callback),
        {"provider_id": OPENID},
        name="openid_connect_callback",
    ),
]
urlpatterns = [
    path("", RedirectView.as_view(pattern_name="accounts:me")),
    path("", include((own, "accounts"))),
    path("confirm-email/<str:key>/", Confirm.as_view(), name="account_confirm_email"),
    re_path(
        r"^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        SetByLink.as_view(),
        name="account_reset_password_from_key",
    ),
    path("login/code/confirm/", EnterCode.as_view(), name="account_confirm_login_code"),
    # In one transaction, so that known and unknown addresses cost the disk the same
    path("signup/", transaction.atomic(signup), name="account_signup"),
    # A first password is as much of a change as another one
    path(
        "password/set/",
        reauthentication_required(app="allauth.account")(password_set),
        name="account_set_password",
    ),
    path("", include(connections)),
    path("", include("allauth.account.urls")),
    path("2fa/", include("allauth.mfa.urls")),
]
