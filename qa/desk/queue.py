"""The queue: every question that was sent, first of all what waits, oldest first."""

from django.contrib import admin
from django.db.models import Case, Count, Exists, OuterRef, Q, Subquery, TextField, When
from django.db.models.functions import Coalesce
from django.shortcuts import redirect
from django.urls import path
from django.utils import timezone

from qa.desk import (
    aids,
    arranging,
    beside,
    bulk,
    decisions,
    page,
    pictures,
    preview,
    review,
    timing,
    unsaved,
    views,
    writing,
)
from qa.desk.access import CuratorAdmin
from qa.desk.fields import QUESTION
from qa.desk.filters import Counts, SpamFilter, StateFilter, TopicFilter, WhoseFilter, asked
from qa.models import Answer, Event, Question
from qa.models.workflow import RULES, Status
from qa.scheduling import FAILED

WARM, HOT = 24, 48


@admin.register(Question)
class QuestionAdmin(CuratorAdmin):
    """The list is the admin's own; the page of one question is qa.desk.page."""

    list_display = ["title"]
    list_filter = [StateFilter, TopicFilter, WhoseFilter, SpamFilter]
    search_fields = ["title", "body", "asked_title", "asked_body", "email", "name"]
    search_help_text = "Searches title, text, name, e-mail address and number, in every state."
    list_per_page = 50
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    actions = None

    def get_queryset(self, request):
        """Drafts are left out: they are the asker's own until sent."""
        return (
            Question.objects.sent()
            .select_related("topic", "claimed_by", "assigned_to", "schedule")
            .prefetch_related("images")
            .annotate(
                reader_answers=waiting_answers(),
                asked_before=asked_before(),
                hanging=hanging(),
                came_back=Exists(Event.objects.filter(question=OuterRef("pk"), verb="resubmit")),
                stuck=stuck(),
            )
        )

    def get_ordering(self, request):
        """What waits: oldest first. Everything else: what was sent last."""
        if asked(request).state == Status.PENDING:
            return ["submitted_at", "pk"]
        return ["-submitted_at", "-pk"]

    def get_search_results(self, request, queryset, search_term):
        found, duplicates = super().get_search_results(request, queryset, search_term)
        if number := QUESTION.match(search_term.strip()):
            found |= queryset.filter(pk=int(number[1]))
        return found, duplicates

    def get_paginator(self, request, queryset, per_page, *args, **kwargs):
        """The filters' own counts say how many rows there are."""
        paginator = super().get_paginator(request, queryset, per_page, *args, **kwargs)
        paginator.count = Counts.of(request).total(asked(request))
        return paginator

    def changelist_view(self, request, extra_context=None):
        words = request.GET.get("q", "").replace("\x00", "")
        request.desk_searched, _ = self.get_search_results(request, Question.objects.sent(), words)
        around = beside.load(request.user)
        context = {
            "title": "Questions",
            "around": around,
            "most": beside.MOST,
            "views": views.links(request, around["views"]),
        }
        return super().changelist_view(request, context | (extra_context or {}))

    def change_view(self, request, object_id, form_url="", extra_context=None):
        return page.answer_page(request, object_id)

    def history_view(self, request, object_id, extra_context=None):
        """What happened stands on the answer page itself."""
        return redirect("admin:qa_question_change", object_id)

    def get_urls(self):
        guard = unsaved.rescuing(self.admin_site.admin_view)
        return aids.urls(guard) + question_urls(guard) + super().get_urls()


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
        ("correct", decisions.correct),
        ("demerge", arranging.demerge),
        ("move-topic", arranging.move_topic),
        ("assign", arranging.assign),
        ("schedule", timing.schedule),
        ("unschedule", timing.unschedule),
        ("reply", writing.reply),
        ("put-aside", writing.put_aside),
        ("undo", decisions.undo),
        ("release", decisions.release),
        ("preview", preview.preview),
        ("reviewed", review.reviewed),
    ]
    return [
        path(f"<int:pk>/{name}/", guard(view), name=f"qa_question_{name.replace('-', '_')}")
        for name, view in acts
    ] + [
        path("bulk/spam/", guard(bulk.spam), name="qa_question_bulk_spam"),
        path("bulk/decline/", guard(bulk.decline), name="qa_question_bulk_decline"),
        path("bulk/move-topic/", guard(bulk.move_topic), name="qa_question_bulk_move_topic"),
        path("bulk/assign/", guard(bulk.assign), name="qa_question_bulk_assign"),
        path("undo-batch/<uuid:batch>/", guard(bulk.undo), name="qa_question_undo_batch"),
        path("views/", guard(views.save), name="qa_question_view_save"),
        path("views/<int:pk>/delete/", guard(views.delete), name="qa_question_view_delete"),
        path(
            "<int:pk>/images/<int:image_pk>/<str:name>",
            guard(pictures.image_file, cacheable=True),
            name="qa_question_image",
        ),
    ]


def waiting_answers():
    """How many reader answers to a question a curator has not looked at."""
    return _number(Answer.objects.waiting().filter(question=OuterRef("pk")), "question")


def stuck():
    """Why a question did not go out at its time, until something else is decided about it."""
    newest = Event.objects.filter(question=OuterRef("pk"), verb__in=[*RULES, FAILED]).order_by(
        "-pk"
    )
    reason = Case(When(verb=FAILED, then="note"), output_field=TextField())
    return Subquery(newest.annotate(reason=reason).values("reason")[:1])


def asked_before():
    """How many questions came from the same address earlier."""
    earlier = Q(submitted_at__lt=OuterRef("submitted_at"))
    same = Question.objects.filter(earlier, email=OuterRef("email"))
    return _number(same.exclude(email=""), "email")


def hanging():
    """How many questions were merged into this one."""
    return _number(Question.objects.filter(merged_into=OuterRef("pk")), "merged_into")


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
