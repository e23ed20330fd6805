"""Parts of pages that are made by hand say what their templates say."""

import re
from datetime import UTC, datetime

from django.template.loader import render_to_string
from django.utils.safestring import mark_safe

from qa.templatetags import fragments

FULL = {
    "title": "Cramps & <salt>?",
    "url": "/questions/1/cramps/?a=1&b=2",
    "text": mark_safe("Some <mark>salt</mark>"),
    "topic": "Causes & cures",
    "name": "Ada <b>",
    "date": datetime(2026, 11, 5, 12, tzinfo=UTC),
    "pictures": 2,
}
ITEMS = [
    FULL,
    FULL | {"pictures": 1, "text": "1 < 2"},
    {"title": "Bare", "url": "/"},
    FULL | {"topic": "", "name": "", "pictures": 0},
]


def squeezed(html: str) -> str:
    return re.sub(r"\s*(<[^>]*>)\s*", r"\1", html).strip()


def test_teaser_list_is_a_list_of_the_component():
    for level in (2, 3):
        made = fragments.teaser_list(ITEMS, level)
        parts = [
            render_to_string("components/teaser.html", item | {"level": level}) for item in ITEMS
        ]
        listed = "".join(f"<li>{part}</li>" for part in parts)
        assert squeezed(made) == squeezed(f'<ol class="teaser-list">{listed}</ol>')


def test_once_is_the_template():
    assert fragments.once("components/styles.html") == render_to_string("components/styles.html")
