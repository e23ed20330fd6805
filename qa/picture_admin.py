"""Pictures of an article or a letter, in the admin: rows below it that take a file each."""

from django import forms
from django.contrib import admin
from django.db import transaction
from django.utils.html import format_html

from qa import imaging


class PictureForm(forms.ModelForm):
    """A new row takes a file; to replace a picture, remove it and add another."""

    file = forms.FileField(required=False, help_text="JPEG, PNG, WebP, HEIC; at most 15 MB.")

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


class PictureInline(admin.StackedInline):
    """Rows of a model that is a qa.models.picture.Picture with a `name`."""

    form = PictureForm
    fields = ["shown", "name", "file", "alt"]
    readonly_fields = ["shown"]
    extra = 1  # so that one can be added without scripts
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


@transaction.atomic
def save_pictures(formset) -> None:
    """Pictures go with their files, and are public: what they stand in is, or will be."""
    formset.save(commit=False)
    for picture in formset.deleted_objects:
        picture.discard()
    for picture in [*formset.new_objects, *(row for row, _ in formset.changed_objects)]:
        picture.save()
        if picture.public_key is None:
            picture.publish_files()
