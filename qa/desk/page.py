"""The answer page: one question, everything to decide about it, and nothing lost on the way."""

from django.contrib import admin, messages
from django.db import transaction
from django.http import Http404
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from qa import search
from qa.desk import history, lookalikes, redaction, snippets, unsaved, words
from qa.desk.access import curators_only
from qa.desk.details import personal_details
from qa.desk.diff import changes
from qa.desk.forms import DraftForm, PublicForm
from qa.desk.pictures import desk_links
from qa.desk.sheet import Sheet
from qa.models import Question, UnsavedEdit
from qa.models.workflow import RULES, StateConflict, Status

SAVED = {
    Status.PENDING: "Draft saved. The asker sees nothing of it until you decide.",
    Status.PUBLISHED: "Saved. The archive shows it now.",
}


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@curators_only
def answer_page(request, object_id: str):
    """GET shows the page and takes the question; POST saves the draft."""
    question = load(object_id)
    if request.method == "POST":
        return _save_draft(request, question)
    if question.status == Status.PENDING:
        question.claim(by=request.user)
    edit = unsaved.of(request.user, question)
    if edit:
        return show(request, Sheet(question, unsaved.as_sent(edit)), edit=edit)
    return show(request, Sheet(question, words=words.kept(request, question)))


def _save_draft(request, question: Question):
    form = PublicForm if question.status == Status.PUBLISHED else DraftForm
    sheet = Sheet(question, snippets.expanded(request), form)
    if sheet.is_outdated or not sheet.is_editable:
        return show(request, sheet, status=409)
    if not sheet.is_valid():
        return show(request, sheet, status=422)
    try:
        with transaction.atomic():
            sheet.save(request.user)
    except StateConflict:
        return conflict(request, question.pk, form)
    words.keep(request, question, sheet.form.cleaned_data)
    messages.success(request, SAVED[question.status])
    if target := sheet.form.cleaned_data["target"]:
        messages.warning(request, f"It is not merged into {target}: the button Merge does that.")
    return redirect(question_url(question))


def load(pk) -> Question:
    """A question that was sent, with what the page shows. Raises Http404."""
    if not (str(pk).isascii() and str(pk).isdigit() and len(str(pk)) < 16):
        raise Http404
    rows = Question.objects.sent().select_related(
        "topic", "claimed_by", "guidelines", "merged_into"
    )
    question = rows.filter(pk=int(pk)).first()
    if question is None:
        raise Http404
    return question


def question_url(question: Question) -> str:
    return reverse("admin:qa_question_change", args=[question.pk])


def conflict(request, pk: int, form):
    """The page again, with what stands in the database now beside what was typed."""
    return show(request, Sheet(load(pk), request.POST, form), status=409)


def show(request, sheet: Sheet, status: int = 200, edit: UnsavedEdit | None = None, left=()):
    """The page; `edit` is what the curator had typed before and not saved, where `sheet` has it,
    and `left` the personal details that stopped publishing.

    A text that could not be saved is kept first, so that leaving the page does not lose it.
    """
    question = sheet.question
    if sheet.form.is_bound:
        sheet.is_valid()
    if status == 409:
        unsaved.keep(request.user, question, request.POST)
    context = {
        **admin.site.each_context(request),
        "opts": Question._meta,
        "title": f"{question.reference_number} {question.title or question.asked_title}",
        "question": question,
        "sheet": sheet,
        "form": sheet.form,
        "pictures": [(image, form, desk_links(image)) for image, form in sheet.pictures],
        "asked_title_html": redaction.marked(question.asked_title),
        "asked_html": redaction.marked(question.asked_body),
        "details": personal_details(sheet),
        "edited": changes(
            {"title": question.asked_title, "body": question.asked_body},
            {"title": question.title, "body": question.body},
        ),
        "is_conflict": status == 409 or bool(edit and sheet.is_outdated),
        "edit": edit,
        "left": left,
        "kept_for": unsaved.seal(request.user, question),
        "snippets": snippets.of(request.user),
        "allowed": {verb for verb in RULES if question.may(verb, request.user)},
        "shows_fields": sheet.is_editable,
        "history": history.lines(question),
        "undo": history.undoable(question),
        "claimed_by_other": _other(question.active_claim, request.user),
        "earlier": _earlier(question),
        "similar": _similar(question),
        "waiting": lookalikes.waiting(question),
        "returned": history.returned(question),
        "reader_answers": question.answers.reader().select_related("author"),
        "then_next": _then_next(request),
    }
    return TemplateResponse(request, "admin/qa/question/change_form.html", context, status=status)


def _then_next(request) -> bool:
    """Whether the box "open the next question" is ticked: as sent back, or as last time."""
    if "then_next_shown" in request.POST:
        return "then_next" in request.POST
    return request.session.get("desk_then_next", False)


def _other(person, user):
    return person if person != user else None


def _earlier(question: Question):
    """What the same address asked before or since, newest first."""
    if not question.email:
        return []
    others = Question.objects.asked_by(question.email).exclude(pk=question.pk)
    return others.select_related("topic").order_by("-submitted_at")[:20]


def _similar(question: Question) -> list[Question]:
    """Up to three published questions that may ask the same, best first."""
    if question.status != Status.PENDING:
        return []
    numbers = search.similar(f"{question.title} {question.body}", exclude=question.pk)
    found = Question.objects.for_pages().in_bulk(numbers)
    return [found[number] for number in numbers if number in found]
