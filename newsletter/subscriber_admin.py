"""Subscribers at the desk: read, with the whole story of an address; lists out and in."""

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import StreamingHttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import path

from newsletter import lists
from newsletter.growth import growth
from newsletter.models import Consent, Subscriber
from outbox.models import Message

MAX_BYTES = 5 * 1024 * 1024


class ReadOnly:
    """Evidence is read, not written."""

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False


class ConsentInline(ReadOnly, admin.TabularInline):
    model = Consent
    fields = [
        "asked_at",
        "page",
        "text",
        "text_version",
        "privacy_version",
        "confirmed_at",
        "withdrawn_at",
        "letters",
    ]
    extra = 0
    verbose_name_plural = "what was agreed to, and when"

    def has_add_permission(self, request, obj=None):
        return False


class StoryForm(forms.Form):
    email = forms.CharField(label="E-mail address", max_length=254)


class ListForm(forms.Form):
    file = forms.FileField(label="CSV file", help_text="At most 5,000 rows and 5 MB.")

    def clean_file(self):
        data = self.cleaned_data["file"].read(MAX_BYTES + 1)
        if len(data) > MAX_BYTES:
            raise forms.ValidationError("The file is larger than 5 MB.")
        return data


class SubscriberAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ["email", "status", "frequency", "confirmed_at", "unsubscribed_at"]
    list_filter = ["status", "frequency", "topic", "confirmed_at"]
    search_fields = ["email"]
    fields = [
        *["email", "status", "topic", "topics", "frequency", "paused_until"],
        *["created_at", "confirmed_at", "unsubscribed_at", "last_letter_at"],
    ]
    inlines = [ConsentInline]
    show_full_result_count = False
    change_list_template = "newsletter/admin/subscribers.html"
    change_form_template = "newsletter/admin/subscriber.html"

    def has_add_permission(self, request):
        """Nobody types subscribers in."""
        return False

    def may_move_lists(self, request) -> bool:
        """Taking all addresses along, or bringing some, is the owner's business."""
        return request.user.has_perm("newsletter.add_subscriber")

    def get_urls(self):
        def route(address, view, name):
            wrapped = self.admin_site.admin_view(view)
            return path(address, wrapped, name=f"newsletter_subscriber_{name}")

        own = [
            route("story/", self.search_story, "story"),
            route("<int:pk>/story/", self.story_of, "story_of"),
            route("export/", self.export, "export"),
            route("import/", self.bring_in, "import"),
        ]
        return own + super().get_urls()

    def changelist_view(self, request, extra_context=None):
        months = growth()
        own = {"growth": months, "most": max(month["count"] for month in months) or 1}
        own["may_move_lists"] = self.may_move_lists(request)
        return super().changelist_view(request, own | (extra_context or {}))

    def search_story(self, request):
        """By the address itself, which stays out of the URL; finds erased ones, too."""
        self.check_view(request)
        form = StoryForm(request.POST if request.method == "POST" else None)
        if not form.is_bound or not form.is_valid():
            status = 422 if form.is_bound else 200
            return self.show(request, "story", "The story of an address", status=status, form=form)
        return self.tell(request, form.cleaned_data["email"])

    def story_of(self, request, pk):
        self.check_view(request)
        return self.tell(request, get_object_or_404(Subscriber, pk=pk).email)

    def tell(self, request, email):
        consents = Consent.objects.story_of(email)
        letters = Message.objects.filter(to__iexact=email, bulk=True).order_by("created_at", "pk")
        story = {"email": email, "consents": consents, "letters": letters}
        form = StoryForm(initial={"email": email})
        return self.show(request, "story", f"The story of {email}", form=form, story=story)

    def export(self, request):
        if not self.may_move_lists(request):
            raise PermissionDenied
        headers = {"Content-Disposition": 'attachment; filename="subscribers.csv"'}
        return StreamingHttpResponse(lists.lines(), "text/csv; charset=utf-8", headers=headers)

    def bring_in(self, request):
        if not self.may_move_lists(request):
            raise PermissionDenied
        form = ListForm(request.POST or None, request.FILES or None)
        report, status = None, 200 if request.method != "POST" else 422
        if form.is_valid():
            try:
                report, status = lists.bring_in(form.cleaned_data["file"]), 200
            except lists.WrongFile as error:
                form.add_error("file", str(error))
        context = {"form": form, "report": report, "columns": lists.COLUMNS}
        return self.show(request, "import", "Bring subscribers along", status=status, **context)

    def check_view(self, request):
        if not self.has_view_permission(request):
            raise PermissionDenied

    def show(self, request, name, title, status=200, **context):
        context |= self.admin_site.each_context(request) | {"title": title, "opts": self.opts}
        return render(request, f"newsletter/admin/{name}.html", context, status=status)
