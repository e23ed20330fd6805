"""What every public page has: safe methods, headers for any cache, a head for search engines."""

import json
from dataclasses import dataclass, field
from functools import cached_property, wraps
from typing import NamedTuple
from urllib.parse import quote

from django.conf import settings
from django.utils.safestring import SafeString, mark_safe
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

# A shared cache may keep the answer, and asks each time whether it still holds.
REVALIDATE = "public, max-age=0, must-revalidate"


class Crumb(NamedTuple):
    """A step from home to a page."""

    label: str
    url: str


HOME = Crumb("Home", "/")
TOPICS = Crumb("Topics", "/topics/")
ANSWERED = Crumb("Answered questions", "/answered/")


def public(view):
    """A page that is the same bytes for everybody: GET and HEAD only, no cookie, no token.

    Nothing here changes anything, so a forged POST meets 405 like any other, not a CSRF check.
    """

    @wraps(view)
    def wrapped(request, *args, **kwargs):
        response = view(request, *args, **kwargs)
        response.headers.setdefault("Cache-Control", REVALIDATE)
        return response

    page = csrf_exempt(require_safe(wrapped))
    page.is_public = True
    return page


def cached(*query: str):
    """A public page that may be kept and given out unasked, here and by caches in front.

    config/page_cache.py forgets it as soon as what is public changes. `query` are the names in the
    address that the view reads; others make no other page.
    """

    def decorate(view):
        @wraps(view)
        def wrapped(request, *args, **kwargs):
            response = view(request, *args, **kwargs)
            if response.status_code == 200:
                response.headers.setdefault("Cache-Control", settings.PUBLIC_PAGES)
            return response

        page = public(wrapped)
        page.cached_query = query
        return page

    return decorate


def absolute(path: str) -> str:
    """The full address of a path of this site; an address of another host stays as it is."""
    return path if "://" in path else settings.BASE_URL + path


@dataclass(frozen=True)
class Page:
    """The head of a page: title, description, own address, place among the others.

    `path` begins with a slash; `crumbs` lead from home to the page above; `image` is a drawing of
    the site's own, never a reader's photograph; `heading` is what the page calls itself, if that is
    not the title; `data` is schema.org's account of the page.
    """

    title: str
    description: str
    path: str
    crumbs: list[Crumb] = field(default_factory=list)
    kind: str = "website"
    image: str = ""
    feed: str = ""
    heading: str = ""
    data: dict = field(default_factory=dict)

    @cached_property
    def url(self) -> str:
        return absolute(self.path)

    @cached_property
    def trail(self) -> tuple[Crumb, ...]:
        return tuple(self.crumbs)

    @cached_property
    def image_url(self) -> str:
        return absolute(self.image) if self.image else ""

    @cached_property
    def oembed(self) -> str:
        """Where other sites learn how to show this page within their own (oembed.com)."""
        if self.kind != "article":
            return ""
        return absolute(f"/oembed/?url={quote(self.url, safe='')}&format=json")

    @cached_property
    def json_ld(self) -> SafeString:
        """The structured data as a data block, which no browser executes."""
        graph = [item for item in (self.data, self._breadcrumbs()) if item]
        return script({"@context": "https://schema.org", "@graph": graph}) if graph else script({})

    def _breadcrumbs(self) -> dict:
        if not self.crumbs:
            return {}
        steps = [*self.crumbs, Crumb(self.heading or self.title, self.path)]
        return {
            "@type": "BreadcrumbList",
            "itemListElement": [
                {
                    "@type": "ListItem",
                    "position": number,
                    "name": step.label,
                    "item": absolute(step.url),
                }
                for number, step in enumerate(steps, 1)
            ],
        }


def page_of(user) -> str:
    """Where readers meet who has answered (qa.archive.people); without a name there is no page."""
    return f"/people/{user.pk}/" if user and user.display_name else ""


def script(data: dict) -> SafeString:
    """JSON-LD in its element; `<` is written so that no text can close it."""
    if not data:
        return SafeString("")
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    text = text.replace("<", "\\u003c").replace("&", "\\u0026")
    return mark_safe(f'<script type="application/ld+json">{text}</script>')  # noqa: S308
