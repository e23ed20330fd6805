"""Pages that stand elsewhere now, or were taken away: 301 and 410 (RFC 9110, 15.4.2, 15.5.11)."""

import re
from contextlib import suppress

from django.db import DatabaseError
from django.http import Http404, HttpResponse, HttpResponsePermanentRedirect
from django.shortcuts import render
from django.views.defaults import page_not_found

from qa.archive.keyset import LARGEST_ID
from qa.archive.pages import REVALIDATE
from qa.models import Event, OldAddress, Question, Topic

# A topic's page, and what stands below it or is named like it.
TOPIC = re.compile(r"/(topics|embed)/([^/?]+)(?:/([^?]*))?(\?.*)?")


def not_found(request, exception) -> HttpResponse:
    """The site's answer where no page is (handler404): 301, if one was there once."""
    response = None
    if request.method in {"GET", "HEAD"}:
        with suppress(DatabaseError, Http404):
            response = _moved(request)
    if response is None and request.path.startswith("/embed/"):
        response = render(request, "qa/archive/embed_missing.html", status=404)
    return response or page_not_found(request, exception)


def _moved(request) -> HttpResponse | None:
    asked = request.get_full_path()
    topic = TOPIC.fullmatch(asked)
    paths = {asked, asked.partition("?")[0]} | ({f"/topics/{topic[2]}/"} if topic else set())
    rows = OldAddress.objects.filter(path__in=paths).select_related("topic")
    old = max(rows, key=lambda row: len(row.path), default=None)
    if old is None:
        return None
    if old.topic is None:
        return of_question(request, old.question_id)
    return _to(_below(old.topic, topic))


def _below(topic: Topic, old: re.Match) -> str:
    """The same page of the topic as it is called now, in one step, slash included."""
    room, _, rest, query = old.groups(default="")
    is_file = "." in rest  # feed.json
    rest = f"{rest}/" if rest and not is_file and not rest.endswith("/") else rest
    return f"/{room}/{topic.slug}/{rest}{query}"


def of_question(request, pk: int) -> HttpResponse:
    """301 to a question's page, or to that of the one it was merged into; 410 if its asker erased
    it after it had been public.

    Raises Http404 otherwise, as for a number that was never used.
    """
    page = _page_of(pk)
    if page and request.path != page.get_absolute_url():
        return _to(page.get_absolute_url())
    erased = Event.objects.filter(
        question=pk, question__erased_at__isnull=False, to_status=Question.Status.PUBLISHED
    )
    if page or pk > LARGEST_ID or not erased.exists():
        raise Http404("no such question")
    return render(request, "410.html", status=410)


def _page_of(pk: int | None) -> Question | None:
    """The published question that this one is, or was merged into over any number of steps."""
    seen = set()
    while pk is not None and pk not in seen and pk <= LARGEST_ID:
        seen.add(pk)
        question = Question.objects.filter(pk=pk).only("slug", "status", "merged_into_id").first()
        if question and question.status == Question.Status.PUBLISHED:
            return question
        pk = question.merged_into_id if question else None
    return None


def _to(url: str) -> HttpResponse:
    response = HttpResponsePermanentRedirect(url)
    response.headers["Cache-Control"] = REVALIDATE
    return response
