"""What the owner says: the site's profile, and the versioned policies."""

from django.contrib import admin
from django.db.models import Max
from django.shortcuts import redirect
from django.urls import reverse

from qa.models import Policy, SiteProfile


@admin.register(SiteProfile)
class SiteProfileAdmin(admin.ModelAdmin):
    """One row: the list leads straight to it."""

    fieldsets = [
        (None, {"fields": ["name", "tagline", "expected_reply_days", "disclaimer"]}),
        ("Who answers", {"fields": ["curator_name", "curator_credentials", "curator_bio"]}),
    ]

    def changelist_view(self, request, extra_context=None):
        if not self.has_view_permission(request):
            return super().changelist_view(request, extra_context)
        profile, _ = SiteProfile.objects.get_or_create(pk=1)
        return redirect(reverse("admin:qa_siteprofile_change", args=[profile.pk]))

    def has_add_permission(self, request):
        return False

    def has_delete_permission(self, request, obj=None):
        return False


@admin.register(Policy)
class PolicyAdmin(admin.ModelAdmin):
    """Versions are added, never changed: people agreed to what stands there."""

    list_display = ["kind", "version", "valid_from"]
    list_filter = ["kind"]
    fields = ["kind", "body"]
    actions = None

    def get_fields(self, request, obj=None):
        return ["kind", "version", "valid_from", "body"] if obj else ["kind", "body"]

    def get_changeform_initial_data(self, request):
        """?kind=… begins with the present text."""
        kind = request.GET.get("kind", "")
        current = Policy.objects.current(kind) if kind in Policy.Kind.values else None
        return {"kind": kind, "body": current.body if current else ""}

    def save_model(self, request, obj, form, change):
        newest = Policy.objects.filter(kind=obj.kind).aggregate(newest=Max("version"))["newest"]
        obj.version = (newest or 0) + 1
        super().save_model(request, obj, form, change)

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False
