"""Who may use the desk's own pages; staff with another role are refused."""

from functools import wraps

from django.core.exceptions import PermissionDenied

from qa import permissions


def curators_only(view):
    """Refuse whoever may not answer; AdminSite.admin_view has let staff through before."""

    @wraps(view)
    def guarded(request, *args, **kwargs):
        if not permissions.is_curator(request.user):
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return guarded
