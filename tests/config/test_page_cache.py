"""Finished pages: rendered once, the same for everybody, gone when what is public changes."""

import gzip
import io
import threading

import brotli
import pytest
from django.db import OperationalError
from django.test import RequestFactory

from config import page_cache
from config.finished import best_coding, may_be_kept
from config.page_cache import PageCache

KEPT = [("Cache-Control", "public, max-age=0"), ("ETag", '"1"')]
HOST = "127.0.0.1"
PATH = "/answered/"


class Site:
    """An application that counts what it renders; `edition` and `answer` are the test's."""

    def __init__(self):
        self.edition, self.rendered, self.seen = 1, 0, []
        self.answer = ("200 OK", KEPT, b"words " * 300)
        self.cache = PageCache(self, lambda: self.edition, 1_000_000)
        self.cache.start = lambda: None  # the test looks at the edition itself
        self.cache.look()

    def __call__(self, environ, start_response):
        self.rendered += 1
        self.seen.append(environ)
        status, headers, body = self.answer
        start_response(status, headers)
        return [body]

    def get(self, path=PATH, method="get", host=HOST, **headers):
        """(status, headers, body) of a request; `headers` are named as in HTTP, with _ for -."""
        request = getattr(RequestFactory(), method)(path, headers={"host": host})
        environ = request.environ
        for name, value in headers.items():
            environ[name if name in {"CONTENT_LENGTH"} else f"HTTP_{name.upper()}"] = value
        said = {}
        body = self.cache(environ, lambda s, h, _=None: said.update(status=s, headers=dict(h)))
        return said["status"], said["headers"], b"".join(body)


@pytest.fixture
def site():
    return Site()


def test_page_is_rendered_once(site):
    first, second = site.get(), site.get()
    assert first == second
    assert first[0] == "200 OK"
    assert first[2] == b"words " * 300
    assert site.rendered == 1


def test_nothing_of_the_visitor_reaches_the_rendering(site):
    site.get("/answered/?utm_source=x", cookie="sessionid=1", range="bytes=0-1", x_evil="1")
    seen = site.seen[0]
    assert [name for name in seen if name.startswith("HTTP_")] == ["HTTP_HOST"]
    assert seen["QUERY_STRING"] == ""


def test_only_the_names_that_the_view_reads_make_another_page(site):
    site.get("/answered/")
    site.get("/answered/?utm_source=x&before=")
    site.get("/answered/?before=2026-01-01T00:00:00Z,1")
    site.get("/answered/?x=1&before=x&before=2026-01-01T00:00:00Z,1")
    queries = [environ["QUERY_STRING"] for environ in site.seen]
    assert queries == ["", "before=", "before=2026-01-01T00%3A00%3A00Z%2C1"]


@pytest.mark.parametrize(
    ("path", "method", "headers"),
    [
        ("/search/?q=x", "get", {}),
        ("/admin/", "get", {}),
        ("/ask/?title=x", "get", {}),
        ("/nowhere/", "get", {}),
        (PATH, "post", {}),
        (PATH, "options", {}),
        (PATH, "get", {"CONTENT_LENGTH": "5"}),
        (PATH, "get", {"transfer_encoding": "chunked"}),
        (PATH, "get", {"host": "evil.example"}),
    ],
)
def test_what_is_not_a_public_page_goes_through_as_it_came(site, path, method, headers):
    site.get(path, method, cookie="sessionid=1", **headers)
    site.get(path, method, cookie="sessionid=1", **headers)
    assert site.rendered == 2
    assert site.seen[0]["HTTP_COOKIE"] == "sessionid=1"


@pytest.mark.parametrize(
    ("status", "more"),
    [
        ("404 Not Found", []),
        ("301 Moved Permanently", []),
        ("200 OK", [("Set-Cookie", "a=b")]),
        ("200 OK", [("Vary", "Cookie")]),
        ("200 OK", [("Cache-Control", "private")]),
        ("200 OK", [("Cache-Control", "public, no-store")]),
        ("500 Internal Server Error", []),
    ],
)
def test_errors_and_private_answers_are_not_kept(site, status, more):
    site.answer = (status, KEPT + more, b"x")
    assert site.get()[0] == site.get()[0] == status
    assert site.rendered == 2
    assert not may_be_kept(status, KEPT + more)


def test_codings_have_their_own_etags_and_the_same_words(site):
    plain, br, zipped = (site.get(accept_encoding=name) for name in ("", "gzip, br", "gzip;q=0.5"))
    assert brotli.decompress(br[2]) == gzip.decompress(zipped[2]) == plain[2]
    assert [part[1]["ETag"] for part in (plain, br, zipped)] == ['"1"', '"1-br"', '"1-gzip"']
    assert [part[1].get("Content-Encoding") for part in (plain, br, zipped)] == [None, "br", "gzip"]
    for _, headers, body in (plain, br, zipped):
        assert headers["Vary"] == "Accept-Encoding"
        assert headers["Content-Length"] == str(len(body))
    assert site.rendered == 1


@pytest.mark.parametrize(
    ("accepted", "coding"),
    [
        *(("", ""), ("br", "br"), ("gzip", "gzip"), ("gzip, deflate, br, zstd", "br")),
        *(("br;q=0, gzip", "gzip"), ("br;q=0.0", ""), ("*", "br"), ("*;q=0", ""), ("deflate", "")),
        *(("GZIP", "gzip"), ("gzip ; q = 0.3", "gzip"), ("identity", "")),
    ],
)
def test_coding_is_one_that_was_accepted(accepted, coding):
    assert best_coding(accepted) == coding


