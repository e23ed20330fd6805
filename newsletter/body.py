"""A letter's Markdown, for the web, for a mail, and as plain text.

A picture is a line of its own, `![what it shows](/media/…)`, and is one of this site: nobody else
learns who opens the letter.
"""

import re

from django.conf import settings
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from qa import markdown

PICTURE = re.compile(r"^!\[([^\]\n]*)\]\(([^)\s]+)\)[ \t]*\r?$", re.MULTILINE)
LINK = re.compile(r"(?<!!)\[([^\]]+)\]\(([^)\s]+)\)")
ESCAPED = re.compile(r"\\([\\*_`<\[\]])")


def absolute(body: str) -> str:
    """The addresses of this site written out, as a mail needs them."""
    return re.sub(r"\]\(/(?!/)", f"]({settings.BASE_URL}/", body)


def is_own(address: str) -> bool:
    """Whether an address is one of this site."""
    relative = address.startswith("/") and not address.startswith("//")
    return relative or address.startswith(settings.BASE_URL + "/")


def html(body: str) -> SafeString:
    """Safe HTML, with this site's pictures; other pictures are left out, as their description."""
    pictures = []

    def put_away(match):
        alt, address = match.groups()
        if not is_own(address):
            return alt
        pictures.append(format_html('<img src="{}" alt="{}">', address, alt))
        return f"\nletter-picture-{len(pictures)}-\n"

    rendered = markdown.render(PICTURE.sub(put_away, body))
    for number, picture in enumerate(pictures, 1):
        rendered = rendered.replace(f"letter-picture-{number}-", picture)
    return mark_safe(rendered)  # noqa: S308 (markdown.render made it, and format_html)


def text(body: str) -> str:
    """A plain mail: `[words](address)` becomes `words (address)`."""
    body = PICTURE.sub(r"[Picture: \1]", body.replace("\r\n", "\n"))
    return ESCAPED.sub(r"\1", LINK.sub(r"\1 (\2)", body))
