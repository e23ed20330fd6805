"""Which thread of a web process does what for a request.

Granian has each request answered by one of its threads, which waits for the body, too, and for a
reader who takes a long answer slowly. So there must be many, or a few such visitors take them all;
but many that run Python at the same time hinder each other. Here they only wait: they read bodies,
give out finished pages, and send what is long. The application runs in a few others, the workers,
which send the rest of the answers themselves (docs/adr/0025).

Granian has no setting for this. What is replaced here is not documented: the function that it puts
around an application, which gets the means to answer. Those wait well only in Granian's own
threads: elsewhere they keep all of Python waiting. tests/faults/test_slow_senders.py fails where a
newer Granian does this in another way.
"""

import logging
import sys
import threading
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import contextmanager
from queue import SimpleQueue

from django.conf import settings
from django.db import connection
from granian.server import mp
from granian.wsgi import ResponseIterWrap

from config import connections, processors
from config.bodies import MB, Intake, has_body
from config.page_cache import PageCache
from qa.imaging import pool

logger = logging.getLogger(__name__)

WORKERS = 3  # threads that run the application at the same time
# Seconds that a call waits for the one before it to end, with a database in the same process: with
# one elsewhere a call mostly waits for answers, and others may run meanwhile.
PATIENCE = 0.01
MOST_WORKERS = 40  # with those that wait within the application
LONG = 1 * MB  # an answer that is not sent in one
ENVIRON = {
    "SCRIPT_NAME": "",
    "SERVER_SOFTWARE": "Granian",
    "wsgi.errors": sys.stderr,
    "wsgi.version": (1, 0),
    "wsgi.multithread": True,
    "wsgi.multiprocess": True,
    "wsgi.run_once": False,
}
claim = None  # to a processor, for as long as this process lives


def install() -> None:
    """Let Granian's process, which loads the application next, answer in this way."""
    global claim
    claim = processors.keep_to_one(settings.PORT, settings.WORKERS)
    mp._wsgi_call_wrap = answering


def answering(application: Callable, *_) -> Callable:
    """What Granian calls for each request, with the means to answer it and its WSGI environment."""
    embedded = connection.vendor == "sqlite"
    workers, intake = Workers(PATIENCE if embedded else 0), Intake()
    pool.aside = workers.aside
    cache = application if isinstance(application, PageCache) else None
    if cache:
        cache.aside = workers.aside

    def answer(environ: dict) -> tuple[int, list, object]:
        """Status, headers and body; this is bytes unless it is long."""
        said = []
        body = application(environ, lambda *status: said.append(status))
        return int(said[-1][0][:3]), said[-1][1], body if is_long(body) else whole(body)

    def answer_and_send(proto, environ: dict) -> None:
        status, headers, body = 500, [], b""  # where even Django's own page for this breaks
        try:
            status, headers, body = answer(environ)
        finally:
            proto.response_bytes(status, headers, body if isinstance(body, bytes) else whole(body))

    def serve(proto, environ: dict) -> int:
        page = cache and cache.finished(environ)
        if page:
            proto.response_bytes(*page)
            return page[0]
        environ = ENVIRON | environ
        intake.take(environ)
        # What may be very long, such as the export of an account, is only for one person.
        if "HTTP_COOKIE" not in environ and not has_body(environ):
            workers.put(answer_and_send, proto, environ)
            return 200  # for the access log, which is off
        status, headers, body = workers.result(answer, environ)
        if isinstance(body, bytes):
            proto.response_bytes(status, headers, body)
        else:
            proto.response_iter(status, headers, ResponseIterWrap(body))
        return status

    return serve


def is_long(body) -> bool:
    """Whether a body, of Django or a list, is better sent in pieces as they are taken."""
    if not getattr(body, "streaming", False):
        return False  # it is in memory already
    length = body.headers.get("Content-Length", "")
    return not length or int(length) > LONG


def whole(body) -> bytes:
    try:
        return b"".join(body)
    finally:
        if hasattr(body, "close"):
            body.close()


class Workers:
    """Threads that run calls in the order in which they come, WORKERS at the same time.

    There are more of them, up to MOST_WORKERS, while some are aside. Each call waits for the one
    before it, for `patience` seconds at most.
    """

    def __init__(self, patience: float = 0):
        self.patience = patience
        self.calls = SimpleQueue()
        self.lock = threading.Lock()
        self.active = self.threads = 0
        self.own = threading.local()
        self.last = threading.Event()  # that the call which was begun last has ended
        self.last.set()

    def put(self, call: Callable, *arguments) -> None:
        """Have the call made."""
        self.calls.put((call, arguments))
        if self.active < WORKERS:
            self.start()

    def result(self, call: Callable, *arguments):
        """What the call returns, or raises."""
        future = Future()

        def settle():
            try:
                future.set_result(call(*arguments))
            except Exception as error:
                future.set_exception(error)

        self.put(settle)
        return future.result()

    def start(self) -> None:
        """Start a thread, unless enough are active or too many there."""
        with self.lock:
            if self.active >= WORKERS or self.threads >= MOST_WORKERS:
                return
            self.active += 1
            self.threads += 1
        threading.Thread(target=self.run, name="worker", daemon=True).start()

    def run(self) -> None:
        self.own.is_worker = True
        processors.use_all()
        while True:
            call, arguments = self.calls.get()
            try:
                with self.turn(), connections.borrowed():
                    call(*arguments)
            except Exception:
                logger.exception("A request could not be answered.")
            del call, arguments  # and with them a body's file
            if self.active > WORKERS and self.is_surplus():
                return

    @contextmanager
    def turn(self):
        """Begin when the call before has ended or is aside, or after `patience` seconds.

        Threads that run Python at the same time hinder each other (docs/adr/0027).
        """
        self.own.ended = ended = threading.Event()
        with self.lock:
            before, self.last = self.last, ended
        before.wait(self.patience)
        try:
            yield
        finally:
            ended.set()

    def is_surplus(self) -> bool:
        """Whether this thread is to end, as others took its place while it was aside."""
        with self.lock:
            if self.active <= WORKERS:
                return False
            self.active -= 1
            self.threads -= 1
            return True

    @contextmanager
    def aside(self):
        """In a call: let another thread take its place until the end of the block."""
        if not getattr(self.own, "is_worker", False):
            yield
            return
        self.own.ended.set()
        with self.lock:
            self.active -= 1
        self.start()
        try:
            yield
        finally:
            with self.lock:
                self.active += 1
