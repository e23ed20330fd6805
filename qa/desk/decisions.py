"""What a curator decides; each is a POST of its own, a verb of Question, and a way on."""

from functools import wraps

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.views.decorators.cache import never_cache

from qa.desk import details, history, page, snippets, unsaved, words
from qa.desk.access import curators_only
from qa.desk.fields import Text
from qa.desk.forms import DraftForm, MergeForm, PrivateForm, PublicForm, ReasonForm
from qa.desk.page import conflict, load, question_url, show
from qa.desk.sheet import Sheet
from qa.models import Question
from qa.models.deciding import CLAIM
from qa.models.workflow import RULES, NotAllowed, StateConflict


class CorrectionForm(PublicForm):
    """Enough to say what has changed in a published answer."""

    correction = Text(required=False, max_length=1000)

    def clean(self):
        super().clean()
        self.require("correction", 1, "Say what has changed, so that the askers can be told.")


def decision(view):
    """A POST by a curator; whoever comes by GET is shown the question's page."""

    @wraps(view)
    def act(request, pk: int):
        if request.method != "POST":
            return redirect("admin:qa_question_change", pk)
        return view(request, pk)

    return never_cache(curators_only(act))


@decision
def publish(request, pk: int):
    return decide(
        request,
        load(pk),
        "publish",
        PublicForm,
        lambda question, form: question.publish(
            by=request.user, note=form.cleaned_data["note"], mails=mails(request)
        ),
    )


@decision
def answer_privately(request, pk: int):
    return decide(
        request,
        load(pk),
        "answer_privately",
        PrivateForm,
        lambda question, form: question.answer_privately(
            by=request.user, note=form.cleaned_data["note"]
        ),
    )


@decision
def request_changes(request, pk: int):
    return decide(
        request,
        load(pk),
        "request_changes",
        ReasonForm,
        lambda question, form: question.request_changes(
            by=request.user, reason=form.cleaned_data["reason"]
        ),
    )


@decision
def decline(request, pk: int):
    return decide(
        request,
        load(pk),
        "decline",
        DraftForm,
        lambda question, form: question.decline(
            by=request.user, reason=form.cleaned_data["reason"]
        ),
    )


@decision
def merge(request, pk: int):
    return decide(
        request,
        load(pk),
        "merge",
        MergeForm,
        lambda question, form: question.merge_into(
            form.target_question,
            by=request.user,
            note=form.cleaned_data["note"] or form.cleaned_data["reason"],
        ),
    )


@decision
def spam(request, pk: int):
    return decide(
        request,
        load(pk),
        "mark_spam",
        DraftForm,
        lambda question, form: question.mark_spam(by=request.user),
    )


@decision
def unpublish(request, pk: int):
    return decide(
        request,
        load(pk),
        "unpublish",
        DraftForm,
        lambda question, form: question.unpublish(
            by=request.user,
            note=form.cleaned_data["reason"],
            tell="tell_unpublished" in request.POST,
        ),
    )


@decision
def correct(request, pk: int):
    """Save a published answer, with a dated note of what has changed where one is written."""
    if not request.POST.get("correction", "").strip() and "tell" not in request.POST:
        return page.answer_page(request, str(pk))
    return decide(
        request,
        load(pk),
        "correct",
        CorrectionForm,
        lambda question, form: question.correct(
            by=request.user, note=form.cleaned_data["correction"], tell="tell" in request.POST
        ),
    )


@decision
def undo(request, pk: int):
    """Take the last decision back; `event` says which one the curator saw as the last."""
    question = load(pk)
    loaded = question.revision
    unsaved.keep(request.user, question, request.POST)
    undoable = history.undoable(question)
    seen, last = request.POST.get("event"), question.last_decision()
    if last is None or (seen and seen != str(last.pk)):
        return conflict(request, pk, DraftForm)
    try:
        tell = told(request, "tell_undo")
        stopped = question.undo(by=request.user, tell=tell)
    except StateConflict:
        return conflict(request, pk, DraftForm)
    unsaved.follow(request.user, question, loaded)
    if not undoable.mails:
        messages.success(request, "Taken back.")
    elif stopped:
        messages.success(request, "Taken back. No mail about it has left.")
    else:
        hint = " Another asks to disregard it." if tell else ""
        messages.warning(request, f"Taken back, but the mail about it had left already.{hint}")
    return redirect(question_url(question))


