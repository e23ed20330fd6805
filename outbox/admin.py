"""The mails, for staff: to read, to try again, to stop; never to edit.

Nobody reads here what opens something: an account's mails have no words, and keys in other mails
are left out.
"""

import json

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect
from django.urls import path
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import ngettext

from config.logs import without_keys

from .models import ACCOUNT, Message, MessageQuerySet, Status
from .pace import Pace
from .suppression import Suppression


@admin.register(Message)
class MessageAdmin(admin.ModelAdmin):
    list_display = [
        "created_at",
        "status",
        "purpose",
        "to",
        "subject",
        "attempts",
        "sent_at",
        "reason",
    ]
    list_filter = ["status", "purpose", "bulk", "created_at"]
    search_fields = ["to", "subject", "about", "message_id"]
    actions = ["try_again", "it_arrived", "cancel"]
    show_full_result_count = False
    fieldsets = [
        (None, {"fields": ["status", "purpose", "about", "bulk", "last_error"]}),
        ("Mail", {"fields": ["to", "from_email", "reply_to", "subject", "body", "html_source"]}),
        ("Headers", {"fields": ["message_id", "header_source"]}),
        (
            "Delivery",
            {
                "fields": [
                    *["attempts", "created_at", "not_before"],
                    *["handed_over_at", "sent_at", "bounced_at"],
                ]
            },
        ),
    ]

    def has_add_permission(self, request):
        return False

    def has_delete_permission(self, request, obj=None):
        return False

    def has_change_permission(self, request, obj=None):
        """The list's actions need it; a single mail is read-only."""
        return obj is None and super().has_change_permission(request)

    def get_queryset(self, request):
        """To see who asked for a code, and when, is the owner's business."""
        mails = super().get_queryset(request)
        return mails if request.user.is_superuser else mails.exclude(purpose=ACCOUNT)

    def lookup_allowed(self, lookup, value, request=None):
        """The list's own filters: ?text__contains= would find out words that are not shown."""
        return lookup.split("__")[0] in self.list_filter

    def get_urls(self):
        """One POST each for the two decisions about one mail."""
        acts = {"again": MessageQuerySet.try_again, "arrived": MessageQuerySet.arrived}
        own = [
            path(f"<int:pk>/{name}/", self.admin_site.admin_view(self.decide), {"act": act},
                 name=f"outbox_message_{name}")
            for name, act in acts.items()
        ]  # fmt: skip
        return own + super().get_urls()

    def decide(self, request, pk, act):
        if not self.has_change_permission(request):
            raise PermissionDenied
        if request.method == "POST":
            self.tell(request, act(self.get_queryset(request).filter(pk=pk)), "settled")
        return redirect("admin:outbox_message_change", pk)

    def changelist_view(self, request, extra_context=None):
        rest = Pace.objects.filter(rest_until__gt=timezone.now()).first()
        own = {"states": self.states(request), "rest_until": rest and rest.rest_until}
        return super().changelist_view(request, own | (extra_context or {}))

    def states(self, request):
        """How many mails are in each state, the ones that need a person marked."""
        counts = self.get_queryset(request).counts()
        rows = [{"value": s.value, "label": s.label, "count": counts[s]} for s in Status]
        alert = {Status.FAILED, Status.UNKNOWN}
        return [row | {"alert": row["value"] in alert and row["count"]} for row in rows]

    def render_change_form(self, request, context, *args, **kwargs):
        context["can_decide"] = self.has_change_permission(request)
        return super().render_change_form(request, context, *args, **kwargs)

    @admin.display(description="why")
    def reason(self, message):
        return "" if message.status == Status.SENT else message.last_error[:120]

    @admin.display(description="text")
    def body(self, message):
        return shown(message, message.parts[0])

    @admin.display(description="HTML source")
    def html_source(self, message):
        return shown(message, message.parts[1])

    @admin.display(description="headers")
    def header_source(self, message):
        return shown(message, json.dumps(message.headers, indent=2, ensure_ascii=False))

    @admin.action(description="Try again", permissions=["change"])
    def try_again(self, request, queryset):
        self.tell(request, queryset.try_again(), "queued again")

    @admin.action(description="It arrived: leave it", permissions=["change"])
    def it_arrived(self, request, queryset):
        self.tell(request, queryset.arrived(), "settled")

    @admin.action(description="Cancel", permissions=["change"])
    def cancel(self, request, queryset):
        self.tell(request, queryset.cancel(), "cancelled")

    def tell(self, request, count, done):
        text = ngettext("%d mail %s.", "%d mails %s.", count) % (count, done)
        self.message_user(request, text, messages.SUCCESS if count else messages.WARNING)


def shown(message, words):
    if message.purpose == ACCOUNT:
        return "Only for the person to whom it was sent."
    return format_html("<pre>{}</pre>", without_keys(words))


@admin.register(Suppression)
class SuppressionAdmin(admin.ModelAdmin):
    """Addresses that letters do not go to; deleting a row lets them go there again."""

    list_display = ["address", "reason", "created_at"]
    list_filter = ["reason"]
    search_fields = ["address"]
    fields = ["address", "reason", "created_at"]
    readonly_fields = fields

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False
