"""Pages that are cast: a template is rendered once for all pages of a shape, with marks where their
own words come, and a page is made by putting those in.

Django takes a millisecond over the hundred variables of a question's page, of which twenty are not
the same on many others.
"""

import re
import secrets
from collections import namedtuple
from functools import lru_cache
from html import escape

from django.http import HttpResponse
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe

from qa.models import SiteProfile
from qa.page import Page

# Nobody can write this into a text of the site: it is another one in each process.
SECRET = secrets.token_hex(8)
MARK = re.compile(f"{SECRET}<([a-z_.]+)>")
MOULDS = 500  # of about 20 KB
INDENTATION, KEEPS_IT = re.compile(r"\n\s+"), re.compile("<(pre|textarea)", re.IGNORECASE)
SITE = ("name", "tagline", "disclaimer", "curator_name", "curator_credentials")


def page(template: str, head: Page, site: SiteProfile, same: dict, own: dict) -> HttpResponse:
    """A page of the archive, as Django would render the template with all of this.

    The names in both are those of the template, at most one dot deep ("question.title"). `same` has
    what many pages share: hashable, and equal only where it shows the same. `own` has texts, safe
    or to be escaped. The template writes each of them as it is, or asks whether it is empty, and
    applies no filter to it.
    """
    same = {
        "site": frozen(site, SITE),
        "page.kind": head.kind,
        "page.feed": head.feed,
        "page.image_url": head.image_url,
        "page.trail": head.trail,
    } | same
    own = {
        "page.title": head.title,
        "page.description": head.description,
        "page.url": head.url,
        "page.path": head.path,
        "page.oembed": head.oembed,
        "page.json_ld": head.json_ld,
    } | own
    return HttpResponse(cast(template, same, own))


def cast(template: str, same: dict, own: dict) -> str:
    """The text of `page`."""
    given = tuple(name for name, text in own.items() if text)
    pieces, names = _mould(template, tuple(same.items()), given)
    words = [own[name] if hasattr(own[name], "__html__") else escape(own[name]) for name in names]
    filled = [text for pair in zip(pieces, words, strict=False) for text in pair]
    return "".join([*filled, pieces[-1]])


@lru_cache(MOULDS)
def _mould(template: str, same: tuple, given: tuple[str, ...]) -> tuple[list[str], list[str]]:
    """The pieces between the marks, one more than there are names, and the names of the marks."""
    context = {}
    for name, value in [*same, *((name, _mark(name)) for name in given)]:
        *group, name = name.split(".")
        place = context.setdefault(group[0], {}) if group else context
        place[name] = value
    parts = MARK.split(_dense(render_to_string(template, context)))
    return parts[::2], parts[1::2]


def _dense(html: str) -> str:
    """Without indentation and empty lines, a thirtieth of a page; not where they would show."""
    return html if KEEPS_IT.search(html) else INDENTATION.sub("\n", html)


def _mark(name: str) -> SafeString:
    return mark_safe(f"{SECRET}<{name}>")  # noqa: S308


def frozen(row, names: tuple[str, ...]):
    """Those attributes of a row, by which it can be told whether it shows the same; None of none.

    Two instances of a model are equal by their number alone.
    """
    return row and _kind(names)(*(getattr(row, name) for name in names))


@lru_cache
def _kind(names: tuple[str, ...]) -> type:
    return namedtuple("Row", names)
