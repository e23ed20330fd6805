"""Text in, safe HTML out: CommonMark by markdown-it-py, then nh3's allow-list."""

import hashlib
import re
from dataclasses import dataclass, field
from html import unescape
from importlib.metadata import version
from itertools import pairwise

import nh3
from django.template.loader import render_to_string
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import slugify
from markdown_it import MarkdownIt

TAGS = {
    "p",
    "br",
    "hr",
    "em",
    "strong",
    "s",
    "code",
    "pre",
    "blockquote",
    "ul",
    "ol",
    "li",
    "a",
    "h2",
    "h3",
    "h4",
    "table",
    "thead",
    "tbody",
    "tr",
    "th",
    "td",
    "sup",
    "sub",
    "del",
}
ATTRIBUTES = {"a": {"href", "title"}, "h2": {"id"}, "h3": {"id"}, "ol": {"start"}}
SCHEMES = {"http", "https", "mailto"}
PICTURE = re.compile(r"^!\[[^\]]*\]\(picture:([a-z0-9-]+)\)[ \t]*$", re.MULTILINE)
# What may be mark-up beside paragraphs and lists, and what begins an item of a list.
MARKS = re.compile(r"[\\`*_\[\]<>#|~&]|^[ \t]*(?:-+|=+)[ \t\r]*$", re.MULTILINE)
BULLETS = re.compile(r"^[ \t]*(?:[-+]|\d{1,9}[.)])[ \t]+", re.MULTILINE)
# A tag of rendered HTML, and one that parts words.
TAG = re.compile(r"""<[^"<>]*(?:"[^"]*"[^"<>]*)*>""")
BLOCK = re.compile(r"<(/?)(p|li|h\d|br|td|th|tr|hr|blockquote)\b")
# Stored HTML is used only while these would make the same of its text again.
RENDERING = f"2 {version('markdown-it-py')} {version('nh3')}"
# html=False: raw HTML is shown as the characters that were typed, never interpreted.
_parser = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])
# The parser skips what lies inside of a quotation or a list at this level.
TOO_DEEP = _parser.options["maxNesting"] - 1


@dataclass(frozen=True)
class Article:
    """A rendered article and its contents list."""

    html: SafeString
    contents: list[dict] = field(default_factory=list)


def render(text: str, heading: str = "") -> SafeString:
    """Markdown as safe HTML. Headings begin at level 2, a page having one h1 already; `heading`
    ("h4") makes all of them that.

    What is nested so deep that the parser would leave words out is shown as it was typed.
    """
    tokens = _parser.parse(_source(text))
    if any(token.level >= TOO_DEEP for token in tokens):
        return plain_paragraphs(text)
    for token in tokens:
        if heading and token.type in {"heading_open", "heading_close"}:
            token.tag = heading
    return _clean(_parser.renderer.render(tokens, _parser.options, {}))


def render_reader(text: str) -> SafeString:
    """What a reader wrote: no heading of it can pass for a part of the page."""
    return render(text, heading="h4")


def article(text: str, pictures: dict | None = None) -> Article:
    """An article: headings get ids for its contents list, `picture:NAME` lines pictures."""
    tokens = _parser.parse(PICTURE.sub(r"picture:\1", _source(text)))
    contents, seen = [], {}
    for token, inline in pairwise(tokens):
        if token.type == "heading_open" and token.tag in {"h2", "h3"}:
            label = _words(inline)
            token.attrSet("id", _unique(slugify(label) or "section", seen))
            if token.tag == "h2":
                contents.append({"id": token.attrGet("id"), "label": label})
    html = _clean(_parser.renderer.render(tokens, _parser.options, {}))
    return Article(_with_pictures(html, pictures or {}), contents)


def mark(text: str) -> str:
    """What stored HTML was made of: a digest of the text and of what renders it."""
    return hashlib.blake2b(f"{RENDERING}\n{text}".encode(), digest_size=16).hexdigest()


def plain(text: str) -> str:
    """The words of a Markdown text, on one line."""
    return words(render(text))


def quick_words(text: str) -> str:
    """The words of a Markdown text, on one line; parsed only where it has more than paragraphs
    and lists, which makes many texts ten times as fast as `plain`.
    """
    return plain(text) if MARKS.search(text) else " ".join(BULLETS.sub("", text).split())


def words(html: str) -> str:
    """The words of rendered Markdown, on one line. In what nh3 wrote `<` begins a tag and nothing
    else, so that it need not be read once more.
    """
    html = TAG.sub("", BLOCK.sub(r" <\1\2", html))
    return " ".join(unescape(html).split())


def plain_paragraphs(text: str) -> SafeString:
    """A reader's own words: paragraphs and line breaks kept, everything else escaped."""
    blocks = re.split(r"\n\s*\n", text.replace("\r\n", "\n").strip())
    return mark_safe(  # noqa: S308 (each block is escaped here)
        "\n".join(f"<p>{escape(block).replace(chr(10), '<br>')}</p>" for block in blocks if block)
    )


def cut(text: str, length: int) -> str:
    """At most `length` characters, cut at a word, with an ellipsis where words are missing."""
    words = " ".join(text.split())
    if len(words) <= length:
        return words
    head = words[: length - 1]
    return (head.rsplit(" ", 1)[0] if " " in head else head).rstrip(" ,.;:–-") + "…"


def teaser(text: str, length: int) -> str:
    """The first words of a Markdown text, at most `length` characters.

    Rendered up to the end of a paragraph that must be beyond them, not to the end of the text.
    """
    end = text.find("\n\n", 2 * length)
    words = plain(text[:end]) if end > 0 else ""
    return cut(words if len(words) > length else plain(text), length)


def _source(text: str) -> str:
    """Lines end in LF, where a form sends CRLF; `# Heading` becomes `## Heading`."""
    return re.sub(r"^# ", "## ", text.replace("\r\n", "\n"), flags=re.MULTILINE)


def _clean(html: str) -> SafeString:
    html = nh3.clean(
        html, tags=TAGS, attributes=ATTRIBUTES, url_schemes=SCHEMES, link_rel="noopener nofollow"
    )
    # Where a picture from elsewhere stood alone, its paragraph is empty now.
    html = html.replace("<p></p>\n", "")
    return mark_safe(  # noqa: S308 (nh3 has cleaned it)
        html.replace("<table>", '<div class="table-scroll" tabindex="0"><table>').replace(
            "</table>", "</table></div>"
        )
    )


def _words(inline) -> str:
    return "".join(t.content for t in inline.children or [] if t.type in {"text", "code_inline"})


def _unique(slug: str, seen: dict[str, int]) -> str:
    """The slug, or the slug with the next number; `seen` has the last number of each name."""
    name, number = slug, seen.get(slug, 1)
    while name in seen:
        number += 1
        name = f"{slug}-{number}"
    seen[slug] = number
    seen.setdefault(name, 1)
    return name


def _with_pictures(html: str, pictures: dict) -> SafeString:
    """Put each picture where its address stood; an unknown name leaves nothing behind."""

    def figure(match) -> str:
        picture = pictures.get(match[1])
        if picture is None or picture.public_key is None:
            return ""
        links = picture.public_links
        return render_to_string("components/picture.html", {"image": links, "link": links.largest})

    return mark_safe(re.sub(r"<p>picture:([a-z0-9-]+)</p>", figure, html))  # noqa: S308
