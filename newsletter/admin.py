"""The newsletter at the desk: write and send, read who subscribes and why, upload fact sheets."""

from django import forms
from django.contrib import admin
from django.utils.html import format_html

from newsletter.issue_admin import IssueAdmin
from newsletter.models import FactSheet, Issue, Subscriber
from newsletter.models.fact_sheet import MAX_BYTES, NotAPdf
from newsletter.subscriber_admin import SubscriberAdmin

admin.site.register(Issue, IssueAdmin)
admin.site.register(Subscriber, SubscriberAdmin)


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
