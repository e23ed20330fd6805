"""The log of the desk: one row for whatever is sent there, which nobody can change."""

from functools import wraps

from django.contrib import admin

from accounts.models import AdminAction
from accounts.owner_admin import OwnerReadOnlyAdmin

# What an answer page sends by itself while somebody writes: nothing is decided by it.
BY_ITSELF = {"qa_question_autosave", "qa_question_take", "qa_question_release"}


def logged(view, may_enter):
    """The view, with a row for each POST of somebody who `may_enter(request)`.

    Written once the view has answered. What a decision changed stands in qa.Event, what a form
    of the admin changed in Django's LogEntry, each in the transaction of the change. A view says
    in `request.did` what shall stand here, too.
    """

    @wraps(view)
    def wrapper(request, *args, **kwargs):
        user = request.user if request.method == "POST" and may_enter(request) else None
        response = view(request, *args, **kwargs)
        name = request.resolver_match.url_name or ""
        if user and name not in BY_ITSELF:
            AdminAction.objects.create(
                user_number=user.pk,
                name=name_of(user)[:80],
                action=name[:80],
                path=f"{request.path}{_chosen(request.POST)}{_did(request)}"[:300],
                status=response.status_code,
            )
        return response

    return wrapper


def name_of(user) -> str:
    """The display name, or such as “Curator 12”: no address stays in what cannot be changed."""
    group = user.groups.first()
    role = "Owner" if user.is_superuser else group.name if group else "Staff"
    return user.display_name or f"{role} {user.pk}"


def _did(request) -> str:
    did = getattr(request, "did", "")
    return f" {did}" if did else ""


def _chosen(sent) -> str:
    """What an action of a list was, and on which rows, by their numbers."""
    numbers = [number for number in sent.getlist("_selected_action") if number.isdigit()]
    action = sent.get("action", "")
    return f" {action}: {', '.join(numbers)}" if action.isidentifier() and numbers else ""


@admin.register(AdminAction)
class AdminActionAdmin(OwnerReadOnlyAdmin):
    list_display = fields = ["at", "name", "action", "path", "status"]
    list_filter = ["at", "name"]
    search_fields = ["name", "path"]
