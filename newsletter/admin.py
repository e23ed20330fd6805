"""The newsletter at the desk: write and send, read who subscribes and why, upload fact sheets."""

from django import forms
from django.contrib import admin
from django.utils.html import format_html

from newsletter.issue_admin import IssueAdmin
from newsletter.models import Consent, FactSheet, Issue, Subscriber
from newsletter.models.fact_sheet import MAX_BYTES, NotAPdf

admin.site.register(Issue, IssueAdmin)


class ReadOnly:
    """Evidence is read, not written."""

    def has_add_permission(self, request, obj=None):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False


class ConsentInline(ReadOnly, admin.TabularInline):
    model = Consent
    fields = [
        "asked_at",
        "page",
        "text",
        "text_version",
        "privacy_version",
        "confirmed_at",
        "withdrawn_at",
    ]
    extra = 0
    verbose_name_plural = "what was agreed to, and when"


@admin.register(Subscriber)
class SubscriberAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ["email", "status", "topic", "confirmed_at", "unsubscribed_at"]
    list_filter = ["status", "topic", "confirmed_at"]
    search_fields = ["email"]
    fields = ["email", "status", "topic", "created_at", "confirmed_at", "unsubscribed_at"]
    inlines = [ConsentInline]
    show_full_result_count = False


class FactSheetForm(forms.ModelForm):
    file = forms.FileField(
        label="PDF", required=False, help_text="At most 10 MB. Empty keeps the present file."
    )

    class Meta:
        model = FactSheet
        fields = ["title", "slug", "topic", "summary"]

    def clean_file(self):
        file = self.cleaned_data["file"]
        if not file:
            if self.instance.key is None:
                raise forms.ValidationError("Choose a PDF file.")
            return None
        try:
            data = file.read(MAX_BYTES + 1)
            FactSheet.check_pdf(data)
        except NotAPdf as error:
            raise forms.ValidationError(str(error)) from error
        return data


@admin.register(FactSheet)
class FactSheetAdmin(admin.ModelAdmin):
    form = FactSheetForm
    list_display = ["title", "topic", "size_shown", "updated_at"]
    prepopulated_fields = {"slug": ["title"]}
    readonly_fields = ["present"]

    def save_model(self, request, obj, form, change):
        data = form.cleaned_data["file"]
        obj.store(data) if data else obj.save()

    @admin.display(description="size")
    def size_shown(self, sheet):
        return f"{sheet.size // 1024:,} KB"

    @admin.display(description="Present file")
    def present(self, sheet):
        if not sheet.key:
            return "None yet"
        return format_html('<a href="{}">Download</a>', sheet.url)
