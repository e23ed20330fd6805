"""Finished public pages, kept in each web process in front of the application (docs/adr/0011).

A page is the same bytes for everybody, so it is rendered once, from a request of which nothing is
left but its path, its Host and the query names that its view declares (`cached_query`). It is given
out until what is public has another edition, which a thread asks for a few times a second, and is
rendered anew after a minute in any case, as some pages depend on the day. Only the view's own 200
is kept: `public`, without a cookie, and of a size that leaves room for others.
"""

import contextlib
import io
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http import HTTPStatus
from time import monotonic
from urllib.parse import urlencode

from django.conf import settings
from django.core.exceptions import SuspiciousOperation
from django.core.handlers.wsgi import get_path_info
from django.db import Error, connection
from django.http import QueryDict
from django.http.request import split_domain_port, validate_host
from django.urls import Resolver404, resolve

from config import processors
from config.finished import Page, Variant, best_coding, matches, may_be_kept, rendered

LOOK_EVERY = 0.2  # seconds between two looks at the edition
LIFE = 60  # seconds before a page is rendered anew
STALE_IF_ERROR = 86400  # seconds for which it stands in while that fails
TRY_AGAIN = 5  # seconds after such a failure
WAIT = 10  # seconds to wait for another request's rendering of the same page
MB = 1024 * 1024
OVERHEAD = 4096  # bytes of memory that a page takes beside its body
LONGEST_QUERY = 1000  # characters
MOST_NAMES = 200  # of hosts, and of Accept-Encoding headers, that are remembered

Answer = tuple[int, list[tuple[str, str]], bytes]  # status, headers, body


@dataclass
class Flight:
    """A rendering under way, for which others wait."""

    edition: object
    done: threading.Event = field(default_factory=threading.Event)
    page: Page | None = None


class PageCache:
    """WSGI middleware. `read` tells the edition of what is public; `limit` is in bytes."""

    def __init__(self, application, read: Callable[[], object], limit: int):
        self.application, self.read, self.limit = application, read, limit
        self.lock = threading.Lock()
        self.pages: dict[tuple[str, str], Page] = {}
        # Path, query and coding of what is given out at once: each object less that is looked at
        # on the way is a hundredth of its time, as they are not in the processor's own memory.
        self.ready: dict[tuple[str, str, str], Variant] = {}
        self.flights: dict[tuple[str, str], Flight] = {}
        self.used = 0
        self.edition = None  # not known yet: nothing is kept
        self.watcher: threading.Thread | None = None
        self.hosts: set[str] = set()
        self.codings: dict[str | None, str] = {}
        # Goes around a wait for another request's page; config/threads.py lets others work then.
        self.aside = contextlib.nullcontext

    def finished(self, environ) -> Answer | None:
        """The answer, where a fresh page of this very address has it ready. Never waits."""
        coding = self.codings.get(environ.get("HTTP_ACCEPT_ENCODING"))
        variant = self.ready.get((environ["PATH_INFO"], environ["QUERY_STRING"], coding))
        if (
            variant is None
            or variant.fresh_until <= monotonic()
            or environ.get("HTTP_HOST") not in self.hosts
            or not is_plain(environ)
        ):
            return None
        return answer(variant, environ)

    def __call__(self, environ, start_response):
        found = self.finished(environ)
        if found:
            return give(found, start_response)
        names = self.query_names(environ) if is_plain(environ) else None
        if names is None or not self.knows_host(environ.get("HTTP_HOST")):
            return self.application(environ, start_response)
        self.start()
        query = canonical(environ["QUERY_STRING"], names)
        if query is None:
            return self.application(environ, start_response)
        key = (environ["PATH_INFO"], query)
        with self.lock:
            page, flight = self.pages.get(key), self.flights.get(key)
            leads = flight is None or flight.edition != self.edition
            if page is not None and (page.fresh_until > monotonic() or not leads):
                leads, flight = False, Flight(self.edition, page=page)
                flight.done.set()
            elif leads:
                flight = self.flights[key] = Flight(self.edition)
        if leads:
            return self.lead(flight, key, environ, start_response)
        if not flight.done.is_set():
            with self.aside():
                flight.done.wait(WAIT)
        if flight.page is None:  # it is not to be kept, or takes too long
            return self.application(environ, start_response)
        return give(self.fitting(flight.page, environ), start_response)

    def fitting(self, page: Page, environ) -> Answer:
        """The answer from a page, in the coding that the request takes."""
        accepted = environ.get("HTTP_ACCEPT_ENCODING")
        coding = self.codings.get(accepted)
        if coding is None:
            coding = self.learn_coding(accepted)
        variant = page.variants.get(coding)
        if variant is None:
            variant = self.add_variant(page, coding)
        return answer(variant, environ)

    def lead(self, flight: Flight, key, environ, start_response):
        """Render the page for this request and for those that wait for the same."""
        try:
            status, headers, body = rendered(self.application, bare(environ, query=key[1]))
            if may_be_kept(status, headers):
                now = monotonic()
                flight.page = Page(key, headers, body, now + LIFE, now + STALE_IF_ERROR)
                self.keep(key, flight)
            elif status.startswith("5"):
                flight.page = self.stand_in(key)
        finally:
            with self.lock:
                if self.flights.get(key) is flight:
                    del self.flights[key]
            flight.done.set()
        if flight.page:
            return give(self.fitting(flight.page, environ), start_response)
        start_response(status, headers)
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [body]

    def keep(self, key, flight: Flight) -> None:
        page = flight.page
        page.size = len(page.body) + OVERHEAD
        with self.lock:
            if self.edition is None or flight.edition != self.edition:
                return  # rendered from what may have been public before
            if page.size > self.limit // 4:
                return
            self.drop(key)
            self.pages[key] = page
            self.used += page.size
            self.make_room()

    def add_variant(self, page: Page, coding: str) -> Variant:
        variant = page.variants[coding] = page.variant(coding)
        size = len(variant.body) if coding else 0
        with self.lock:
            page.size += size
            if self.pages.get(page.key) is page:
                self.ready[*page.key, coding] = variant
                self.used += size
                self.make_room()
        return variant

    def make_room(self) -> None:
        """Drop the oldest pages, but those that were asked for meanwhile get another round."""
        while self.used > self.limit:
            key, page = next(iter(self.pages.items()))
            if page.was_used():
                self.pages[key] = self.pages.pop(key)
            else:
                self.drop(key)

    def drop(self, key) -> None:
        page = self.pages.pop(key, None)
        if page:
            self.used -= page.size
            for coding in page.variants:
                self.ready.pop((*key, coding), None)

    def stand_in(self, key) -> Page | None:
        """The page as it was, while it cannot be rendered: the database is away, perhaps."""
        page, now = self.pages.get(key), monotonic()
        if page is None or now > page.dead_after:
            return None
        page.prolong(now + TRY_AGAIN)
        return page

    def start(self) -> None:
        """Begin to look at the edition, in the process that answers and not in its parent."""
        if self.watcher is None:
            with self.lock:
                if self.watcher is None:
                    self.watcher = threading.Thread(target=self.watch, daemon=True)
                    self.watcher.start()

    def watch(self) -> None:
        processors.be_prompt()
        pause = threading.Event()
        while True:
            self.look()
            pause.wait(LOOK_EVERY)

    def look(self) -> None:
        """Forget all pages if what is public has changed. With no answer, nobody changed it."""
        try:
            edition = self.read()
        except (Error, OSError):
            connection.close()
            return
        if edition != self.edition:
            with self.lock:
                self.edition = edition
                self.pages.clear()
                self.ready.clear()
                self.used = 0

    def query_names(self, environ) -> tuple[str, ...] | None:
        """The names that the view of this path reads; None where its pages are not kept."""
        try:
            view = resolve(get_path_info(environ)).func
        except (Resolver404, UnicodeError):
            return None
        return getattr(view, "cached_query", None)

    def knows_host(self, host: str | None) -> bool:
        """Whether the site answers to it; what it refuses, Django refuses with a page."""
        if host is None or host in self.hosts:
            return host is not None
        domain, _ = split_domain_port(host)
        valid = bool(domain) and validate_host(domain, settings.ALLOWED_HOSTS)
        if valid and len(self.hosts) < MOST_NAMES:
            self.hosts.add(host)
        return valid

    def learn_coding(self, accepted: str | None) -> str:
        coding = best_coding(accepted or "")
        if len(self.codings) < MOST_NAMES:
            self.codings[accepted] = coding
        return coding


