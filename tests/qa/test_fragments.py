"""Parts of pages that are made by hand say what their templates say."""

import re
from datetime import UTC, datetime

import pytest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import mark_safe

from newsletter.templatetags.letters import letters_form
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


@pytest.mark.parametrize(
    ("view", "argument"),
    [
        ("asking:helped", 12),
        ("following:question", 7777777),
        ("archive:person", 3),
        ("asking:question_ask", "causes-of-muscle-cramps"),
    ],
)
def test_path_is_that_of_the_view(view, argument):
    assert fragments.path(view, argument) == reverse(view, args=[argument])


def test_form_for_the_newsletter_names_its_page_and_no_other():
    page, other = '/questions/1/"a&b"/', "/topics/causes/"
    field = '<input type="hidden" name="page" value="{}">'

    assert field.format("/questions/1/&quot;a&amp;b&quot;/") in letters_form(page)
    assert field.format(other) in letters_form(other)
    assert letters_form(other, "causes") != letters_form(other)


def test_made_day_and_sources_are_passed_on():
    made = fragments.day(FULL["date"])
    assert made == '<time datetime="2026-11-05">5 November 2026</time>'
    assert fragments.day(made) is made
    listed = fragments.reference_list([{"title": "A <trial>", "doi": "10.1000/1"}])
    assert 'class="references__title">A &lt;trial&gt;</p>' in listed
    assert fragments.reference_list(listed) is listed


def test_link_list_escapes_what_it_links():
    made = fragments.link_list([("/questions/1/a/", "Cramps & <salt>?")])
    link = '<a href="/questions/1/a/">Cramps &amp; &lt;salt&gt;?</a>'
    assert made == f'<ul class="link-list"><li>{link}</li></ul>'


def test_path_of_a_safe_text_is_safe():
    assert fragments.path("following:question", mark_safe("<7>")) == "/questions/<7>/follow/"
    assert hasattr(fragments.path("following:question", mark_safe("<7>")), "__html__")
    assert not hasattr(fragments.path("following:question", "<7>"), "__html__")
