"""The history of everything, for the owner: to read, never to change."""

from django.contrib import admin

from accounts.owner_admin import OwnerReadOnlyAdmin
from qa.models import Event


@admin.register(Event)
class EventAdmin(OwnerReadOnlyAdmin):
    list_display = ["created_at", "verb", "question", "role", "actor", "from_status", "to_status"]
    list_filter = ["verb", "role", "created_at"]
    list_select_related = ["question", "actor"]
    fields = ["created_at", "verb", "question", "role", "actor", "from_status", "to_status", "note"]
    readonly_fields = fields  # or Django makes a field of every question to choose from
    ordering = ["-pk"]
