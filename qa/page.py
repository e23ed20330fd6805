"""The head of a public page, for search engines and for where it is shared."""

import json
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple
from urllib.parse import quote

from django.conf import settings
from django.utils.safestring import SafeString, mark_safe


class Crumb(NamedTuple):
    """A step from home to a page."""

    label: str
    url: str


HOME = Crumb("Home", "/")
TOPICS = Crumb("Topics", "/topics/")
ANSWERED = Crumb("Answered questions", "/answered/")


def absolute(path: str) -> str:
    """The full address of a path of this site; an address of another host stays as it is."""
    return path if "://" in path else settings.BASE_URL + path


@dataclass(frozen=True)
class Page:
    """The head of a page: title, description, own address, place among the others.

    `path` begins with a slash; `crumbs` lead from home to the page above; `image` is a drawing of
    the site's own, never a reader's photograph; `heading` is what the page calls itself, if that is
    not the title; other sites may show a `quotable` page; `data` is schema.org's account of it.
    """

    title: str
    description: str
    path: str
    crumbs: list[Crumb] = field(default_factory=list)
    kind: str = "website"
    image: str = ""
    feed: str = ""
    quotable: bool = False
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
        if not self.quotable:
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
