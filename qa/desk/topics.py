"""Topics: the article, its research list and its pictures."""

from django import forms
from django.contrib import admin
from django.db import models, transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.html import format_html

from qa.models import OldAddress, Question, Reference, Topic, TopicPicture
from qa.picture_admin import PictureInline, save_pictures


class AsTopic:
    """Whoever may change the topic may change the parts of it."""

    def _may(self, request) -> bool:
        return request.user.has_perm("qa.change_topic")

    def has_view_permission(self, request, obj=None):
        return self._may(request)

    def has_add_permission(self, request, obj=None):
        return self._may(request)

    def has_change_permission(self, request, obj=None):
        return self._may(request)

    def has_delete_permission(self, request, obj=None):
        return self._may(request)


class ReferenceInline(AsTopic, admin.StackedInline):
    model = Reference
    fields = ["heading", "title", "source", ("url", "doi", "pmid"), "note", "order"]
    extra = 0
    classes = ["collapse"]
    formfield_overrides = {models.URLField: {"assume_scheme": "https"}}


class TopicPictureInline(AsTopic, PictureInline):
    model = TopicPicture
    fields = [*PictureInline.fields, "caption", "credit"]


@admin.register(Topic)
class TopicAdmin(admin.ModelAdmin):
    list_display = ["title", "asking", "waiting", "accepts_reader_answers", "reviewed_at", "order"]
    list_filter = ["is_open", "accepts_reader_answers"]
    search_fields = ["title", "slug", "summary"]
    prepopulated_fields = {"slug": ["title"]}
    formfield_overrides = {models.ManyToManyField: {"widget": forms.CheckboxSelectMultiple}}
    inlines = [TopicPictureInline, ReferenceInline]
    fieldsets = [
        (None, {"fields": ["title", "slug", "summary", "body", "preview", "followed"]}),
        (
            "Asking",
            {
                "fields": [
                    "invitation",
                    "is_open",
                    "paused_note",
                    "daily_limit",
                    "expected_reply_days",
                    "measured",
                    "accepts_reader_answers",
                ]
            },
        ),
        ("Place and author", {"fields": ["parent", "related", "order", "author", "reviewed_at"]}),
    ]
    readonly_fields = ["preview", "measured", "followed"]

    def get_queryset(self, request):
        waits = models.Q(questions__status=Question.Status.PENDING)
        return super().get_queryset(request).annotate(waits=models.Count("questions", filter=waits))

    @admin.display(description="asking", ordering="is_open")
    def asking(self, topic):
        return "Open" if topic.is_open else "Paused"

    @admin.display(description="waiting", ordering="waits")
    def waiting(self, topic):
        """How many questions wait for an answer."""
        return topic.waits

    @admin.display(description="preview")
    def preview(self, topic):
        if topic.pk is None:
            return "After the first save."
        url = reverse("admin:qa_topic_preview", args=[topic.pk])
        return format_html('<a href="{}">The saved article as readers see it</a>', url)

    @admin.display(description="followed by")
    def followed(self, topic):
        """How many are mailed what is new in it, never who (the app `following`)."""
        count = topic.follows.standing().count() if topic.pk else 0
        return f"{count:,} reader{'' if count == 1 else 's'}"

    @admin.display(description="what askers are told")
    def measured(self, topic):
        """The present number of days, and where it comes from."""
        days = f"{topic.reply_days} day{'' if topic.reply_days == 1 else 's'}"
        if topic.expected_reply_days:
            return f"{days}, as set here."
        if topic.measured_reply_days:
            return f"{days}: what answers took in the last 90 days, by the median."
        return f"{days}, by the site’s profile: fewer than five were answered in the last 90 days."

    def get_urls(self):
        view = self.admin_site.admin_view(self.preview_view)
        return [path("<int:pk>/preview/", view, name="qa_topic_preview"), *super().get_urls()]

    def preview_view(self, request, pk: int):
        if not self.has_view_permission(request):
            return HttpResponse(status=403)
        topic = get_object_or_404(Topic, pk=pk)
        context = {"topic": topic, "article": topic.rendered()}
        return TemplateResponse(request, "qa/desk/topic_preview.html", context)

    @transaction.atomic
    def save_model(self, request, topic, form, change):
        """The pages of a topic that gets another slug answer 301 at the old one."""
        if change and "slug" in form.changed_data:
            path = reverse("archive:topic_detail", args=[form.initial["slug"]])
            OldAddress.objects.keep(path, topic=topic)
        super().save_model(request, topic, form, change)

    def save_formset(self, request, form, formset, change):
        if formset.model is TopicPicture:
            return save_pictures(formset)
        return super().save_formset(request, form, formset, change)
