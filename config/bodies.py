"""Request bodies: how large, how slow and how many may be under way.

The web server (Granian) reads a body when the application does, and waits for it without end, in
one of a process's threads. So there are many of them, few run the application at the same time,
and slow bodies never take them all. A proxy that takes a body whole before it passes it on does
this better (docs/operations.md).
"""

import io
import re
import threading
from collections import Counter, deque
from contextlib import contextmanager

from django.core.exceptions import BadRequest
from django.shortcuts import render

from config import connections
from config.middleware import visitor_address

MB = 1024 * 1024
# The most that a form may hold: four pictures of 15 MB with some air, so that the sentence about
# a picture's size stands beside its field; elsewhere no form is as large as its limit.
ASKING = re.compile(r"/topics/[^/]+/ask/|/asked/")
LIMITS = [(ASKING, 70 * MB), (re.compile("/admin/"), 20 * MB), (re.compile(""), 2 * MB)]

THREADS = 40  # of a web process; each may keep a connection to PostgreSQL
AT_WORK = 3  # of them, that run the application at the same time
WAITING, PER_VISITOR = 30, 15  # of them, that wait for bodies: in all, and for one visitor
PIECE = 64 * 1024  # bytes that are read at a time
RETRY_AFTER = 60  # seconds

LENGTH_REQUIRED, TOO_LARGE, TOO_MANY = 411, 413, 503
REFUSED = "askwell.body_refused"  # a key of the WSGI environment


def refusal(meta: dict) -> int | None:
    """The status by which a request is refused before its body is read, or None."""
    if "HTTP_TRANSFER_ENCODING" in meta:
        return LENGTH_REQUIRED  # RFC 9110, 15.5.12: a body of any length would follow
    length = meta.get("CONTENT_LENGTH") or "0"
    most = next(most for path, most in LIMITS if path.match(meta.get("PATH_INFO", "")))
    return None if length.isdecimal() and int(length[:20]) <= most else TOO_LARGE


def draft_address(path: str) -> str:
    """Where the form that was sent to `path` shows what was saved while it was written, or ''."""
    asking = re.match(r"(/topics/[^/]+/ask/)|(/asked/[^/]+/)", path)
    if not asking:
        return ""
    return asking[1] or f"{asking[2]}edit/"


class Bodies:
    """Middleware: answers for what is refused here, and by `Door` while the body was read."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        status = refusal(request.META)
        if status:
            return self.page(request, status)
        response = self.get_response(request)
        status = request.META.get(REFUSED)
        return self.page(request, status) if status else response

    def page(self, request, status: int):
        context = {"status": status, "draft": draft_address(request.path)}
        response = render(request, "body_refused.html", context, status=status)
        response.headers["Cache-Control"] = "no-store"
        response.headers["Connection"] = "close"
        if status == TOO_MANY:
            response.headers["Retry-After"] = str(RETRY_AFTER)
        return response


class Places:
    """A semaphore that is given to who has waited longest. Python's own lets newcomers overtake."""

    def __init__(self, number: int):
        self.free, self.waiting, self.lock = number, deque(), threading.Lock()

    def acquire(self) -> None:
        with self.lock:
            if self.free:
                self.free -= 1
                return
            turn = threading.Lock()
            turn.acquire()
            self.waiting.append(turn)
        turn.acquire()

    def release(self) -> None:
        with self.lock:
            if self.waiting:
                self.waiting.popleft().release()
            else:
                self.free += 1

    def __enter__(self) -> None:
        self.acquire()

    def __exit__(self, *_) -> None:
        self.release()


class Door:
    """WSGI middleware: lets AT_WORK requests into the application; who waits for a body steps out.

    So a slow sender costs a waiting thread, of which there are more, and not a place at work.
    """

    def __init__(self, application):
        self.application = application
        self.places = Places(AT_WORK)
        self.lock = threading.Lock()
        self.senders = Counter()

    def __call__(self, environ, start_response):
        with self.places, connections.borrowed():
            environ["wsgi.input"] = io.BufferedReader(Body(self, environ), PIECE)
            return self.application(environ, start_response)

    @contextmanager
    def aside(self):
        """Leave the place at work to another request until the end of the block."""
        self.places.release()
        try:
            yield
        finally:
            self.places.acquire()

    @contextmanager
    def outside(self, visitor: str):
        """Step out to wait for a piece of a body. Raises BadRequest where too many wait."""
        with self.lock:
            if self.senders.total() >= WAITING or self.senders[visitor] >= PER_VISITOR:
                raise BadRequest("Too many bodies are waited for.")
            self.senders[visitor] += 1
        with self.aside():
            try:
                yield
            finally:
                with self.lock:
                    self.senders[visitor] -= 1
                    self.senders += Counter()  # forgets those at 0


class Body(io.RawIOBase):
    """The body of one request, read inside the application. Reading may raise BadRequest."""

    def __init__(self, door: Door, environ: dict):
        self.door, self.environ = door, environ
        self.source, self.visitor = environ["wsgi.input"], visitor_address(environ)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer) -> int:
        try:
            with self.door.outside(self.visitor):
                data = self.source.read(min(len(buffer), PIECE))
        except BadRequest:
            self.environ[REFUSED] = TOO_MANY
            raise
        buffer[: len(data)] = data
        return len(data)
