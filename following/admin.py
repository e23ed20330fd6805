"""Who follows what, at the desk: to look an address up, and to stop the mails to it."""

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q
from django.shortcuts import get_object_or_404, redirect
from django.urls import path

from following.models import Follow, Follower
from newsletter.subscriber_admin import ReadOnly


class FollowInline(ReadOnly, admin.TabularInline):
    model = Follow
    fields = ["name", "frequency", "asked_at", "confirmed_at", "withdrawn_at", "told_at", "text"]
    readonly_fields = fields
    extra = 0
    verbose_name_plural = "what was agreed to, and when"

    def has_add_permission(self, request, obj=None):
        return False

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("topic", "question")


@admin.register(Follower)
class FollowerAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ["email", "created_at", "standing_count"]
    search_fields = ["email"]
    fields = ["email", "created_at"]
    inlines = [FollowInline]
    show_full_result_count = False
    change_form_template = "following/admin/follower.html"

    def has_add_permission(self, request):
        """Nobody types followers in."""
        return False

    def get_queryset(self, request):
        standing = Q(follows__confirmed_at__isnull=False, follows__withdrawn_at=None)
        return super().get_queryset(request).annotate(count=Count("follows", filter=standing))

    @admin.display(description="follows", ordering="count")
    def standing_count(self, follower):
        return follower.count

    def get_urls(self):
        view = self.admin_site.admin_view(self.stop)
        return [path("<int:pk>/stop/", view, name="following_follower_stop"), *super().get_urls()]

    def stop(self, request, pk):
        """POST ends all that an address follows, at its owner's wish."""
        if not request.user.has_perm("following.stop_follower"):
            raise PermissionDenied
        follower = get_object_or_404(Follower, pk=pk)
        if request.method == "POST":
            count = follower.stop()
            messages.success(request, f"Stopped: {count}. No more mails go to this address.")
        return redirect("admin:following_follower_change", pk)
