"""The page cache of a real site: readers hammer, a curator publishes, strangers poison."""

import http.client
import json
import subprocess
import sys
import threading
import time
from urllib.parse import urlsplit

import pytest

from tests.site import ROOT, running

READERS, ROUNDS, WITHIN = 32, 4, 1.0
PATIENCE = 60  # seconds for a machine that is busy with other things
# Another process than those that answer; the clock is the machine's.
CURATOR = """
import json, sys, time
import django
django.setup()
from accounts.models import User
from qa.models import Question
cora = User.objects.get(email="curator@example.org")
question = Question.objects.published().order_by("pk").first()
print(question.get_absolute_url(), flush=True)
answer = question.official_answer.body
for line in sys.stdin:
    act = line.strip()
    if act == "edit":
        number = question.revision + 1
        title = f"Is this round {number} of the question?"
        question.edit(by=cora, title=title, body=question.body, answer=answer)
    else:
        getattr(question, act)(by=cora)
    print(json.dumps([act, question.title, time.monotonic()]), flush=True)
"""
PATHS = ["/", "/topics/", "/answered/", "/feed/", "/sitemap.xml", "/about/", "/embed/{topic}/"]
PATHS += ["/newsletter/"]
STATIC_HEADERS = [
    ("Host", "127.0.0.1"),
    ("X-Forwarded-Host", "evil.example"),
    ("X-Forwarded-Proto", "https"),
    ("X-Forwarded-For", "192.0.2.1"),
    ("X-Forwarded-Port", "444"),
    ("X-Forwarded-Scheme", "nothttps"),
    ("X-Original-URL", "/admin/"),
    ("X-Rewrite-URL", "/admin/"),
    ("X-HTTP-Method-Override", "POST"),
    ("X-Host", "evil.example"),
    ("Forwarded", "host=evil.example;proto=https"),
    ("Accept", "application/json"),
    ("Accept-Language", "de"),
    ("Accept-Charset", "utf-16"),
    ("Accept-Encoding", "identity"),
    ("Accept-Encoding", "br;q=0, gzip;q=0"),
    ("Authorization", "Basic YTpi"),
    ("Cache-Control", "no-cache"),
    ("Pragma", "no-cache"),
    ("Range", "bytes=0-10"),
    ("If-Modified-Since", "Mon, 01 Jan 2035 00:00:00 GMT"),
    ("If-Unmodified-Since", "Mon, 01 Jan 2001 00:00:00 GMT"),
    ("If-None-Match", '"no-such-tag"'),
    ("If-Match", '"no-such-tag"'),
    ("Origin", "https://evil.example"),
    ("Referer", "https://evil.example/"),
    ("User-Agent", "<script>alert(1)</script>"),
    ("X-Requested-With", "XMLHttpRequest"),
    ("Sec-Fetch-Mode", "cors"),
    ("Purpose", "prefetch"),
    ("Save-Data", "on"),
    ("TE", "trailers"),
    ("Via", "1.1 evil.example"),
    ("Upgrade-Insecure-Requests", "1"),
    ("X-Script-Name", "/evil"),
    ("X-Sendfile", "/etc/passwd"),
    ("DNT", "1"),
    ("X-CSRFToken", "x" * 32),
    ("Max-Forwards", "0"),
    ("Expect-CT", "x"),
]
COOKIES = [
    *("sessionid=x", "csrftoken=x", "messages=x", "sessionid=", "a=b; sessionid=1", "__Host-x=1"),
    *("lang=de", "django_language=de", "theme=dark", "=", ";;;", "a" * 3000, "sessionid=\xe9"),
    *(f"{name}=1" for name in ("utm", "_ga", "cart", "user", "admin", "debug", "preview")),
]
NAMES = [
    *("utm_source", "fbclid", "q", "page", "topic", "debug", "lang", "format", "callback", "_"),
    *("v", "next", "url", "id", "sort", "admin", "title", "preview", "month", "letter"),
]
QUERIES = [
    *(f"{name}={value}" for name in NAMES for value in ("1", "%3Cscript%3E", "//evil.example")),
]
MUTATIONS = [
    *(({name: value}, "") for name, value in STATIC_HEADERS),
    *(({"Cookie": cookie}, "") for cookie in COOKIES),
    *(({}, f"?{query}") for query in QUERIES),
]


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    with running(tmp_path_factory.mktemp("site")) as site:
        yield site


