"""A letter's Markdown, for the web, for a mail, and as plain text.

A picture is a line of its own: `![](picture:NAME)`, one of the letter's own (IssuePicture), or
`![what it shows](/media/…)`. It is one of this site: nobody else learns who opens the letter.
"""

import re

from django.conf import settings
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from qa import markdown, storage

PICTURE = re.compile(r"^!\[([^\]\n]*)\]\(([^)\s]+)\)[ \t]*\r?$", re.MULTILINE)
LINK = re.compile(r"(?<!!)\[([^\]]+)\]\(([^)\s]+)\)")
NAMED = "picture:"
WIDEST = 552  # pixels of a mail's text (emails/base.html), for mail programs that know no max-width
ESCAPED = re.compile(r"\\([\\*_`<\[\]])")


def absolute(body: str) -> str:
    """The addresses of this site written out, as a mail needs them."""
    return re.sub(r"\]\(/(?!/)", f"]({settings.BASE_URL}/", body)


def is_own(address: str) -> bool:
    """Whether an address is one of this site."""
    relative = address.startswith("/") and not address.startswith("//")
    return relative or address.startswith((settings.BASE_URL + "/", settings.MEDIA_URL))


def named(address: str, pictures):
    """The one of a letter's own pictures that `picture:NAME` stands for, or None."""
    wanted = address.removeprefix(NAMED) if address.startswith(NAMED) else None
    return next((p for p in pictures if p.name == wanted and p.public_key), None)


def html(body: str, pictures=(), site: str = "") -> SafeString:
    """Safe HTML, with this site's pictures; other pictures are left out, as their description.

    `pictures` are the letter's own; `site` stands before their addresses, as a mail or a feed
    needs them, whose readers are on other sites.
    """
    figures = []

    def put_away(match):
        alt, address = match.groups()
        if picture := named(address, pictures):
            figures.append(figure(picture, alt, site))
        elif is_own(address):
            figures.append(format_html('<img src="{}" alt="{}">', address, alt))
        else:
            return alt
        return f"\nletter-picture-{len(figures)}-\n"

    rendered = markdown.render(PICTURE.sub(put_away, body))
    for number, found in enumerate(figures, 1):
        rendered = rendered.replace(f"letter-picture-{number}-", found)
    if site:
        rendered = storage.for_other_sites(rendered)
    return mark_safe(rendered)  # noqa: S308 (markdown.render made it, and format_html)


def figure(picture, alt: str, site: str) -> SafeString:
    links = picture.public_links
    address = site + links.src if links.src.startswith("/") else links.src
    width = min(picture.width, WIDEST)
    return format_html('<img src="{}" alt="{}" width="{}">', address, alt or picture.alt, width)


def text(body: str, pictures=()) -> str:
    """A plain mail: `[words](address)` becomes `words (address)`."""

    def described(match):
        picture = named(match[2], pictures)
        return f"[Picture: {match[1] or (picture.alt if picture else '')}]"

    body = PICTURE.sub(described, body.replace("\r\n", "\n"))
    return ESCAPED.sub(r"\1", LINK.sub(r"\1 (\2)", body))
