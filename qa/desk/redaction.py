"""Likely personal details in a text: what a curator should look at before it becomes public.

Rules and a list of given names, no model: it runs in a millisecond, and one can say why a word was
marked. It misses some and marks too much; tests/qa/desk/redaction/ holds the measured recall and
precision. The kinds follow the "safe harbor" list of HIPAA, 45 CFR 164.514(b)(2).
"""

import re
from dataclasses import dataclass

from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString

from qa.desk.names import name_spans
from qa.desk.redaction_patterns import (
    ADDRESS,
    AGE,
    AMOUNT,
    BIRTH,
    CALL,
    DATE,
    DIGITS,
    EMAIL,
    NOT_CALL,
    RECORD,
    RECORD_SHAPES,
    SPELLED,
    WEB,
    YEARS,
)

PUT_INSTEAD = {
    "e-mail": "[e-mail address]",
    "phone": "[phone number]",
    "record": "[record number]",
    "birth": "[date of birth]",
    "address": "[address]",
    "age": "[over 89]",
    "name": "[name]",
}
LABELS = {
    "e-mail": "E-mail address",
    "phone": "Phone number",
    "record": "Record number",
    "birth": "Date of birth",
    "address": "Postal address",
    "age": "Age over 89",
    "name": "Name",
}


@dataclass(frozen=True)
class Finding:
    """Some characters of a text and what they seem to tell; `start` and `end` as in a slice."""

    start: int
    end: int
    kind: str
    words: str

    @property
    def label(self) -> str:
        return LABELS[self.kind]

    @property
    def instead(self) -> str:
        return PUT_INSTEAD[self.kind]

    @property
    def value(self) -> str:
        """How a button of the page names it."""
        return f"{self.kind}:{self.words}"


def findings(text: str) -> list[Finding]:
    """The likely personal details of a text, in its order; none overlaps another."""
    spans: list[tuple[int, int, str]] = []
    spans += [(*m.span(), "e-mail") for m in EMAIL.finditer(text)]
    spans += [(*m.span("it"), "birth") for m in BIRTH.finditer(text)]
    spans += [(*m.span(), "record") for m in RECORD_SHAPES.finditer(text)]
    spans += [(*m.span("it"), "record") for m in RECORD.finditer(text) if _is_record(m["it"])]
    spans += _phones(text)
    spans += [(*m.span(), "address") for m in ADDRESS.finditer(text)]
    spans += [(*_age(m), "age") for m in AGE.finditer(text)]
    spans += [(*span, "name") for span in name_spans(text)]
    return _apart(text, spans)


def _apart(text: str, spans) -> list[Finding]:
    """Of overlapping spans the one that was found by the stricter rule, which comes first."""
    kept, taken = [], bytearray(len(text))
    for start, end, kind in spans:
        end = _end_of_word(text, end)
        if not any(taken[start:end]):
            taken[start:end] = b"x" * (end - start)
            kept.append(Finding(start, end, kind, text[start:end]))
    return sorted(kept, key=lambda finding: finding.start)


def _end_of_word(text: str, at: int) -> int:
    """`at`, or where the word ends that it would cut: half a postcode is still a postcode."""
    while 0 < at < len(text) and text[at - 1].isalnum() and text[at].isalnum():
        at += 1
    return at


def _is_record(words: str) -> bool:
    return sum(sign.isdigit() for sign in words) >= 5


def _age(match: re.Match) -> tuple[int, int]:
    return next((match.span(name) for name in "ab" if match[name]), match.span())


def _phones(text: str) -> list[tuple[int, int, str]]:
    web = [m.span() for m in WEB.finditer(text)]
    found = [
        m.span()
        for m in DIGITS.finditer(text)
        if not any(a <= m.start() < b for a, b in web) and _is_phone(text, m)
    ]
    return [(*span, "phone") for span in [*found, *(m.span() for m in SPELLED.finditer(text))]]


def _is_phone(text: str, match: re.Match) -> bool:
    words = match[0]
    before, after = text[max(0, match.start() - 40) : match.start()], text[match.end() :]
    if DATE.match(words) or YEARS.match(words) or AMOUNT.match(after) or NOT_CALL.search(before):
        return False
    if words[0] == "+" or CALL.search(before):
        return True
    groups = re.findall(r"\d+", words)
    if len(groups) == 1:
        return len(words) >= 10 or words[0] == "("
    # 70 000 - 140 000: amounts, and not the parts of one number.
    return (
        not re.search(r"\d\s+[-–]\s+\d", words)
        and len(groups[-1]) > 1
        and len("".join(groups)) <= 13
    )


def marked(text: str) -> SafeString:
    """A plain text as paragraphs of safe HTML, with <mark> around every finding."""
    parts, at = [], 0
    for found in findings(text):
        parts += [escape(text[at : found.start]), _mark(found)]
        at = found.end
    inside = SafeString("".join([*parts, escape(text[at:])]).strip())
    blocks = re.split(r"\n\s*\n", inside)
    return format_html_join(
        "", "<p>{}</p>", ([SafeString(block.replace("\n", "<br>"))] for block in blocks)
    )


def _mark(found: Finding) -> str:
    """Line by line: a mark may not reach over the end of a paragraph."""
    tag = '<mark title="{}">{}</mark>'
    lines = found.words.split("\n")
    return "\n".join(format_html(tag, found.label, line) if line.strip() else "" for line in lines)


def redact(text: str, kind: str, words: str) -> str:
    """The text with every occurrence of these words replaced by what stands for their kind."""
    if kind not in PUT_INSTEAD or not words.strip():
        return text
    return re.sub(rf"(?<!\w){re.escape(words)}(?!\w)", PUT_INSTEAD[kind], text)


def redact_all(text: str) -> str:
    """The text without any of the findings."""
    for found in reversed(findings(text)):
        text = text[: found.start] + found.instead + text[found.end :]
    return text
