"""Parts of pages that need not be worked out for each page."""

from datetime import datetime
from functools import cache, lru_cache

from django import template
from django.template.loader import render_to_string
from django.utils.formats import date_format
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.timezone import localtime

register = template.Library()


@register.simple_tag
@cache
def once(name: str) -> SafeString:
    """A template without a context, rendered once in each process."""
    return render_to_string(name)


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
        _date(item.get("date")),
        f"<span>{pictures} picture{'' if pictures == 1 else 's'}</span>" if pictures else "",
    ]
    return (
        f'<li><article class="teaser"><h{level} class="teaser__title">'
        f'<a href="{conditional_escape(item["url"])}">{conditional_escape(item["title"])}</a>'
        f"</h{level}>"
        + (f'<p class="teaser__text">{conditional_escape(text)}</p>' if text else "")
        + (f'<p class="teaser__meta">{"".join(meta)}</p>' if any(meta) else "")
        + "</article></li>\n"
    )


def _span(text, before="") -> str:
    return f"<span>{before}{conditional_escape(text)}</span>" if text else ""


def _date(at) -> str:
    """Of a time, or of a day."""
    return _day(localtime(at).date() if isinstance(at, datetime) else at) if at else ""


@lru_cache(1000)
def _day(day) -> str:
    return (
        f'<span>Answered <time datetime="{day:%Y-%m-%d}">{date_format(day, "j F Y")}</time></span>'
    )
