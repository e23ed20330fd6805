"""A letter on its way: how far it is, and one POST each to pause, resume and settle it."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect
from django.urls import path
from django.utils.translation import ngettext

from newsletter.models import Issue
from newsletter.models.issue import NotAllowed
from outbox.models import Status

WATCH = 10  # seconds after which a page about a running letter loads anew
# Address -> (verb of Issue, words about how many letters).
ACTS = {
    "pause": (Issue.pause, "held back"),
    "resume": (Issue.resume, "on the way again"),
    "rest": (Issue.send_to_rest, "tried again; whoever is new follows within a minute"),
    "again": (Issue.send_unknown, "sent again"),
    "arrived": (Issue.settle_unknown, "taken as arrived"),
}


class RunningAdmin:
    """Beside IssueAdmin, whose `load` and `show` it uses."""

    def get_urls(self):
        view = self.admin_site.admin_view
        own = [
            path(f"<int:pk>/{name}/", view(self.act), {"name": name}, f"newsletter_issue_{name}")
            for name in ACTS
        ]
        own.append(
            path("<int:pk>/progress/", view(self.progress), name="newsletter_issue_progress")
        )
        return own + super().get_urls()

    def act(self, request, pk, name):
        issue, (verb, words) = self.load(request, pk), ACTS[name]
        if request.method == "POST":
            try:
                count = verb(issue, by=request.user)
            except NotAllowed as error:
                raise PermissionDenied from error
            text = ngettext("%d letter %s.", "%d letters %s.", count) % (count, words)
            messages.success(request, text)
        return redirect("admin:newsletter_issue_progress", pk)

    def progress(self, request, pk):
        issue = self.load(request, pk)
        progress = issue.progress
        stuck = issue.mails.filter(status__in=[Status.FAILED, Status.UNKNOWN])
        response = self.show(
            request,
            "progress",
            issue,
            progress=progress,
            states=[(state.label, progress.counts[state]) for state in Status],
            stuck=stuck.order_by("status", "pk")[:200],
            unknown=progress.counts[Status.UNKNOWN],
        )
        if progress.left and not issue.paused_at:
            response["Refresh"] = str(WATCH)
        return response
