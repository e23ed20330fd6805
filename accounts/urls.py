"""/accounts/: this site's own pages of a member, then django-allauth's."""

from allauth.account.views import signup
from django.db import transaction
from django.urls import include, path
from django.views.generic import RedirectView

from accounts import views
from accounts.verifying import Confirm

own = [
    path("me/", views.me, name="me"),
    path("me/export/", views.export, name="export"),
    path("me/erase/", views.erase_account, name="erase"),
    path("profile/", views.profile, name="profile"),
    path("sessions/", views.sessions, name="sessions"),
    path("sessions/others/end/", views.end_other_sessions, name="end_other_sessions"),
    path("sessions/<str:mark>/end/", views.end_session, name="end_session"),
]
urlpatterns = [
    path("", RedirectView.as_view(pattern_name="accounts:me")),
    path("", include((own, "accounts"))),
    path("confirm-email/<str:key>/", Confirm.as_view(), name="account_confirm_email"),
    # In one transaction, so that known and unknown addresses cost the disk the same
    path("signup/", transaction.atomic(signup), name="account_signup"),
    path("", include("allauth.urls")),
]