class Curator:
    """A process of its own that acts on one published question when told to."""

    def __init__(self, site):
        environment = site.all_environment() | {"DJANGO_SETTINGS_MODULE": "config.settings"}
        self.process = subprocess.Popen(
            [sys.executable, "-c", CURATOR],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.path = self.process.stdout.readline().strip()

    def act(self, verb: str) -> tuple[str, float]:
        """The title, and when the change was committed (time.monotonic of this machine)."""
        self.process.stdin.write(f"{verb}\n")
        self.process.stdin.flush()
        _, title, at = json.loads(self.process.stdout.readline())
        return title, at

    def end(self) -> None:
        self.process.stdin.close()
        self.process.wait(20)


def get(site, path: str, headers: dict | None = None, client=None) -> tuple[int, dict, bytes]:
    client = client or http.client.HTTPConnection(urlsplit(site.url).netloc, timeout=20)
    client.request("GET", path, headers=headers or {})
    answer = client.getresponse()
    fields = {name.lower(): value for name, value in answer.getheaders()}
    return answer.status, fields, answer.read()


def test_readers_see_a_change_within_a_second_and_never_an_error(site):
    curator, seen, stop = Curator(site), [], threading.Event()

    def read():
        client = http.client.HTTPConnection(urlsplit(site.url).netloc, timeout=20)
        while not stop.is_set():
            began = time.monotonic()
            status, _, body = get(site, curator.path, client=client)
            seen.append((began, status, body))
            stop.wait(0.02)  # 32 of them make 1,600 a second
        client.close()

    def wait_for_readers(since: float) -> None:
        """Until more pages than there are readers were asked for after `since`, and came."""
        end = time.monotonic() + PATIENCE
        while sum(began > since for began, _, _ in seen) <= READERS and time.monotonic() < end:
            stop.wait(0.1)

    readers = [threading.Thread(target=read) for _ in range(READERS)]
    for reader in readers:
        reader.start()
    changes = []
    for _ in range(ROUNDS):
        changes.append(curator.act("edit"))
        wait_for_readers(changes[-1][1] + WITHIN)
    _, gone = curator.act("unpublish")
    wait_for_readers(gone + WITHIN)
    stop.set()
    for reader in readers:
        reader.join()
    curator.end()

    assert {status for began, status, _ in seen if began < gone} == {200}
    assert {status for began, status, _ in seen if began > gone + WITHIN} == {404}
    for (title, since), (_, until) in zip(changes, [*changes[1:], ("", gone)], strict=True):
        pages = [body for began, _, body in seen if since + WITHIN < began < until]
        assert len(pages) > READERS
        assert all(title.encode() in body for body in pages), title


def test_no_request_changes_what_others_get(site):
    topic = "causes-of-muscle-cramps"
    client = http.client.HTTPConnection(urlsplit(site.url).netloc, timeout=20)
    for path in PATHS:
        path = path.format(topic=topic)
        _, expected, body = get(site, path, client=client)
        for headers, query in MUTATIONS:
            status, fields, mutated = get(site, path + query, headers, client=client)
            same = (status, mutated, fields["etag"]) == (200, body, expected["etag"])
            kept_from_caches = "no-store" in fields.get("cache-control", "")
            assert same or kept_from_caches, (path, headers, query)
            assert "set-cookie" not in fields
        after = get(site, path, client=client)
        assert (after[0], after[2]) == (200, body), path
    assert len(MUTATIONS) == 120


def test_unknown_host_is_refused_though_the_page_is_kept(site):
    assert get(site, "/answered/")[0] == 200
    status, fields, _ = get(site, "/answered/", {"Host": "evil.example"})
    assert (status, fields["cache-control"]) == (400, "no-store")


def test_head_and_compressed_pages_arrive_whole(site):
    client = http.client.HTTPConnection(urlsplit(site.url).netloc, timeout=20)
    _, plain, body = get(site, "/answered/", client=client)
    client.request("HEAD", "/answered/")
    head = client.getresponse()
    assert (head.status, head.read()) == (200, b"")
    assert head.getheader("Content-Length") == plain["content-length"] == str(len(body))
    _, fields, zipped = get(site, "/answered/", {"Accept-Encoding": "br"}, client=client)
    assert fields["content-encoding"] == "br"
    assert len(zipped) < len(body) / 3
    status, _, nothing = get(site, "/answered/", {"If-None-Match": plain["etag"]}, client=client)
    assert (status, nothing) == (304, b"")
