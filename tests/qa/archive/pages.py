"""Reading a public page in tests: its words, its links, its structured data."""

import json
import re
from html import unescape
from xml.etree import ElementTree

TAG = re.compile(r"<(script|style)\b.*?</\1>|<[^>]*>", re.DOTALL)
BLOCK = re.compile(r'<script type="application/ld\+json">(.*?)</script>', re.DOTALL)


def html(response) -> str:
    return response.content.decode()


def main(response) -> str:
    """What stands between header and footer."""
    return "<main" + html(response).partition("<main")[2].partition("</main>")[0]


def words(response) -> str:
    """What a reader sees of it, without white space."""
    return squeezed(unescape(TAG.sub(" ", main(response))))


def squeezed(text: str) -> str:
    """Without white space, which markup moves about."""
    return re.sub(r"\s+", "", text)


def xml(response) -> ElementTree.Element:
    """The parsed document; ours, so it holds no traps. Raises ParseError."""
    return ElementTree.fromstring(response.content)  # noqa: S314


def json_ld(response) -> list[dict]:
    """Every object of the page's structured data."""
    blocks = [json.loads(block) for block in BLOCK.findall(html(response))]
    return [item for block in blocks for item in block["@graph"]]


def typed(response, kind: str) -> dict:
    """The one object of this type. Raises StopIteration where there is none."""
    return next(item for item in json_ld(response) if item["@type"] == kind)


def teasers(response) -> list[tuple[str, str]]:
    """Address and title of each question in the lists of a page."""
    found = re.findall(r'class="teaser__title"><a href="([^"]*)">(.*?)</a>', html(response))
    return [(unescape(url), unescape(TAG.sub("", title))) for url, title in found]


def articles(response) -> list[str]:
    """The titles of the topics in the list of a page."""
    found = re.findall(r'class="topics__title"><a [^>]*>(.*?)</a>', html(response))
    return [unescape(title) for title in found]


def beside(response, side: str) -> str:
    """The address of the page beside this one, `newer` or `older`; '' where there is none."""
    found = re.search(f'class="pagination__{side}" href="([^"]*)"', html(response))
    return unescape(found[1]) if found else ""


def links(response) -> set[str]:
    """The addresses of this site that a page leads to."""
    found = re.findall(r'(?:href|src|srcset)="([^"]*)"', html(response))
    paths = {path.split(" ")[0] for text in found for path in unescape(text).split(", ")}
    return {path.partition("#")[0] for path in paths if path.startswith("/")}


def locations(response) -> set[str]:
    """The paths that a sitemap lists."""
    found = re.findall(r"<loc>https?://[^/<]*([^<]*)</loc>", html(response))
    return {unescape(path) for path in found}
