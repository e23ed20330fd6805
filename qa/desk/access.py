"""Who may use the desk's own pages; staff with another role are refused."""

from functools import wraps

from django.contrib import admin
from django.contrib.auth import get_user_model
from django.core.exceptions import PermissionDenied
from django.db.models import Q

from qa import permissions


def curators_only(view):
    """Refuse whoever may not answer; AdminSite.admin_view has let staff through before."""

    @wraps(view)
    def guarded(request, *args, **kwargs):
        if not permissions.is_curator(request.user):
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return guarded


class CuratorAdmin(admin.ModelAdmin):
    """A list for curators: what is in it is made and decided elsewhere, and never deleted."""

    def has_module_permission(self, request) -> bool:
        return permissions.is_curator(request.user)

    def has_view_permission(self, request, obj=None) -> bool:
        return permissions.is_curator(request.user)

    def has_change_permission(self, request, obj=None) -> bool:
        return permissions.is_curator(request.user)

    def has_add_permission(self, request) -> bool:
        return False

    def has_delete_permission(self, request, obj=None) -> bool:
        return False


def curators():
    """Everybody who may answer, by name, as permissions.is_curator tells."""
    staff = get_user_model().objects.filter(is_staff=True, is_active=True)
    may = Q(is_superuser=True)
    for path in ["user_permissions", "groups__permissions"]:
        may |= Q(
            **{f"{path}__codename": "answer_question", f"{path}__content_type__app_label": "qa"}
        )
    return staff.filter(may).distinct().order_by("display_name", "email")
