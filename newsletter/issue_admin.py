"""Letters at the desk: written, seen as a mail, sent by a decision of its own."""

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.utils import timezone
from django.utils.translation import ngettext

from config.middleware import policy
from newsletter import checks, drafting, emails
from newsletter.models import Issue, IssuePicture
from newsletter.running_admin import RunningAdmin
from qa.picture_admin import PictureInline, save_pictures

# The mail brings its own inline styles, as mails do; so it is shown in a frame with a policy of
# its own, in which no script runs.
MAIL_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; sandbox"
FRAME_POLICY = policy() + "; frame-src 'self'"
DARK = "@media (prefers-color-scheme: dark)"


class ScheduleForm(forms.Form):
    at = forms.DateTimeField(
        label="Send it at",
        help_text=f"By the clock of {settings.TIME_ZONE}.",
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        error_messages={"invalid": "Give a day and a time", "required": "Give a day and a time"},
    )

    def clean_at(self):
        at = self.cleaned_data["at"]
        if at < timezone.now():
            raise forms.ValidationError("That time has passed. Choose a later one.")
        return at


class IssuePictureInline(PictureInline):
    """For whoever may change the letter, as long as that is a draft."""

    model = IssuePicture

    def has_change_permission(self, request, obj=None):
        may = request.user.has_perm("newsletter.change_issue")
        return may and not (obj and obj.is_sent)

    def has_view_permission(self, request, obj=None):
        return request.user.has_perm("newsletter.view_issue")

    has_add_permission = has_delete_permission = has_change_permission


class IssueAdmin(RunningAdmin, admin.ModelAdmin):
    list_display = ["subject", "status", "topic", "author", "scheduled_at", "sent_at", "public"]
    list_filter = ["status", "topic"]
    search_fields = ["subject", "body"]
    fields = ["subject", "preheader", "slug", "topic", "body", "public"]
    prepopulated_fields = {"slug": ["subject"]}
    view_on_site = False
    inlines = [IssuePictureInline]
    change_form_template = "newsletter/admin/issue.html"
    change_list_template = "newsletter/admin/issues.html"

    def has_change_permission(self, request, obj=None):
        """What was sent cannot be unsaid."""
        return super().has_change_permission(request, obj) and not (obj and obj.is_sent)

    def has_delete_permission(self, request, obj=None):
        return super().has_delete_permission(request, obj) and not (obj and obj.is_sent)

    def get_prepopulated_fields(self, request, obj=None):
        editable = self.has_change_permission(request, obj)
        return super().get_prepopulated_fields(request, obj) if editable else {}

    def save_model(self, request, obj, form, change):
        if not change:
            obj.author = request.user
        super().save_model(request, obj, form, change)

    def save_formset(self, request, form, formset, change):
        save_pictures(formset)

    def get_urls(self):
        view = self.admin_site.admin_view
        own = [
            path(f"<int:pk>/{name}/", view(getattr(self, name)), name=f"newsletter_issue_{name}")
            for name in ("preview", "mail", "send", "test", "schedule")
        ]
        draft = path("draft/", view(self.draft), name="newsletter_issue_draft")
        return [draft, *own, *super().get_urls()]

    def load(self, request, pk) -> Issue:
        """Raises Http404, or PermissionDenied for whoever may not see letters."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        return get_object_or_404(Issue.objects.select_related("author", "topic"), pk=pk)

    def draft(self, request):
        """One click: a draft from the answers since the last letter."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        issue = drafting.draft(by=request.user) if request.method == "POST" else None
        if issue:
            return redirect("admin:newsletter_issue_change", issue.pk)
        if request.method == "POST":
            messages.info(request, "Nothing has been published since the last letter.")
        return redirect("admin:newsletter_issue_changelist")

    def preview(self, request, pk):
        """The letter as a mail: wide, narrow, dark, and as text, with what is to be mended."""
        letter = emails.Letter(self.load(request, pk))
        text, _ = letter.example()
        found = checks.findings(letter)
        response = self.show(
            request, "preview", letter.issue, letter=letter, text=text, findings=found
        )
        response["Content-Security-Policy"] = FRAME_POLICY
        return response

    def mail(self, request, pk):
        """The HTML part itself, for the preview's frames; `?dark` as a dark screen shows it."""
        _, html = emails.Letter(self.load(request, pk)).example()
        # A link that is tried here must not replace the mail; the sandbox lets no window open.
        html = html.replace("<head>", '<head><base target="_blank">', 1)
        if "dark" in request.GET:
            html = html.replace(DARK, "@media all")
        headers = {"Content-Security-Policy": MAIL_POLICY, "X-Frame-Options": "SAMEORIGIN"}
        return HttpResponse(html, headers=headers)

    def test(self, request, pk):
        """POST mails one copy to whoever asks."""
        letter = emails.Letter(self.load(request, pk))
        if request.method == "POST":
            letter.test_to(request.user)
            messages.success(request, f"A copy is on its way to {request.user.email}.")
        return redirect("admin:newsletter_issue_preview", pk)

    def send(self, request, pk):
        """GET asks, with the number of recipients; POST sends."""
        issue = self.sendable(request, pk)
        found = checks.findings(emails.Letter(issue))
        stops = any(finding.stops for finding in found)
        if request.method != "POST" or stops or issue.is_sent:
            return self.ask(request, issue, found, stops=stops, form=ScheduleForm())
        messages.success(request, sent_words(issue.send(by=request.user)))
        return redirect("admin:newsletter_issue_progress", issue.pk)

    def schedule(self, request, pk):
        """POST sets the time at which it is sent by itself; without one, none."""
        issue = self.sendable(request, pk)
        if request.method != "POST":
            return redirect("admin:newsletter_issue_send", pk)
        found = checks.findings(emails.Letter(issue))
        stops = any(finding.stops for finding in found)
        form = ScheduleForm(request.POST)
        if "never" in request.POST:
            issue.schedule(None, by=request.user)
        elif stops or not form.is_valid():
            return self.ask(request, issue, found, stops=stops, form=form, status=422)
        else:
            issue.schedule(form.cleaned_data["at"], by=request.user)
        return redirect("admin:newsletter_issue_send", pk)

    def ask(self, request, issue, found, **context):
        count = issue.recipients().count()
        return self.show(request, "send", issue, count=count, findings=found, **context)

    def sendable(self, request, pk) -> Issue:
        issue = self.load(request, pk)
        if not request.user.has_perm("newsletter.send_issue"):
            raise PermissionDenied
        return issue

    def show(self, request, name, issue, status=200, **context):
        context |= self.admin_site.each_context(request)
        context |= {"title": issue.subject, "opts": self.opts, "issue": issue}
        return render(request, f"newsletter/admin/{name}.html", context, status=status)


def sent_words(count: int) -> str:
    return ngettext("%d letter is on its way.", "%d letters are on their way.", count) % count
