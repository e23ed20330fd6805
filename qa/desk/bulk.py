"""One decision about several questions of the queue, and one undo for all of them.

Each question has a transaction of its own: one that has changed stops no other.
"""

import re
from functools import wraps
from uuid import UUID, uuid4

from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.http import Http404, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.html import format_html
from django.views.decorators.cache import never_cache

from qa.desk.access import curators, curators_only
from qa.desk.fields import Text
from qa.desk.views import queue_url
from qa.models import Event, Question, Topic
from qa.models.workflow import StateConflict

ROW = re.compile(r"(\d{1,15})\.(\d{1,9})", re.ASCII)  # a question's number and its revision


def bulk(view):
    """A POST from the queue; `view` gives the act and words for it, or raises ValidationError."""

    @wraps(view)
    def act(request):
        if request.method != "POST":
            return redirect(queue_url())
        rows = [
            found.groups()
            for row in request.POST.getlist("chosen")
            if (found := ROW.fullmatch(row))
        ]
        try:
            if not rows:
                raise ValidationError("Tick the questions first.")
            verb, done = view(request)
        except ValidationError as error:
            return _again(request, " ".join(error.messages))
        _decide(request, dict(rows), verb, done)
        return redirect(queue_url(request.POST.get("shown", "")))

    return never_cache(curators_only(act))


def _decide(request, rows: dict, verb, done: str) -> None:
    batch, number, left = uuid4(), 0, []
    questions = Question.objects.sent().select_related("topic").filter(pk__in=map(int, rows))
    for question in questions.order_by("submitted_at", "pk"):
        try:
            if str(question.revision) != rows[str(question.pk)]:
                raise StateConflict
            verb(question, batch)
            number += 1
        except StateConflict:
            left.append(question.reference_number)
    if left:
        messages.warning(
            request,
            f"Left alone, as changed meanwhile or not to be decided so: {', '.join(left)}.",
        )
    if number:
        messages.success(request, _said(number, done, batch))


def _said(number: int, done: str, batch: UUID):
    """The button belongs to a form that the queue has for it."""
    return format_html(
        "{} question{} {}. "
        '<button class="desk-undo" form="undo-batch" formaction="{}">Undo</button>',
        number,
        "" if number == 1 else "s",
        done,
        reverse("admin:qa_question_undo_batch", args=[batch]),
    )


def _again(request, problem: str):
    """The queue as it was, with everything ticked and typed."""
    request.GET = QueryDict(request.POST.get("shown", ""))
    desk = admin.site.get_model_admin(Question)
    response = desk.changelist_view(
        request, {"problem": problem, "ticked": request.POST.getlist("chosen")}
    )
    response.status_code = 422
    return response


@bulk
def spam(request):
    return (
        lambda question, batch: question.mark_spam(by=request.user, batch=batch),
        "put away as spam; nobody is mailed",
    )


@bulk
def decline(request):
    reason = Text(required=False, max_length=4000).clean(request.POST.get("reason"))
    seconds = settings.UNDO_SECONDS
    return (
        lambda question, batch: question.decline(by=request.user, reason=reason, batch=batch),
        f"declined; the mails leave in {seconds} seconds" if seconds else "declined",
    )


@bulk
def move_topic(request):
    topic = _chosen(Topic.objects, request, "topic", "Choose a topic.")
    return (
        lambda question, batch: question.move_topic(topic, by=request.user, batch=batch),
        f"moved to {topic}",
    )


@bulk
def assign(request):
    if request.POST.get("person") == "nobody":
        person = None
    else:
        person = _chosen(curators(), request, "person", "Choose who is to answer.")
    return (
        lambda question, batch: question.assign(person, by=request.user, batch=batch),
        f"assigned to {person}" if person else "assigned to nobody",
    )


def _chosen(rows, request, name: str, problem: str):
    number = request.POST.get(name, "")
    if not (number.isascii() and number.isdigit() and len(number) < 16):
        raise ValidationError(problem)
    row = rows.filter(pk=int(number)).first()
    if row is None:
        raise ValidationError(problem)
    return row


@never_cache
@curators_only
def undo(request, batch: UUID):
    """Take back what was decided together, as far as nothing has been decided since."""
    if request.method != "POST":
        return redirect(queue_url())
    events = list(Event.objects.filter(batch=batch, undone=None).select_related("question"))
    if not events:
        raise Http404
    back, mailed, left = 0, 0, []
    for event in events:
        try:
            mailed += not _take_back(event, request.user)
            back += 1
        except StateConflict:
            left.append(event.question.reference_number)
    if left:
        messages.warning(
            request, f"Not taken back, as something was decided since: {', '.join(left)}."
        )
    if mailed:
        messages.warning(
            request, f"Mails about {mailed} of them had left already; others ask to disregard them."
        )
    if back:
        messages.success(request, f"{back} taken back.")
    return redirect(queue_url(request.POST.get("shown", "")))


def _take_back(event: Event, by) -> bool:
    """False where a mail had left. Raises StateConflict where this is not the last decision."""
    if event.question.last_decision() != event:
        raise StateConflict("undo")
    return event.question.undo(by=by)
