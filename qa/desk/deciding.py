"""How a decision is made: by POST, with what was typed saved in the same transaction, and once."""

from functools import partial, wraps

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache

from qa.desk import details, snippets, words
from qa.desk.access import curators_only
from qa.desk.afterwards import done, onwards
from qa.desk.forms import DraftForm
from qa.desk.page import conflict, load, show
from qa.desk.sheet import Sheet
from qa.models import Question
from qa.models.workflow import RULES, NotAllowed, StateConflict


def posted(view):
    """A POST by a curator; whoever comes by GET is shown the question's page."""

    @wraps(view)
    def act(request, pk: int):
        if request.method != "POST":
            return redirect("admin:qa_question_change", pk)
        return view(request, pk)

    return never_cache(curators_only(act))


def decision(verb: str, form=DraftForm):
    """Make `act(request, question, form)`, which calls the verb of Question, a view.

    It is called with a valid form of the class `form`, once what was typed is saved.
    """

    def viewing(act):
        @posted
        @wraps(act)
        def view(request, pk: int):
            return decide(request, load(pk), verb, form, partial(act, request))

        return view

    return viewing


def decide(request, question: Question, verb: str, form, act):
    """Save what was typed and act, or do neither and say why."""
    sheet = Sheet(question, snippets.expanded(request), form)
    if _is_repeated(request, sheet, verb):
        return onwards(request, question)
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
    messages.success(request, done(question, verb))
    return onwards(request, question)


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


def mails(request) -> bool | None:
    """Whether to mail the answer, as ticked; None where the page had no box for it."""
    return "mails" in request.POST if "mails_shown" in request.POST else None


def told(request, name: str) -> bool:
    """Whether to ask those who had a mail of what is taken back to disregard it: as ticked, and
    where the page had no box for it, because the mail had not left then, yes.
    """
    return name in request.POST or f"{name}_shown" not in request.POST
