"""Form fields that forgive how a text was typed and say in one sentence what is wrong with it."""

import re

from django import forms
from django.core.exceptions import ValidationError

from outbox.address import require_reachable

# What XML 1.0 (and so a feed) cannot carry, or PostgreSQL cannot store: controls, surrogates.
UNSTORABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


# They turn the text around them about, up to the end of the paragraph (UAX 9, 2.1 to 2.5). In
# several lines they may be meant; in one line of a list they would reverse its neighbours.
TURNING = re.compile("[\u202a-\u202e\u2066-\u2069]")


def readable(text: str) -> str:
    """The text with line ends as LF, and without characters that nothing can show or store."""
    return UNSTORABLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def one_line(text: str) -> str:
    """The text on one line, trimmed, each run of white space as one space."""
    return " ".join(TURNING.sub("", readable(text)).split())


class Words(forms.CharField):
    """A text of `least` to `most` characters, counted as a person would: a line end is one.

    It is required if `empty`, the sentence for a field left empty, is given. There is no
    maxlength attribute: browsers obey it by cutting off what was pasted, without a word.
    """

    def __init__(
        self, *, most, least=0, empty="", disclosure="", disclosure_title="", lines=False, **options
    ):
        self.least, self.most, self.empty, self.lines = least, most, empty, lines
        super().__init__(strip=False, required=bool(empty), **options)
        self.disclosure, self.disclosure_title = disclosure, disclosure_title

    def widget_attrs(self, widget) -> dict:
        return {"data-most": self.most}

    def to_python(self, value) -> str:
        text = super().to_python(value)
        return readable(text).strip() if self.lines else one_line(text)

    def bound_data(self, data, initial):
        return self.to_python(data)

    def validate(self, value: str) -> None:
        if not value:
            if self.required:
                raise ValidationError(self.empty)
        elif len(value) < self.least:
            raise ValidationError(
                f"“{self.label}” is too short: it has {characters(len(value))} and needs at least "
                f"{self.least:,}."
            )
        elif len(value) > self.most:
            raise ValidationError(
                f"“{self.label}” is too long: it has {characters(len(value))} and may have at most "
                f"{self.most:,}."
            )


def characters(count: int) -> str:
    return f"{count:,} character{'' if count == 1 else 's'}"


class Address(forms.CharField):
    """An e-mail address to which the outbox can really send."""

    widget = forms.EmailInput
    EMPTY = "Enter your e-mail address, so that the answer can reach you."

    def __init__(self, *, disclosure="", **options):
        super().__init__(**options)
        self.disclosure = disclosure

    def bound_data(self, data, initial):
        return one_line(data or "")

    def validate(self, value: str) -> None:
        if not value:
            raise ValidationError(self.EMPTY)
        require_reachable(value)

    def run_validators(self, value) -> None:
        """Everything is said by `validate`, in our words."""
