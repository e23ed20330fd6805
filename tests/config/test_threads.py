"""Granian's threads wait, and others run the application."""

import io
import threading

import pytest
from django.http import FileResponse, HttpResponse, StreamingHttpResponse

from config import threads
from config.page_cache import PageCache
from config.threads import LONG, WORKERS, Workers, answering, is_long
from qa.imaging import pool


@pytest.fixture(autouse=True)
def restored(monkeypatch):
    monkeypatch.setattr(pool, "aside", pool.aside)


class Proto:
    """Granian's means to answer, which keeps what was answered, and by which thread."""

    def __init__(self):
        self.done = threading.Event()

    def response_bytes(self, status, headers, body):
        self.answer, self.thread = (status, headers, body), threading.current_thread()
        self.done.set()

    def response_iter(self, status, headers, body):
        self.response_bytes(status, headers, b"".join(iter(body.__next__, b"")))
        body.close()


def ask(application, body=b"", **environ):
    proto = Proto()
    request = {"REQUEST_METHOD": "GET", "PATH_INFO": "/answered/", "QUERY_STRING": ""}
    request |= {"REMOTE_ADDR": "203.0.113.1", "HTTP_HOST": "127.0.0.1"}
    answering(application)(proto, request | environ | {"wsgi.input": io.BytesIO(body)})
    assert proto.done.wait(10)
    return proto


def page(environ, start_response):
    start_response("200 OK", [("X-Thread", threading.current_thread().name)])
    return [b"read ", environ["wsgi.input"].read()]


def test_what_has_no_body_is_answered_by_a_worker():
    proto = ask(page)
    assert proto.answer == (200, [("X-Thread", "worker")], b"read ")
    assert proto.thread.name == "worker"


@pytest.mark.parametrize(
    ("head", "words"), [({"CONTENT_LENGTH": "4"}, b"read body"), ({"HTTP_COOKIE": "a=1"}, b"read ")]
)
def test_the_server_waits_for_the_answer_to_a_person_or_a_form(head, words):
    proto = ask(page, b"body", **head)
    assert proto.answer == (200, [("X-Thread", "worker")], words)
    assert proto.thread is threading.current_thread()


def test_finished_page_needs_no_worker():
    cache = PageCache(page, lambda: 1, 1_000_000)
    cache.start = lambda: None
    cache.look()
    cache.hosts.add("127.0.0.1")
    kept = [("Cache-Control", "public"), ("ETag", '"1"')]
    cache.application = lambda environ, start: start("200 OK", kept) or [b"finished"]

    first, second = ask(cache), ask(cache)

    assert first.answer == second.answer
    assert first.answer[2] == b"finished"
    assert first.thread.name == "worker"
    assert second.thread is threading.current_thread()


class Long:
    """A long answer, as Django gives it."""

    streaming, headers, closed = True, {}, False

    def __iter__(self):
        return iter([b"a long ", b"answer", b""])

    def close(self):
        self.closed = True


@pytest.mark.parametrize("head", [{}, {"HTTP_COOKIE": "sessionid=x"}])
def test_long_answer_arrives_whole_and_is_closed(head):
    response = Long()

    proto = ask(lambda _, start: start("206 Partial Content", []) or response, **head)

    assert proto.answer == (206, [], b"a long answer")
    assert response.closed
    # Only the server's own threads may wait for a reader.
    assert (proto.thread is threading.current_thread()) is bool(head)


@pytest.mark.parametrize(
    ("response", "long"),
    [
        (HttpResponse(b"x" * (LONG + 1)), False),
        (FileResponse(io.BytesIO(b"x" * LONG)), False),
        (FileResponse(io.BytesIO(b"x" * (LONG + 1))), True),
        (StreamingHttpResponse([b"of any length"]), True),
        ([b"a list"], False),
    ],
)
def test_only_what_is_not_in_memory_and_large_is_long(response, long):
    assert is_long(response) is long


def test_application_that_breaks_is_answered_500():
    def broken(environ, start_response):
        raise RuntimeError("broken")

    assert ask(broken).answer == (500, [], b"")
    with pytest.raises(RuntimeError, match="broken"):
        ask(broken, HTTP_COOKIE="sessionid=x")  # Granian logs it and answers 500


class Work:
    """Calls that last until the test lets them go."""

    def __init__(self, patience=0):
        self.workers, self.go = Workers(patience), threading.Event()
        self.begun = threading.Semaphore(0)
        self.ended = threading.Semaphore(0)

    def slow(self):
        self.begun.release()
        self.go.wait(30)
        self.ended.release()

    def waits(self):
        with self.workers.aside():
            self.slow()

    def put(self, call, times):
        for _ in range(times):
            self.workers.put(call)


def test_only_so_many_calls_are_made_at_the_same_time():
    work = Work()
    work.put(work.slow, WORKERS + 5)
    for _ in range(WORKERS):
        assert work.begun.acquire(timeout=10)

    assert not work.begun.acquire(timeout=0.1)
    work.go.set()
    for _ in range(WORKERS + 5):
        assert work.ended.acquire(timeout=10)
    assert work.workers.threads == WORKERS


def test_a_call_waits_for_the_one_before():
    work = Work(patience=30)
    work.put(work.slow, WORKERS)
    assert work.begun.acquire(timeout=10)

    assert not work.begun.acquire(timeout=0.1)
    work.go.set()
    for _ in range(WORKERS - 1):
        assert work.begun.acquire(timeout=10)


@pytest.mark.parametrize(("call", "patience"), [("slow", 0.05), ("waits", 30)])
def test_who_takes_long_or_waits_for_a_decoder_is_overtaken(call, patience):
    work = Work(patience)
    work.put(getattr(work, call), WORKERS)
    for _ in range(WORKERS):
        assert work.begun.acquire(timeout=10)
    work.go.set()


def test_who_waits_for_a_decoder_leaves_the_place_to_others():
    work = Work()
    work.put(work.waits, WORKERS + 2)
    for _ in range(WORKERS + 2):
        assert work.begun.acquire(timeout=10)

    assert work.workers.result(lambda: "done meanwhile") == "done meanwhile"
    work.go.set()
    for _ in range(WORKERS + 2):
        assert work.ended.acquire(timeout=10)
    for _ in range(20):  # those that are too many end with their next call
        work.workers.result(int)
    assert work.workers.active == WORKERS


def test_never_more_threads_than_were_allowed(monkeypatch):
    monkeypatch.setattr(threads, "MOST_WORKERS", WORKERS + 1)
    work = Work()
    work.put(work.waits, WORKERS + 3)
    for _ in range(WORKERS + 1):
        assert work.begun.acquire(timeout=10)

    assert not work.begun.acquire(timeout=0.1)
    assert work.workers.threads == WORKERS + 1
    work.go.set()
    for _ in range(WORKERS + 3):
        assert work.ended.acquire(timeout=10)


def test_outside_of_the_workers_nobody_steps_aside():
    workers = Workers()
    with workers.aside():
        assert workers.active == 0


def test_call_that_breaks_ends_no_worker():
    work = Work()
    work.put(lambda: 1 / 0, 2 * WORKERS)
    assert work.workers.result(lambda: "still here") == "still here"
    assert work.workers.threads == WORKERS
