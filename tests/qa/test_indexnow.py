"""Search engines are told what changed in public, once, and again where they were away."""

import json
import threading
from contextlib import contextmanager
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from django.db.models import F
from django.utils import timezone

from qa import indexnow
from qa.models import Event, Ping
from tests import factories

KEY = "a-key-of-this-site"


@pytest.fixture
def engine(settings, db):
    """A search engine: what it was sent, and the status of its next answers (200 after them)."""
    with listening() as server:
        settings.INDEXNOW_KEY, settings.BASE_URL = KEY, "https://ask.example.org"
        settings.INDEXNOW_URL = f"http://127.0.0.1:{server.server_port}/indexnow"
        yield server


@contextmanager
def listening():
    class Engine(BaseHTTPRequestHandler):
        def do_POST(self):
            text = self.rfile.read(int(self.headers["Content-Length"]))
            server.seen.append((self.path, json.loads(text)))
            self.send_response(server.answers.pop(0) if server.answers else 200)
            self.send_header("Location", f"http://127.0.0.1:{server.server_port}/elsewhere")
            self.send_header("Content-Length", "0")
            self.end_headers()

        do_GET = do_POST

        def log_message(self, *args):
            pass

    server = HTTPServer(("127.0.0.1", 0), Engine)
    server.seen, server.answers = [], []
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def settle() -> None:
    Event.objects.update(created_at=timezone.now() - timedelta(minutes=2))


def wait_for_next_try() -> None:
    Ping.objects.update(due_at=timezone.now())


def test_what_was_published_is_told_once(engine, cora):
    question = factories.published(by=cora)
    factories.pending()
    settle()
    address = f"https://ask.example.org{question.get_absolute_url()}"
    assert indexnow.announce() == 1
    assert indexnow.announce() == 0
    assert engine.seen == [
        (
            "/indexnow",
            {
                "host": "ask.example.org",
                "key": KEY,
                "keyLocation": "https://ask.example.org/indexnow.txt",
                "urlList": [address],
            },
        )
    ]


@pytest.mark.parametrize("verb", ["edit", "unpublish", "correct", "erase"])
def test_each_change_of_a_public_page_is_told(engine, cora, verb):
    question = factories.published(by=cora)
    settle()
    indexnow.announce()
    given = {"correct": {"note": "A typing error."}}.get(verb, {})
    if verb == "edit":
        given = {"title": question.title, "body": question.body, "answer": "Better."}
    getattr(question, verb)(**given, **({} if verb == "erase" else {"by": cora}))
    settle()
    assert indexnow.announce() == 1
    assert f"https://ask.example.org/questions/{question.pk}/" in engine.seen[1][1]["urlList"][0]


def test_what_was_just_done_waits(engine, cora):
    factories.published(by=cora)
    assert indexnow.announce() == 0
    assert engine.seen == []


@pytest.mark.parametrize("status", [429, 500, 503])
def test_busy_engine_is_told_later(engine, cora, status):
    engine.answers = [status]
    factories.published(by=cora)
    settle()
    assert indexnow.announce() == 0
    ping = Ping.objects.get()
    assert (ping.attempts, ping.error, ping.sent_at) == (1, f"HTTP {status}", None)
    assert indexnow.announce() == 0  # not yet
    assert len(engine.seen) == 1
    wait_for_next_try()
    assert indexnow.announce() == 1
    assert Ping.objects.get().error == ""


@pytest.mark.parametrize("status", [400, 403, 422, 301, 307])
def test_refusal_and_redirect_are_final(engine, cora, status):
    engine.answers = [status]
    factories.published(by=cora)
    settle()
    indexnow.announce()
    wait_for_next_try()
    assert indexnow.announce() == 0
    assert [path for path, _ in engine.seen] == ["/indexnow"]
    assert Ping.objects.get().error == f"HTTP {status}"


def test_engine_that_is_away_is_given_up_after_eight_tries(settings, engine, cora):
    settings.INDEXNOW_URL = "http://127.0.0.1:9/indexnow"
    factories.published(by=cora)
    settle()
    for _ in range(10):
        indexnow.announce()
        wait_for_next_try()
    assert Ping.objects.get().attempts == 8


def test_two_workers_send_a_ping_once(engine, cora):
    factories.published(by=cora)
    settle()
    indexnow._collect()
    one, same = Ping.objects.get(), Ping.objects.get()
    assert [one.claim(), same.claim()] == [True, False]


def test_many_changes_go_in_parts(engine, cora, monkeypatch):
    monkeypatch.setattr(indexnow, "MOST_URLS", 2)
    for _ in range(3):
        factories.published(by=cora)
    settle()
    assert [indexnow.announce() for _ in range(3)] == [2, 1, 0]


def test_old_pings_are_deleted(engine, cora):
    factories.published(by=cora)
    settle()
    indexnow.announce()
    Ping.objects.update(created_at=F("created_at") - timedelta(days=31))
    factories.published(by=cora)
    settle()
    indexnow.announce()
    assert Ping.objects.count() == 1


def test_without_a_key_nobody_is_told(settings, engine, client, cora):
    settings.INDEXNOW_KEY = ""
    factories.published(by=cora)
    settle()
    assert indexnow.announce() == 0
    assert engine.seen == []
    assert not Ping.objects.exists()
    assert client.get("/indexnow.txt").status_code == 404


def test_key_is_shown_to_whoever_checks_it(engine, client):
    response = client.get("/indexnow.txt")
    assert (response.status_code, response.content.decode()) == (200, KEY)
