"""Pages are as fast while no mail leaves: the real site, its mail server now there, now not.

A measurement for a quiet machine, and so behind `slow`; the ways take turns, so that other work on
it slows all of them alike. `bin/test tests/faults/test_outbox_latency.py -m slow -s`
"""

import contextlib
import socket
import statistics
import time
from collections import defaultdict

import pytest

from tests import site
from tests.faults.people import Asker
from tests.outbox.postoffice import free_port, open_office

PAGES = {
    "a topic, finished": "/topics/causes-of-muscle-cramps/",
    "a search": "/search/?q=cramps",
    "the form": "/topics/causes-of-muscle-cramps/ask/",
}
TURNS, SECONDS, EVERY = 40, 6, 6  # ten questions a minute, in each way
ALLOWED = 1.05


@contextlib.contextmanager
def working(port):
    office = open_office(port)
    try:
        yield
    finally:
        office.controller.stop()


@contextlib.contextmanager
def refusing(port):
    yield


@contextlib.contextmanager
def silent(port):
    with socket.create_server(("127.0.0.1", port), backlog=100):
        yield


WAYS = {"working": working, "refusing": refusing, "silent": silent}


class Reader(Asker):
    """Reads pages and asks in between; notes how long each took, in milliseconds."""

    def __init__(self, url):
        super().__init__(url, 0, [])
        self.asked, self.times = 0, defaultdict(list)

    def read(self, way: str, seconds: float) -> None:
        end = time.monotonic() + seconds
        next_question = time.monotonic()
        while time.monotonic() < end:
            for name, path in PAGES.items():
                self.note(way, name, self.insist, self.get, path)
            if time.monotonic() >= next_question:
                next_question += EVERY
                self.note(way, "a whole question", self.put_question)

    def put_question(self) -> None:
        self.asked += 1
        self.title = f"Case {self.asked}: why do my calves cramp at night?"
        self.email = f"ada{self.asked}@example.org"
        self.ask()

    def note(self, way, name, act, *args) -> None:
        started = time.perf_counter()
        act(*args)
        self.times[name, way].append((time.perf_counter() - started) * 1000)


@pytest.mark.slow
def test_pages_are_as_fast_without_a_mail_server(tmp_path):
    port = free_port()
    with site.running(tmp_path, EMAIL_URL=f"smtp://127.0.0.1:{port}") as it:
        reader = Reader(it.url)
        reader.read("warm", 2)
        for turn in range(TURNS):
            ways = list(WAYS)
            for way in ways[turn % 3 :] + ways[: turn % 3]:
                with WAYS[way](port):
                    reader.read(way, SECONDS)
    print(f"\n{reader.asked} questions\n| page | working | refusing | silent |")
    slower = []
    for name in [*PAGES, "a whole question"]:
        median = {way: statistics.median(reader.times[name, way]) for way in WAYS}
        print(f"| {name} | " + " | ".join(f"{median[way]:.2f} ms" for way in WAYS) + " |")
        slower += [name for way in WAYS if median[way] > ALLOWED * median["working"]]
    assert slower == []
