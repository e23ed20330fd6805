"""The queue: every question that was sent, first of all what waits, oldest first."""

from django.contrib import admin
from django.db.models import Count, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.shortcuts import redirect
from django.urls import path
from django.utils import timezone

from qa import permissions
from qa.desk import decisions, page, pictures, preview, review
from qa.desk.fields import QUESTION
from qa.desk.filters import Counts, StateFilter, TopicFilter, asked_state, asked_topic
from qa.models import Answer, Question
from qa.models.workflow import Status

WARM, HOT = 24, 48


@admin.register(Question)
class QuestionAdmin(admin.ModelAdmin):
    """The list is the admin's own; the page of one question is qa.desk.page."""

    list_display = ["title"]
    list_filter = [StateFilter, TopicFilter]
    search_fields = ["title", "body", "asked_title", "asked_body", "email"]
    search_help_text = "Searches title, text, e-mail address and number, in every state."
    list_per_page = 50
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    actions = None

    def get_queryset(self, request):
        """Drafts are left out: they are the asker's own until sent."""
        return (
            Question.objects.sent()
            .select_related("topic", "claimed_by")
            .prefetch_related("images")
            .annotate(reader_answers=waiting_answers(), asked_before=asked_before())
        )

    def get_ordering(self, request):
        """What waits: oldest first. Everything else: what was sent last."""
        if asked_state(request) == Status.PENDING:
            return ["submitted_at", "pk"]
        return ["-submitted_at", "-pk"]

    def get_search_results(self, request, queryset, search_term):
        found, duplicates = super().get_search_results(request, queryset, search_term)
        if number := QUESTION.match(search_term.strip()):
            found |= queryset.filter(pk=int(number[1]))
        return found, duplicates

    def get_paginator(self, request, queryset, per_page, *args, **kwargs):
        """Without a search the filters' own counts say how many rows there are."""
        paginator = super().get_paginator(request, queryset, per_page, *args, **kwargs)
        if not request.GET.get("q", "").strip():
            paginator.count = Counts.of(request).total(asked_state(request), asked_topic(request))
        return paginator

    def changelist_view(self, request, extra_context=None):
        context = {
            "title": "Questions",
            "waiting_reader_answers": Answer.objects.reader().filter(status="pending").count(),
        }
        return super().changelist_view(request, context | (extra_context or {}))

    def change_view(self, request, object_id, form_url="", extra_context=None):
        return page.answer_page(request, object_id)

    def history_view(self, request, object_id, extra_context=None):
        """What happened stands on the answer page itself."""
        return redirect("admin:qa_question_change", object_id)

    def get_urls(self):
        return question_urls(self.admin_site.admin_view) + super().get_urls()

    def has_module_permission(self, request):
        return permissions.is_curator(request.user)

    def has_view_permission(self, request, obj=None):
        return permissions.is_curator(request.user)

    def has_change_permission(self, request, obj=None):
        return permissions.is_curator(request.user)

    def has_add_permission(self, request):
        return False

    def has_delete_permission(self, request, obj=None):
        return False


def question_urls(guard) -> list:
    """Addresses below /admin/qa/question/; `guard` lets staff in and nobody else.

    Pictures set their own caching headers, which are stricter than the guard's.
    """
    acts = [
        ("publish", decisions.publish),
        ("answer-privately", decisions.answer_privately),
        ("request-changes", decisions.request_changes),
        ("decline", decisions.decline),
        ("merge", decisions.merge),
        ("spam", decisions.spam),
        ("unpublish", decisions.unpublish),
        ("undo", decisions.undo),
        ("release", decisions.release),
        ("preview", preview.preview),
        ("reviewed", review.reviewed),
    ]
    return [
        path(f"<int:pk>/{name}/", guard(view), name=f"qa_question_{name.replace('-', '_')}")
        for name, view in acts
    ] + [
        path(
            "<int:pk>/images/<int:image_pk>/<str:name>",
            guard(pictures.image_file, cacheable=True),
            name="qa_question_image",
        ),
    ]


def waiting_answers():
    """How many reader answers to a question a curator has not looked at."""
    return _number(
        Answer.objects.reader().filter(status="pending", question=OuterRef("pk")), "question"
    )


def asked_before():
    """How many other questions came from the same address."""
    same = Question.objects.sent().filter(email=OuterRef("email"))
    return _number(same.exclude(Q(pk=OuterRef("pk")) | Q(email="")), "email")


def _number(rows, column: str):
    """The number of rows as a subquery: only the rows of one page of the list are counted."""
    counted = rows.order_by().values(column).annotate(number=Count("pk"))
    return Coalesce(Subquery(counted.values("number")), 0)


def heat(question, now=None) -> str:
    """“hot” from 48 h of waiting, “warm” from 24 h, else nothing."""
    if question.status != Status.PENDING:
        return ""
    hours = ((now or timezone.now()) - question.submitted_at).total_seconds() / 3600
    return "hot" if hours >= HOT else "warm" if hours >= WARM else ""
