"""What a curator types on the answer page; one form per kind of decision."""

from django import forms
from django.core.exceptions import ValidationError

from qa.desk.fields import Line, Text, parse_question_number, parse_source, source_in
from qa.models import Question
from qa.models.question import BODY_LENGTH, TITLE_LENGTH

DRAFT = ["title", "body", "answer"]
MAX_NUMBER = 2**31 - 1


class DraftForm(forms.Form):
    """The texts. A draft may be unfinished; only what could not be stored is refused."""

    title = Line(required=False, max_length=TITLE_LENGTH[1])
    body = Text(required=False, max_length=BODY_LENGTH[1])
    answer = Text(required=False, max_length=40_000)
    note = Text(required=False, max_length=4000)
    reason = Text(required=False, max_length=4000)
    target = Line(required=False, max_length=300)
    similar = forms.IntegerField(required=False, min_value=1, max_value=MAX_NUMBER)

    def __init__(self, *args, question: Question, **kwargs):
        super().__init__(*args, **kwargs)
        self.question = question
        for field in self.fields.values():
            field.widget.attrs.pop("maxlength", None)
            field.widget.attrs.pop("cols", None)

    def draft(self) -> dict:
        return {name: self.cleaned_data[name] for name in DRAFT}

    def require(self, name: str, minimum: int, sentence: str) -> None:
        if name not in self.errors and len(self.cleaned_data[name]) < minimum:
            self.add_error(name, sentence)


class PrivateForm(DraftForm):
    """Enough to mail an answer."""

    def clean(self):
        self.require("answer", 1, "Write the answer first.")


class PublicForm(PrivateForm):
    """Enough to stand in the archive."""

    def clean(self):
        super().clean()
        self.require(
            "title", TITLE_LENGTH[0], f"A title has at least {TITLE_LENGTH[0]} characters."
        )
        self.require(
            "body", BODY_LENGTH[0], f"The question has at least {BODY_LENGTH[0]} characters."
        )


class ReasonForm(DraftForm):
    """Enough to ask for changes."""

    def clean(self):
        self.require("reason", 1, "Say what the asker should change or add.")


class MergeForm(DraftForm):
    """Names the question that this one repeats; it is `target_question` afterwards."""

    def clean(self):
        typed = self.cleaned_data.get("target") or str(self.cleaned_data.get("similar") or "")
        if "target" in self.errors:
            return
        try:
            self.target_question = self._find(typed)
        except ValidationError as error:
            self.add_error("target", error)

    def _find(self, typed: str) -> Question:
        if not typed:
            raise ValidationError("Choose the question that this one repeats.")
        number = parse_question_number(typed)
        found = Question.objects.sent().filter(pk=number).first()
        if found is None:
            raise ValidationError(f"There is no question {number}.")
        if found.pk == self.question.pk:
            raise ValidationError("A question cannot be merged into itself.")
        if found.status not in {found.Status.PENDING, found.Status.PUBLISHED}:
            raise ValidationError(
                f"{found.reference_number} is neither waiting nor published "
                f"({found.get_status_display().lower()})."
            )
        return found


class PictureForm(forms.Form):
    """What happens to one picture when the answer is published."""

    publish = forms.BooleanField(required=False, label="Publish this picture")
    alt = Line(required=False, max_length=300, label="Description")
    # Says that the picture was on the page: an unticked box sends nothing by itself.
    shown = forms.CharField(required=False, initial="1", widget=forms.HiddenInput)


class ReferenceForm(forms.Form):
    """One source; an emptied row is removed."""

    id = forms.IntegerField(
        required=False, min_value=1, max_value=MAX_NUMBER, widget=forms.HiddenInput
    )
    title = Line(required=False, max_length=300, label="Title")
    link = Line(required=False, max_length=500, label="Web address, DOI or PMID")
    source = Line(required=False, max_length=300, label="Authors, journal, year")
    note = Text(required=False, max_length=2000, label="What it found")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            # A browser would cut a pasted address silently; too long is said in words instead.
            field.widget.attrs.pop("maxlength", None)
        self.fields["note"].widget.attrs = {"rows": 2}

    def clean_link(self) -> str:
        self.parts = parse_source(self.cleaned_data["link"])
        if len(self.parts["doi"]) > 120:
            raise ValidationError("This DOI is longer than 120 characters.")
        return self.cleaned_data["link"]

    def clean(self):
        """What was pasted into the title is taken for the link; a DOI or PMID is a title, too."""
        if self.errors:
            return
        pasted = None if self.cleaned_data["link"] else source_in(self.cleaned_data["title"])
        self.parts = pasted or self.parts
        if pasted or not self.cleaned_data["title"]:
            self.cleaned_data["title"] = self._own_title(bool(pasted))
        if self.is_filled and not self.cleaned_data["title"]:
            self.add_error("title", "Give the source a title.")

    def _own_title(self, pasted: bool) -> str:
        if self.parts["doi"]:
            return f"doi:{self.parts['doi']}"
        if self.parts["pmid"]:
            return f"PMID {self.parts['pmid']}"
        return self.parts["url"] if pasted else ""

    @property
    def is_filled(self) -> bool:
        return any(self.cleaned_data.get(name) for name in ["title", "link", "source", "note"])

    def columns(self) -> dict:
        """The row as columns of Reference."""
        words = {name: self.cleaned_data[name] for name in ["title", "source", "note"]}
        return words | self.parts


ReferenceRows = forms.formset_factory(ReferenceForm, extra=2, max_num=40, absolute_max=40)
