"""The history of everything, for the owner: to read, never to change."""

from django.contrib import admin

from qa.models import Event


@admin.register(Event)
class EventAdmin(admin.ModelAdmin):
    list_display = ["created_at", "verb", "question", "role", "actor", "from_status", "to_status"]
    list_filter = ["verb", "role", "created_at"]
    list_select_related = ["question", "actor"]
    fields = ["created_at", "verb", "question", "role", "actor", "from_status", "to_status", "note"]
    readonly_fields = fields  # or Django makes a field of every question to choose from
    ordering = ["-pk"]
    actions = None
    show_full_result_count = False

    def has_module_permission(self, request):
        return request.user.is_superuser

    def has_view_permission(self, request, obj=None):
        return request.user.is_superuser

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False
