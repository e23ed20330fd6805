"""Form fields and readers of what a curator types."""

import re

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator

DOI = re.compile(r"^(?:doi:\s*|https?://(?:dx\.)?doi\.org/)?(10\.\d{4,9}/\S+)$", re.IGNORECASE)
PMID = re.compile(
    r"^(?:pmid:?\s*|https?://(?:www\.)?(?:pubmed\.ncbi\.nlm\.nih\.gov/|ncbi\.nlm\.nih\.gov/pubmed/))?"
    r"(\d{1,9})/?$",
    re.IGNORECASE | re.ASCII,
)
QUESTION = re.compile(r"^(?:q-?)?0*(\d{1,9})$", re.IGNORECASE | re.ASCII)
QUESTION_URL = re.compile(r"/questions?/(\d{1,9})/", re.ASCII)
_is_url = URLValidator(
    ["http", "https"], message="Give a web address, a DOI such as 10.1002/…, or a PMID."
)


# Characters that nobody types and that no XML document may hold (XML 1.0, 2.2).
INVISIBLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff\ud800-\udfff]")


# They turn the text around them about (UAX 9, 2.1 to 2.5): in one line of a list, its neighbours.
TURNING = re.compile("[\u202a-\u202e\u2066-\u2069]")


class Line(forms.CharField):
    """One line of visible characters."""

    def to_python(self, value) -> str:
        text = TURNING.sub("", visible(value))
        return " ".join(super().to_python(text).split("\n"))


class Text(forms.CharField):
    """Several lines of visible characters, with \\n at their ends however a browser sends them."""

    widget = forms.Textarea

    def to_python(self, value) -> str:
        return super().to_python(visible(value))


def visible(value) -> str:
    """The text without what nobody types, and with \\n at the ends of lines."""
    text = str(value or "").replace("\r\n", "\n").replace("\r", "\n")
    return INVISIBLE.sub("", text)


def parse_source(text: str) -> dict:
    """Tell a DOI, a PMID and a web address apart: {"doi", "pmid", "url"}, all but one empty.

    Raises ValidationError where the text is none of them.
    """
    parts = {"doi": "", "pmid": "", "url": ""}
    if found := DOI.match(text):
        return parts | {"doi": found[1]}
    if found := PMID.match(text):
        return parts | {"pmid": found[1]}
    if text:
        _is_url(text)
    return parts | {"url": text}


def source_in(title: str) -> dict | None:
    """What `parse_source` makes of a title that is nothing but a DOI, a PMID or an address.

    A bare number is a title: “1984”.
    """
    if not title or title.isdigit():
        return None
    try:
        return parse_source(title)
    except ValidationError:
        return None


def parse_question_number(text: str) -> int:
    """The number in “Q-000123”, “123” or a question's address. Raises ValidationError."""
    found = QUESTION.match(text) or QUESTION_URL.search(text)
    if not found:
        raise ValidationError("Give the question's number, such as Q-000123.")
    return int(found[1])
