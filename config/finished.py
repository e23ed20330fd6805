"""One finished page: its bytes in each content coding, and which answers may become one."""

import gzip
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache

import brotli

# RFC 9110, 15.4.5: what a 304 has.
SHORT = {"cache-control", "content-location", "date", "etag", "expires", "vary"}
COMPRESS: dict[str, Callable[[bytes], bytes]] = {
    "": bytes,
    "br": lambda body: brotli.compress(body, quality=5),
    "gzip": lambda body: gzip.compress(body, 6, mtime=0),
}


@dataclass(slots=True)
class Variant:
    """A page in one content coding, with an ETag of its own, and all that giving it out needs."""

    etag: str
    headers: list[tuple[str, str]]
    body: bytes
    fresh_until: float  # that of its page
    short: list[tuple[str, str]] = field(init=False)
    used: bool = False

    def __post_init__(self):
        self.short = [pair for pair in self.headers if pair[0].lower() in SHORT]


@dataclass(eq=False, slots=True)
class Page:
    """A rendered page and the codings that somebody has asked for. Times are monotonic."""

    key: tuple[str, str]  # path and query
    headers: list[tuple[str, str]]
    body: bytes
    fresh_until: float
    dead_after: float
    size: int = 0
    variants: dict[str, Variant] = field(default_factory=dict)

    def variant(self, coding: str) -> Variant:
        name = f'-{coding}"' if coding else '"'
        etag = self.named("ETag").removeprefix("W/").rstrip('"') + name
        body = COMPRESS[coding](self.body)
        headers = [pair for pair in self.headers if pair[0] not in {"ETag", "Content-Length"}]
        headers += [("ETag", etag), ("Content-Length", str(len(body)))]
        headers += [("Content-Encoding", coding)] if coding else []
        return Variant(etag, [shared(pair) for pair in headers], body, self.fresh_until)

    def prolong(self, until: float) -> None:
        """Keep it fresh for longer, in every coding."""
        self.fresh_until = until
        for variant in self.variants.values():
            variant.fresh_until = until

    def was_used(self) -> bool:
        """Whether somebody asked for it since this was asked last."""
        used = any(variant.used for variant in self.variants.values())
        for variant in self.variants.values():
            variant.used = False
        return used

    def named(self, name: str) -> str:
        return next((value for key, value in self.headers if key == name), "")


@lru_cache(1000)
def shared(header: tuple[str, str]) -> tuple[str, str]:
    """The same object for equal headers: in memory once and not for each page."""
    return header


def rendered(application, environ) -> tuple[str, list, bytes]:
    """Status, headers and whole body of the application's answer."""
    said = []
    parts = application(environ, lambda status, headers, _=None: said.append((status, headers)))
    try:
        body = b"".join(parts)
    finally:
        if hasattr(parts, "close"):
            parts.close()
    status, headers = said[-1]
    return status, with_vary(headers), body


def with_vary(headers: list) -> list:
    """Say to caches on the way that the coding depends on what was accepted."""
    if any(name == "Vary" for name, _ in headers):
        return list(headers)
    return [*headers, ("Vary", "Accept-Encoding")]


def may_be_kept(status: str, headers: list) -> bool:
    values = {name.lower(): value.lower() for name, value in headers}
    kept = values.get("cache-control", "")
    return (
        status.startswith("200")
        and "set-cookie" not in values
        and "content-encoding" not in values
        and values.get("vary", "") in {"", "accept-encoding"}
        and "etag" in values
        and "public" in kept
        and not any(word in kept for word in ("private", "no-store", "no-cache"))
    )


def matches(tags: str, etag: str) -> bool:
    """If-None-Match by weak comparison (RFC 9110, 13.1.2)."""
    given = [tag.strip().removeprefix("W/") for tag in tags.split(",")]
    return etag in given or tags.strip() == "*"


def best_coding(accepted: str) -> str:
    """The smallest coding that a request takes (RFC 9110, 12.5.3); '' for none."""
    weights = {}
    for part in accepted.lower().split(","):
        name, _, rest = part.strip().partition(";")
        quality = rest.replace(" ", "").removeprefix("q=")
        weights[name.strip()] = quality.rstrip("0") not in {"", "0.", "."} if rest else True
    anything = weights.get("*", False)
    return next((name for name in ("br", "gzip") if weights.get(name, anything)), "")
