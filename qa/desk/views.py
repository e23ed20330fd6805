"""Saved views: a curator's own filters and searches of the queue, under names."""

from dataclasses import dataclass

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.cache import never_cache

from qa.desk.access import curators_only
from qa.desk.fields import Line
from qa.models import SavedView

KEPT = ["state", "topic", "whose", "spam", "q"]
MOST = 20


@dataclass(frozen=True)
class View:
    """A saved view as a link of the queue."""

    pk: int
    name: str
    url: str
    is_open: bool


def links(request, saved) -> list[View]:
    """The curator's own views (qa.desk.beside), and which of them is shown."""
    now = query(request.GET)
    return [
        View(view.pk, view.label, f"{queue_url()}?{view.more}", view.more == now) for view in saved
    ]


def query(sent: QueryDict) -> str:
    """What of an address makes a view, always in one order."""
    kept = QueryDict(mutable=True)
    kept.update({name: sent[name].replace("\x00", "") for name in KEPT if sent.get(name)})
    return kept.urlencode()


def queue_url(text: str = "") -> str:
    """The queue, with the filters and the search that a form was sent from."""
    kept = query(QueryDict(text))
    return reverse("admin:qa_question_changelist") + (f"?{kept}" if kept else "")


@never_cache
@curators_only
def save(request):
    """Keep what is shown under a name; under a name that is there, in its place."""
    shown = request.POST.get("shown", "")
    if request.method != "POST":
        return redirect(queue_url())
    try:
        _save(request, query(QueryDict(shown)))
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    return redirect(queue_url(shown))


def _save(request, kept: str) -> None:
    name = Line(max_length=60, error_messages={"required": "Give the view a name."}).clean(
        request.POST.get("name")
    )
    own = SavedView.objects.filter(owner=request.user)
    if len(kept) > 500:
        raise ValidationError("This search is too long to be saved.")
    if own.exclude(name=name).count() >= MOST:
        raise ValidationError(f"{MOST} views are saved already. Delete one first.")
    own.update_or_create(owner=request.user, name=name, defaults={"query": kept})
    messages.success(request, f"Saved as “{name}”.")


@never_cache
@curators_only
def delete(request, pk: int):
    if request.method == "POST":
        SavedView.objects.filter(owner=request.user, pk=pk).delete()
    return redirect(queue_url(request.POST.get("shown", "")))
