"""What changed between two texts, word by word."""

import re
from dataclasses import dataclass
from difflib import SequenceMatcher

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

TOKEN = re.compile(r"\S+\s*|\s+")
LABELS = {
    "title": "Title",
    "body": "Question",
    "answer": "Answer",
    "sources": "Sources",
    "pictures": "Pictures",
}


@dataclass(frozen=True)
class Change:
    """One text that is not the same in two places."""

    name: str
    old: str
    new: str

    @property
    def label(self) -> str:
        return LABELS[self.name]

    @property
    def html(self) -> SafeString:
        return compare(self.old, self.new)


def changes(old: dict, new: dict) -> list[Change]:
    """The texts that differ; line ends and outer white space do not count."""
    return [
        Change(name, _even(old[name]), _even(new[name]))
        for name in old
        if _even(old[name]) != _even(new[name])
    ]


def compare(old: str, new: str) -> SafeString:
    """`new` as safe HTML with <ins> around added words and <del> around missing ones."""
    left, right = TOKEN.findall(old), TOKEN.findall(new)
    matcher = SequenceMatcher(None, left, right)
    parts = []
    for kind, a, b, c, d in matcher.get_opcodes():
        if kind == "equal":
            parts.append(("{}", "".join(right[c:d])))
            continue
        parts += [("<del>{}</del>", "".join(left[a:b]))] if b > a else []
        if kind == "replace" and not left[b - 1][-1].isspace():
            parts.append(("{}", " "))
        parts += [("<ins>{}</ins>", "".join(right[c:d]))] if d > c else []
    return format_html_join("", "{}", ((format_html(tag, words),) for tag, words in parts))


def _even(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n").strip()