@pytest.mark.parametrize("tags", ['"1"', 'W/"1"', '"0", "1"', "*"])
def test_known_etag_is_answered_304(site, tags):
    site.get()
    status, headers, body = site.get(if_none_match=tags)
    assert (status, body) == ("304 Not Modified", b"")
    assert set(headers) == {"Cache-Control", "ETag", "Vary"}
    assert site.get(if_none_match='"1-br", "11"')[0] == "200 OK"


def test_head_has_the_headers_and_no_body(site):
    get, head = site.get(), site.get(method="head")
    assert head == (get[0], get[1], b"")
    assert site.rendered == 1


def test_change_of_what_is_public_empties_it(site):
    site.get()
    site.edition, site.answer = 2, ("200 OK", KEPT, b"corrected")
    site.cache.look()
    assert not site.cache.ready
    assert site.get()[2] == b"corrected"
    assert site.cache.used == len(b"corrected") + page_cache.OVERHEAD


def test_rendering_begun_before_a_change_is_not_kept(site):
    def change():
        site.edition += 1
        site.cache.look()

    application = site.cache.application
    site.cache.application = lambda *args: change() or application(*args)
    site.get()
    site.cache.application = application
    site.get()
    assert site.rendered == 2


def test_while_the_edition_is_unknown_nothing_is_kept(site):
    site.cache.edition = None
    site.get()
    site.get()
    assert site.rendered == 2


def test_pages_are_given_out_while_the_database_is_away(site, monkeypatch):
    def away():
        raise OperationalError

    good = site.get()
    site.cache.read = away
    looking = threading.Thread(target=site.cache.look)  # as on a site; it closes its connection
    looking.start()
    looking.join()
    site.answer = ("503 Service Unavailable", [], b"later")
    now = page_cache.monotonic()
    monkeypatch.setattr(page_cache, "monotonic", lambda: now + page_cache.LIFE + 1)
    assert [site.get(), site.get()] == [good, good]
    assert site.rendered == 2  # the second did not even try
    assert [key for key in site.cache.ready if site.cache.ready[key].fresh_until > now] == [
        (PATH, "", "")
    ]
    later = now + page_cache.STALE_IF_ERROR + 100
    monkeypatch.setattr(page_cache, "monotonic", lambda: later)
    assert site.get()[0] == "503 Service Unavailable"


def test_page_is_rendered_anew_after_its_life(site, monkeypatch):
    site.get()
    now = page_cache.monotonic()
    monkeypatch.setattr(page_cache, "monotonic", lambda: now + page_cache.LIFE + 1)
    site.answer = ("200 OK", KEPT, b"the next day")
    assert site.get()[2] == b"the next day"


def test_many_at_once_make_one_rendering(site):
    begun, go_on = threading.Event(), threading.Event()
    application = site.cache.application

    def slow(environ, start_response):
        begun.set()
        go_on.wait(10)
        return application(environ, start_response)

    site.cache.application = slow
    answers = []
    readers = [threading.Thread(target=lambda: answers.append(site.get())) for _ in range(16)]
    readers[0].start()
    begun.wait(10)
    for reader in readers[1:]:
        reader.start()
    go_on.set()
    for reader in readers:
        reader.join()
    assert [answer[2] for answer in answers] == [b"words " * 300] * 16
    assert site.rendered == 1


def test_memory_is_bounded_and_what_is_read_stays(site):
    site.cache.limit = 10 * (page_cache.OVERHEAD + 100)
    site.answer = ("200 OK", KEPT, b"x" * 100)
    for number in range(40):
        site.get("/topics/read/")
        site.get(f"/topics/t{number}/")
    assert len(site.cache.pages) == 10
    assert site.cache.used <= site.cache.limit
    assert site.rendered == 41
    site.get("/topics/t39/", accept_encoding="br")
    pages = site.cache.pages.values()
    assert site.cache.used == sum(page.size for page in pages)
    at_once = {(*page.key, coding) for page in pages for coding in page.variants}
    assert set(site.cache.ready) == at_once > {("/topics/t39/", "", "br")}


def test_page_that_would_take_a_quarter_of_the_room_is_not_kept(site):
    site.answer = ("200 OK", KEPT, b"x" * (site.cache.limit // 4))
    site.get()
    assert not site.cache.pages


def test_long_query_and_endless_names_are_not_remembered(site):
    site.get("/answered/?before=" + "x" * 2000)
    for number in range(300):
        site.get(accept_encoding=f"br, x{number}", host=f"{HOST}:{number + 1}")
    assert list(site.cache.pages) == [(PATH, "")]
    assert len(site.cache.codings) <= page_cache.MOST_NAMES
    assert len(site.cache.hosts) <= page_cache.MOST_NAMES


def test_application_that_breaks_leaves_nobody_waiting(site):
    def broken(environ, start_response):
        raise RuntimeError("broken")

    application, site.cache.application = site.cache.application, broken
    with pytest.raises(RuntimeError, match="broken"):
        site.get()
    site.cache.application = application
    assert site.get()[0] == "200 OK"
    assert not site.cache.flights


def test_body_of_a_request_is_not_left_to_the_rendering(site):
    site.get()
    assert isinstance(site.seen[0]["wsgi.input"], io.BytesIO)
    assert site.seen[0]["wsgi.input"].read() == b""
