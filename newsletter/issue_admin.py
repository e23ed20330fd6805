"""Letters at the desk: written, seen as a mail, sent by a decision of its own."""

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.utils.translation import ngettext

from config.middleware import policy
from newsletter import emails
from newsletter.models import Issue

# The mail brings its own inline styles, as mails do; so it is shown in a frame with a policy of
# its own, in which no script runs.
MAIL_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; sandbox"
FRAME_POLICY = policy() + "; frame-src 'self'"


class IssueAdmin(admin.ModelAdmin):
    list_display = ["subject", "status", "author", "sent_at", "public"]
    list_filter = ["status"]
    search_fields = ["subject", "body"]
    fields = ["subject", "preheader", "slug", "body", "public"]
    prepopulated_fields = {"slug": ["subject"]}
    view_on_site = False
    change_form_template = "newsletter/admin/issue.html"

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

    def get_urls(self):
        def route(name, view):
            wrapped = self.admin_site.admin_view(view)
            return path(f"<int:pk>/{name}/", wrapped, name=f"newsletter_issue_{name}")

        own = [route(name, getattr(self, name)) for name in ("preview", "mail", "send")]
        return own + super().get_urls()

    def load(self, request, pk) -> Issue:
        """Raises Http404, or PermissionDenied for whoever may not see letters."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        return get_object_or_404(Issue.objects.select_related("author"), pk=pk)

    def preview(self, request, pk):
        """The letter as a mail: wide, narrow, and as text."""
        letter = emails.Letter(self.load(request, pk))
        text, _ = letter.example()
        response = self.show(request, "preview", letter.issue, letter=letter, text=text)
        response["Content-Security-Policy"] = FRAME_POLICY
        return response

    def mail(self, request, pk):
        """The HTML part itself, for the preview's frames."""
        _, html = emails.Letter(self.load(request, pk)).example()
        # A link that is tried here must not replace the mail; the sandbox lets no window open.
        html = html.replace("<head>", '<head><base target="_blank">', 1)
        headers = {"Content-Security-Policy": MAIL_POLICY, "X-Frame-Options": "SAMEORIGIN"}
        return HttpResponse(html, headers=headers)

    def send(self, request, pk):
        """GET asks, with the number of recipients; POST sends."""
        issue = self.load(request, pk)
        if not request.user.has_perm("newsletter.send_issue"):
            raise PermissionDenied
        if request.method != "POST":
            return self.show(request, "send", issue, count=issue.recipients().count())
        messages.success(request, sent_words(issue.send(by=request.user)))
        return redirect("admin:newsletter_issue_change", issue.pk)

    def show(self, request, name, issue, **context):
        context |= self.admin_site.each_context(request)
        context |= {"title": issue.subject, "opts": self.opts, "issue": issue}
        return render(request, f"newsletter/admin/{name}.html", context)


def sent_words(count: int) -> str:
    return ngettext("%d letter is on its way.", "%d letters are on their way.", count) % count
