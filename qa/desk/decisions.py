"""What a curator decides; each is a POST of its own, a verb of Question, and a way on."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect

from qa.desk import history, page, unsaved
from qa.desk.deciding import decision, mails, posted, told
from qa.desk.fields import Text
from qa.desk.forms import DraftForm, MergeForm, PrivateForm, PublicForm, ReasonForm
from qa.desk.page import conflict, load, question_url
from qa.models.workflow import StateConflict


class CorrectionForm(PublicForm):
    """Enough to say what has changed in a published answer."""

    correction = Text(required=False, max_length=1000)

    def clean(self):
        super().clean()
        self.require("correction", 1, "Say what has changed, so that the askers can be told.")


@decision("publish", PublicForm)
def publish(request, question, form):
    question.publish(by=request.user, note=form.cleaned_data["note"], mails=mails(request))


@decision("answer_privately", PrivateForm)
def answer_privately(request, question, form):
    question.answer_privately(by=request.user, note=form.cleaned_data["note"])


@decision("request_changes", ReasonForm)
def request_changes(request, question, form):
    question.request_changes(by=request.user, reason=form.cleaned_data["reason"])


@decision("decline")
def decline(request, question, form):
    question.decline(by=request.user, reason=form.cleaned_data["reason"])


@decision("merge", MergeForm)
def merge(request, question, form):
    note = form.cleaned_data["note"] or form.cleaned_data["reason"]
    question.merge_into(form.target_question, by=request.user, note=note)


@decision("mark_spam")
def spam(request, question, form):
    question.mark_spam(by=request.user)


@decision("unpublish")
def unpublish(request, question, form):
    tell = "tell_unpublished" in request.POST
    question.unpublish(by=request.user, note=form.cleaned_data["reason"], tell=tell)


@decision("correct", CorrectionForm)
def correct_with_note(request, question, form):
    note, tell = form.cleaned_data["correction"], "tell" in request.POST
    question.correct(by=request.user, note=note, tell=tell)


@posted
def correct(request, pk: int):
    """Save a published answer, with a dated note of what has changed where one is written."""
    if request.POST.get("correction", "").strip() or "tell" in request.POST:
        return correct_with_note(request, pk)
    return page.answer_page(request, str(pk))


@posted
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


@posted
def release(request, pk: int):
    """Give the question back: sent by the page when it is left."""
    load(pk).release(by=request.user)
    return HttpResponse(status=204)
