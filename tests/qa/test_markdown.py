"""Markdown becomes HTML in which nothing can run."""

import json
import os
import re
import time
from html import unescape
from html.parser import HTMLParser
from pathlib import Path

import nh3
import pytest
from django.conf import settings

from qa import markdown

DANGEROUS = {"script", "style", "iframe", "object", "embed", "svg", "math", "form", "base", "meta"}
# What a browser takes for a scheme, after the white space and control characters it drops.
SCHEME = re.compile(r"[\x00-\x20]*([a-z][a-z0-9+.\-\t\r\n]*):", re.IGNORECASE)


class Reader(HTMLParser):
    """Collects what a browser would see as an element or an attribute."""

    def __init__(self, html: str):
        super().__init__()
        self.tags, self.attributes = set(), []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attributes):
        self.tags.add(tag)
        self.attributes += attributes


def vectors() -> list[str]:
    folder = os.environ.get("ASKWELL_DATA") or settings.BASE_DIR.parent / "shared" / "data"
    file = Path(folder) / "xss_vectors" / "xss_vectors.json"
    if not file.exists():
        pytest.skip(f"needs the XSS vectors, which are not at {file} (set ASKWELL_DATA)")
    return [entry["payload"] for entry in json.loads(file.read_text())]


def harmless(html: str) -> None:
    seen = Reader(html)
    assert not seen.tags & DANGEROUS
    for name, value in seen.attributes:
        assert not name.startswith("on")
        assert name in {"href", "title", "rel", "id", "start", "class", "tabindex"}
        if name == "href" and (scheme := SCHEME.match(value or "")):
            assert scheme[1].lower() in {"http", "https", "mailto"}


def test_render_lets_no_vector_run():
    for payload in vectors():
        harmless(markdown.render(payload))
        harmless(markdown.render(f"[words]({payload})"))
        harmless(markdown.render(f"[words](<{payload}>)"))
        harmless(markdown.render(f"![{payload}]({payload} '{payload}')"))
        harmless(markdown.article(payload).html)
        harmless(markdown.plain_paragraphs(payload).replace("<br>", ""))


@pytest.mark.parametrize(
    "address",
    ["javascript:alert(1)", "JaVaScRiPt:alert(1)", "data:text/html,x", "vbscript:x", "file:///etc"],
)
def test_render_makes_no_link_of_another_scheme(address):
    assert "href" not in markdown.render(f"[x]({address})")


def test_render_shows_raw_html_as_typed():
    assert markdown.render("<b>x</b>") == "<p>&lt;b&gt;x&lt;/b&gt;</p>\n"


def test_plain_and_cut_leave_words():
    text = markdown.plain("# Cramps\n\nThey *hurt* &amp; pass.\n\n- one\n- two")

    assert text == "Cramps They hurt & pass. one two"
    assert markdown.cut(text, 20) == "Cramps They hurt &…"


def test_picture_line_may_end_as_a_form_sends_it():
    text = "Before\r\n\r\n![A calf](picture:calf)\r\n\r\nAfter"

    assert markdown.article(text).html == markdown.article(text.replace("\r\n", "\n")).html
    assert "picture:calf" not in markdown.article(text).html


def test_picture_from_elsewhere_leaves_nothing_behind():
    assert markdown.render("One\n\n![x](https://other.example/x.png)\n\nTwo") == (
        "<p>One</p>\n<p>Two</p>\n"
    )


def test_thousands_of_equal_headings_get_ids_in_no_time():
    began = time.process_time()

    contents = markdown.article("## Cramps\n\n" * 6000).contents

    assert len({entry["id"] for entry in contents}) == 6000
    assert contents[-1]["id"] == "cramps-6000"
    assert time.process_time() - began < 10


def test_heading_that_looks_like_a_numbered_one_keeps_an_id_of_its_own():
    contents = markdown.article("## A\n\n## A\n\n## A 2\n\n## A").contents

    assert [entry["id"] for entry in contents] == ["a", "a-2", "a-2-2", "a-3"]


@pytest.mark.parametrize(
    "text",
    [
        "Plain words.\n\nTwo paragraphs - with a dash, 3.5 mg and 5) brackets.",
        "Take:\n\n- one\n- two\n\n1. first\n2) second",
        "A *marked* [word](https://example.org/x_y) &amp; `code`\n\n---\n\nTitle\n=====",
        "| a | b |\n|---|---|\n| 1 | 2 |",
    ],
)
def test_quick_words_are_the_words(text):
    assert markdown.quick_words(text) == markdown.plain(text)


@pytest.mark.parametrize("depth", [1, 5, 18, 19, 20, 21, 200])
@pytest.mark.parametrize(
    "nested",
    [
        lambda depth: "> " * depth + "deep",
        lambda depth: "- " * depth + "deep",
        lambda depth: (
            "\n".join("  " * level + f"- level{level}" for level in range(depth)) + " deep"
        ),
    ],
    ids=["quotations", "lists in a line", "lists in lines"],
)
def test_no_depth_of_nesting_loses_words(nested, depth):
    assert markdown.words(markdown.render(f"before\n\n{nested(depth)}\n\nafter")).count("deep") == 1
    assert "after" in markdown.render(f"{nested(depth)}\n\nafter")


def test_nesting_that_is_too_deep_is_shown_escaped():
    assert (
        markdown.render("> " * 200 + "<b>deep</b>")
        == f"<p>{'&gt; ' * 200}&lt;b&gt;deep&lt;/b&gt;</p>"
    )


def test_headings_of_a_reader_pass_for_no_part_of_the_page():
    html = markdown.render_reader("# The expert\n\n## Answer\n\n### a\n\nSources\n=====\n\nb\n---")

    assert re.findall(r"<h(\d)>(.*?)</h(\d)>", html) == [
        ("4", words, "4") for words in ("The expert", "Answer", "a", "Sources", "b")
    ]


@pytest.mark.parametrize(
    "text",
    [
        '[a](http://x.org/?q="b"&c=<d> "ti>t\\"le") and `<b>` &amp;lt; 1 < 2 > 0',
        "One\n\n> two\n\n- three\n- [four](<u v>)\n\n| a | b |\n|-|-|\n| 1 < | 2 |",
        '"quoted" \'so\' "x <y" &nbsp; &copy; \xa0 a  \nb',
    ],
)
def test_words_are_what_the_sanitizer_leaves_without_tags(text):
    html = markdown.render(text)
    spaced = markdown.BLOCK.sub(r" <\1\2", html)
    assert markdown.words(html) == " ".join(unescape(nh3.clean(spaced, tags=set())).split())
