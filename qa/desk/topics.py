"""Topics: the article, its research list and its pictures."""

from django import forms
from django.contrib import admin
from django.db import models, transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.html import format_html

from qa import imaging
from qa.models import OldAddress, Question, Reference, Topic, TopicPicture


class TopicPictureForm(forms.ModelForm):
    """A new row takes a file; to replace a picture, remove it and add another."""

    file = forms.FileField(required=False, help_text="JPEG, PNG, WebP, HEIC; at most 15 MB.")

    class Meta:
        model = TopicPicture
        fields = ["name", "alt", "caption", "credit"]

    def clean_file(self):
        """Store the picture's files; the row follows with the form. Unused files are swept up."""
        upload = self.cleaned_data["file"]
        if upload is None and self.instance._state.adding:
            raise forms.ValidationError("Choose a picture.")
        if upload is not None and self.instance._state.adding:
            self._take(upload)
        return upload

    def _take(self, upload) -> None:
        if upload.size > imaging.MAX_BYTES:
            raise forms.ValidationError("This file is larger than 15 MB.")
        try:
            self.instance.stage(upload.read())
        except (imaging.ImageRefused, imaging.DecoderUnavailable) as refusal:
            raise forms.ValidationError(str(refusal)) from None


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


class TopicPictureInline(AsTopic, admin.StackedInline):
    model = TopicPicture
    form = TopicPictureForm
    fields = ["shown", "name", "file", "alt", "caption", "credit"]
    readonly_fields = ["shown"]
    extra = 0
    classes = ["collapse"]

    @admin.display(description="picture")
    def shown(self, picture):
        if picture.public_key is None:
            return "Shown once it is saved; in the text write ![](picture:name)."
        links = picture.public_links
        return format_html(
            '<img class="desk-picture" src="{}" alt="{}" width="{}" height="{}"> '
            "In the text: <code>![](picture:{})</code>",
            links.src,
            picture.alt,
            picture.width,
            picture.height,
            picture.name,
        )


@admin.register(Topic)
class TopicAdmin(admin.ModelAdmin):
    list_display = ["title", "asking", "waiting", "accepts_reader_answers", "reviewed_at", "order"]
    list_filter = ["is_open", "accepts_reader_answers"]
    search_fields = ["title", "slug", "summary"]
    prepopulated_fields = {"slug": ["title"]}
    formfield_overrides = {models.ManyToManyField: {"widget": forms.CheckboxSelectMultiple}}
    inlines = [TopicPictureInline, ReferenceInline]
    fieldsets = [
        (None, {"fields": ["title", "slug", "summary", "body", "preview"]}),
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
    readonly_fields = ["preview", "measured"]

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
        """Pictures go with their files, and an article's pictures are public."""
        if formset.model is not TopicPicture:
            return super().save_formset(request, form, formset, change)
        with transaction.atomic():
            formset.save(commit=False)
            for picture in formset.deleted_objects:
                picture.discard()
            for picture in [*formset.new_objects, *(row for row, _ in formset.changed_objects)]:
                picture.save()
                if picture.public_key is None:
                    picture.publish_files()
        return None