@decision
def release(request, pk: int):
    """Give the question back: sent by the page when it is left."""
    load(pk).release(by=request.user)
    return HttpResponse(status=204)


def mails(request) -> bool | None:
    """Whether to mail the answer, as ticked; None where the page had no box for it."""
    return "mails" in request.POST if "mails_shown" in request.POST else None


def told(request, name: str) -> bool:
    """Whether to ask those who had a mail of what is taken back to disregard it: as ticked, and
    where the page had no box for it, because the mail had not left then, yes.
    """
    return name in request.POST or f"{name}_shown" not in request.POST


def decide(request, question: Question, verb: str, form, act):
    """Save what was typed and act, or do neither and say why."""
    sheet = Sheet(question, snippets.expanded(request), form)
    if _is_repeated(request, sheet, verb):
        return _onwards(request, question)
    if sheet.is_outdated or not question.may(verb, request.user):
        return show(request, sheet, status=409)
    if not sheet.is_valid():
        return show(request, sheet, status=422)
    left = details.to_be_seen(request.POST, sheet) if verb in {"publish", "schedule"} else []
    if left:
        return show(request, sheet, status=422, left=left)
    try:
        with transaction.atomic():
            sheet.save(request.user)
            act(question, sheet.form)
    except StateConflict:
        return conflict(request, question.pk, form)
    except NotAllowed:
        raise PermissionDenied from None
    words.forget(request, question)
    messages.success(request, _done(question, verb))
    return _onwards(request, question)


def _is_repeated(request, sheet: Sheet, verb: str) -> bool:
    """A double click: the same person's same decision, made from the same loaded page."""
    last = sheet.question.last_decision()
    return bool(
        last
        and last.verb == verb
        and last.actor == request.user
        and sheet.posted_revision is not None
        and 0 < sheet.question.revision - sheet.posted_revision <= 2
        and sheet.question.status == (RULES[verb].target or last.from_status)
    )


SILENT = {"mark_spam", "move_topic", "assign", "demerge", "schedule", "unschedule"}
MAYBE = {"publish", "unpublish", "correct"}  # mail where that was asked for


def _done(question: Question, verb: str):
    """A sentence that says what happened and links to where it can be undone."""
    sentence = {
        "publish": "is published",
        "answer_privately": "is answered privately",
        "request_changes": "went back to its asker",
        "decline": "is declined",
        "merge": "is merged",
        "demerge": "stands on its own again, and waits",
        "mark_spam": "is put away as spam; nobody is mailed",
        "unpublish": "is out of the archive and waits again",
        "move_topic": f"is now under {question.topic}",
        "assign": f"is {question.assigned_to}’s to answer"
        if question.assigned_to
        else "is for whoever comes first",
        "schedule": "is not yet published: the queue shows when it goes out",
        "unschedule": "waits in the queue, and will not go out by itself",
        "correct": "is corrected; the note stands under the answer",
    }[verb]
    return format_html(
        '“{}” {}.{} <a class="desk-undo" href="{}#undo">Undo</a>',
        question,
        sentence,
        _mail_hint(question, verb),
        question_url(question),
    )


def _mail_hint(question: Question, verb: str) -> str:
    """What becomes of the mail, where there is one."""
    if verb in SILENT or (verb in MAYBE and not question.mails_waiting()):
        return " Nobody is mailed." if verb == "publish" else ""
    seconds = settings.UNDO_SECONDS
    return f" The mail leaves in {seconds} seconds." if seconds else " The mail is on its way."


def _onwards(request, question: Question):
    """To the list, or to the one that waits longest, as the curator ticked; remembered."""
    if "then_next_shown" in request.POST:
        request.session["desk_then_next"] = "then_next" in request.POST
    following = _oldest_free(request.user, question) if "then_next" in request.POST else None
    if following:
        return redirect(question_url(following))
    return redirect(reverse("admin:qa_question_changelist"))


def _oldest_free(user, done: Question) -> Question | None:
    """What waits longest and nobody else has open."""
    free = Q(claimed_by=None) | Q(claimed_by=user) | Q(claimed_at__lt=timezone.now() - CLAIM)
    waiting = Question.objects.pending().filter(free).exclude(pk=done.pk)
    return waiting.order_by("submitted_at", "pk").first()
