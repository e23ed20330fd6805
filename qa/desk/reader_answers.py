"""Answers that readers wrote: what waits first, and what is decided about it."""

from django.contrib import admin, messages
from django.db.models import Case, Value, When
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.html import format_html
from django.views.decorators.cache import never_cache

from qa import markdown
from qa.desk import history
from qa.desk.access import CuratorAdmin, curators_only
from qa.desk.fields import Text
from qa.models import Answer
from qa.models.workflow import StateConflict

LIST = "admin:qa_answer_changelist"
WAITING_FIRST = Case(When(status=Answer.Status.PENDING, then=Value(0)), default=Value(1))


@admin.register(Answer)
class AnswerAdmin(CuratorAdmin):
    """Readers' answers alone: the official one belongs to the question's page."""

    list_display = ["first_words", "question", "written_by", "status", "created_at"]
    list_filter = ["status", "question__topic"]
    search_fields = ["body", "question__title", "author__display_name", "author__email"]
    list_select_related = ["question", "author"]
    show_full_result_count = False
    actions = ["publish_selected", "decline_selected"]

    def get_queryset(self, request):
        return Answer.objects.reader()

    def get_ordering(self, request):
        return [WAITING_FIRST.asc(), "created_at"]

    def changelist_view(self, request, extra_context=None):
        context = {"title": "Readers' answers"} | (extra_context or {})
        return super().changelist_view(request, context)

    def change_view(self, request, object_id, form_url="", extra_context=None):
        known = object_id.isascii() and object_id.isdigit() and len(object_id) < 16
        return answer_page(request, int(object_id) if known else 0)

    def get_urls(self):
        guard = self.admin_site.admin_view
        own = [
            path("<int:pk>/publish/", guard(publish), name="qa_answer_publish"),
            path("<int:pk>/decline/", guard(decline), name="qa_answer_decline"),
            path("<int:pk>/spam/", guard(spam), name="qa_answer_spam"),
            path("<int:pk>/undo/", guard(undo), name="qa_answer_undo"),
        ]
        return own + super().get_urls()

    @admin.display(description="answer")
    def first_words(self, answer):
        return markdown.cut(answer.text, 90) or "(empty)"

    @admin.display(description="written by")
    def written_by(self, answer):
        return str(answer.author or "somebody who has left")

    @admin.action(description="Publish")
    def publish_selected(self, request, queryset):
        _decide_all(request, queryset, "published", lambda answer: answer.publish(by=request.user))

    @admin.action(description="Decline")
    def decline_selected(self, request, queryset):
        _decide_all(request, queryset, "declined", lambda answer: answer.decline(by=request.user))


@never_cache
@curators_only
def answer_page(request, pk: int, status: int = 200):
    answer = _load(pk)
    context = {
        **admin.site.each_context(request),
        "opts": Answer._meta,
        "title": f"A reader's answer to “{answer.question}”",
        "answer": answer,
        "history": history.lines(answer),
        "undo": history.undoable(answer),
        "reason": request.POST.get("reason", ""),
    }
    return TemplateResponse(request, "admin/qa/answer/change_form.html", context, status=status)


@never_cache
@curators_only
def publish(request, pk: int):
    return _decide(request, pk, "published", lambda answer: answer.publish(by=request.user))


@never_cache
@curators_only
def decline(request, pk: int):
    reason = Text(required=False).clean(request.POST.get("reason"))
    return _decide(
        request, pk, "declined", lambda answer: answer.decline(by=request.user, note=reason)
    )


@never_cache
@curators_only
def spam(request, pk: int):
    return _decide(request, pk, "spam", lambda answer: answer.mark_spam(by=request.user))


@never_cache
@curators_only
def undo(request, pk: int):
    """Take the last decision back; `event` says which one the curator saw as the last."""
    if request.method != "POST":
        return redirect("admin:qa_answer_change", pk)
    answer = _load(pk)
    undoable = history.undoable(answer)
    seen, last = request.POST.get("event"), answer.last_decision()
    try:
        if last is None or (seen and seen != str(last.pk)):
            raise StateConflict("undo")
        stopped = answer.undo(by=request.user)
    except StateConflict:
        messages.error(request, "Nothing was done: something else was decided meanwhile.")
        return answer_page(request, pk, status=409)
    if not undoable.mails:
        messages.success(request, "Taken back.")
    elif stopped:
        messages.success(request, "Taken back. No mail about it has left.")
    else:
        messages.warning(request, "Taken back, but the mail about it had left already.")
    return redirect("admin:qa_answer_change", pk)


TOLD = {"published": "its author is told by mail", "declined": "its author is told by mail"}


def _decide(request, pk: int, done: str, act):
    if request.method != "POST":
        return redirect("admin:qa_answer_change", pk)
    try:
        act(_load(pk))
    except StateConflict:
        messages.error(request, f"Nothing was done: this answer is {done} already.")
        return answer_page(request, pk, status=409)
    messages.success(
        request,
        format_html(
            'The answer is {}; {}. <a class="desk-undo" href="{}#undo">Undo</a>',
            done,
            TOLD.get(done, "nobody is mailed"),
            reverse("admin:qa_answer_change", args=[pk]),
        ),
    )
    return redirect(reverse(LIST))


def _decide_all(request, answers, done: str, act) -> None:
    """Decide about each by itself, so that one that is already decided stops no other."""
    number = 0
    for answer in answers:
        try:
            act(answer)
            number += 1
        except StateConflict:
            messages.warning(request, f"“{markdown.cut(answer.text, 60)}” is {done} already.")
    if number:
        messages.success(request, f"{number} {done}.")


def _load(pk: int) -> Answer:
    rows = Answer.objects.reader().select_related("question", "author")
    return get_object_or_404(rows, pk=pk)