def answer(variant: Variant, environ) -> Answer:
    """The page, or 304 to who has it already."""
    variant.used = True
    tags = environ.get("HTTP_IF_NONE_MATCH")
    if tags is not None and (tags == variant.etag or matches(tags, variant.etag)):
        return 304, variant.short, b""
    return 200, variant.headers, b"" if environ["REQUEST_METHOD"] == "HEAD" else variant.body


def give(found: Answer, start_response) -> list[bytes]:
    status, headers, body = found
    start_response(f"{status} {HTTPStatus(status).phrase}", headers)
    return [body]


def is_plain(environ) -> bool:
    """GET or HEAD without a body, which others are for Django to refuse or to read."""
    return (
        environ["REQUEST_METHOD"] in {"GET", "HEAD"}
        and environ.get("CONTENT_LENGTH") in {None, "", "0"}
        and "HTTP_TRANSFER_ENCODING" not in environ
    )


def canonical(query: str, names: tuple[str, ...]) -> str | None:
    """The part of a query that the view reads, always spelled the same; None if that is long."""
    if not query:
        return ""
    try:
        given = QueryDict(query)
    except SuspiciousOperation:
        return None
    text = urlencode([(name, given[name]) for name in names if name in given])
    return text if len(text) <= LONGEST_QUERY else None


def bare(environ: dict, query: str) -> dict:
    """A request for the page by nobody in particular: no cookie, no condition, no preference."""
    kept = {key: value for key, value in environ.items() if not key.startswith("HTTP_")}
    return kept | {
        "REQUEST_METHOD": "GET",
        "QUERY_STRING": query,
        "HTTP_HOST": environ["HTTP_HOST"],
        "CONTENT_TYPE": "",
        "CONTENT_LENGTH": "",
        "wsgi.input": io.BytesIO(),
    }
