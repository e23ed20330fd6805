"""Parts of pages that need not be worked out for each page."""

from datetime import datetime
from functools import lru_cache
from html import escape

from django import template
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.safestring import SafeString, mark_safe
from django.utils.timezone import get_default_timezone, localdate

register = template.Library()
MARK = "7777777"  # in the place of a number or a slug


@register.simple_tag
@lru_cache(2000)
def once(template: str, **context) -> SafeString:
    """A template, rendered once in each process for each context (of hashable values)."""
    return render_to_string(template, context)


@register.simple_tag
def day(at, form="j F Y") -> SafeString:
    """The <time> of a time or of a day, as readers see it."""
    if isinstance(at, SafeString):
        return at  # made already
    if isinstance(at, datetime):
        at = at.astimezone(get_default_timezone()).date()
    return _time(at, form)


@register.simple_tag
def review(due) -> SafeString:
    """When the next review of a text is due, or was."""
    if isinstance(due, SafeString):
        return due  # made already
    words = "Next review due" if due >= localdate() else "Review was due"
    return mark_safe(f"{words} {day(due, 'F Y')}")  # noqa: S308


@lru_cache(5000)
def _time(day, form) -> SafeString:
    words = date_format(day, form)
    return mark_safe(f'<time datetime="{day:%Y-%m-%d}">{words}</time>')  # noqa: S308


@register.simple_tag
@lru_cache(4)
def topic_list(topics: tuple, level) -> SafeString:
    """components/topic_list.html of every topic, which two pages have and which seldom changes."""
    return render_to_string("components/topic_list.html", {"topics": topics, "level": level})


@register.simple_tag
def path(view, argument) -> str:
    """The path of a view with one argument, a number or a slug, as `{% url %}` gives it.

    That takes longer than all else of the element around it.
    """
    made = _pattern(view).replace(MARK, str(argument))
    return mark_safe(made) if isinstance(argument, SafeString) else made  # noqa: S308


@lru_cache
def _pattern(view) -> str:
    return reverse(view, args=[MARK])


@register.simple_tag
def reference_list(references) -> SafeString:
    """components/reference_list.html, unless it is that already."""
    if isinstance(references, SafeString):
        return references
    return render_to_string("components/reference_list.html", {"references": references})


@register.simple_tag
def link_list(links) -> SafeString:
    """A list of links, from pairs of address and label."""
    items = (f'<li><a href="{_escaped(url)}">{_escaped(label)}</a></li>' for url, label in links)
    return mark_safe(f'<ul class="link-list">{"".join(items)}</ul>')  # noqa: S308


@register.simple_tag
def teaser_list(items, level=3) -> SafeString:
    """components/teaser.html for each item, as a list.

    By hand, as a list of thirty took four milliseconds with the template; a test compares both.
    """
    return mark_safe(f'<ol class="teaser-list">{"".join(_teaser(i, level) for i in items)}</ol>')  # noqa: S308


def _teaser(item: dict, level) -> str:
    text, pictures = item.get("text"), item.get("pictures")
    meta = [
        _span(item.get("topic")),
        _span(item.get("name"), "Asked by "),
        _answered(item.get("date")),
        f"<span>{pictures} picture{'' if pictures == 1 else 's'}</span>" if pictures else "",
    ]
    return (
        f'<li><article class="teaser"><h{level} class="teaser__title">'
        f'<a href="{_escaped(item["url"])}">{_escaped(item["title"])}</a>'
        f"</h{level}>"
        + (f'<p class="teaser__text">{_escaped(text)}</p>' if text else "")
        + (f'<p class="teaser__meta">{"".join(meta)}</p>' if any(meta) else "")
        + "</article></li>\n"
    )


def _escaped(text) -> str:
    """As Django's conditional_escape, which takes five times as long for looking at lazy texts."""
    return text if hasattr(text, "__html__") else escape(text)


def _span(text, before="") -> str:
    return f"<span>{before}{_escaped(text)}</span>" if text else ""


def _answered(at) -> str:
    return f"<span>Answered {day(at)}</span>" if at else ""
