"""Request bodies: how large and how many may be under way.

The web server (Granian) waits for a body without end, in one of a process's threads. So there are
many of them, which do little else (config/threads.py), and slow bodies never take them all. A proxy
that takes a body whole before it passes it on does this better (docs/operations.md).
"""

import io
import re
import tempfile
import threading
from collections import Counter
from typing import BinaryIO

from django.conf import settings
from django.shortcuts import render

from config.middleware import visitor_address

MB = 1024 * 1024
# The most that a form may hold: four pictures of 15 MB with some air, so that the sentence about
# a picture's size stands beside its field; elsewhere no form is as large as its limit.
ASKING = re.compile(r"/topics/[^/]+/ask/|/asked/")
LIMITS = [(ASKING, 70 * MB), (re.compile("/admin/"), 20 * MB), (re.compile(""), 2 * MB)]

WAITERS = 40  # Granian's threads in a web process
WAITING, PER_VISITOR = 30, 15  # of them, for bodies: in all, and for one visitor
PIECE = 64 * 1024  # bytes that are read at a time
IN_MEMORY = 2 * MB  # of a body; a larger one is in a file without a name
RETRY_AFTER = 60  # seconds

INCOMPLETE, LENGTH_REQUIRED, TOO_LARGE, TOO_MANY = 400, 411, 413, 503
REFUSED = "askwell.body_refused"  # a key of the WSGI environment


def has_body(environ: dict) -> bool:
    """Whether a body follows, or may follow, the head of a request."""
    length = environ.get("CONTENT_LENGTH")
    return length not in {None, "", "0"} or "HTTP_TRANSFER_ENCODING" in environ


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
    """Middleware: answers for what is refused here, and for what `Intake` did not read."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        status = refusal(request.META) or request.META.get(REFUSED)
        return self.page(request, status) if status else self.get_response(request)

    def page(self, request, status: int):
        context = {"status": status, "draft": draft_address(request.path)}
        response = render(request, "body_refused.html", context, status=status)
        response.headers["Cache-Control"] = "no-store"
        response.headers["Connection"] = "close"
        if status == TOO_MANY:
            response.headers["Retry-After"] = str(RETRY_AFTER)
        return response


class Intake:
    """Reads the bodies of a web process, before anything else is done for their requests."""

    def __init__(self):
        self.lock = threading.Lock()
        self.senders = Counter()

    def take(self, environ: dict) -> None:
        """Read the body and put it in place of the one that would have to be waited for.

        Where its length is refused, or too many are waited for, it is left, and nobody can wait
        for it any more. One that broke off is dropped: half a form is not what anybody meant.
        """
        source, environ["wsgi.input"] = environ["wsgi.input"], io.BytesIO()
        if not has_body(environ) or refusal(environ):
            return
        visitor = visitor_address(environ)
        with self.lock:
            if self.senders.total() >= WAITING or self.senders[visitor] >= PER_VISITOR:
                environ[REFUSED] = TOO_MANY
                return
            self.senders[visitor] += 1
        try:
            body = received(source)
            if body.seek(0, io.SEEK_END) < int(environ["CONTENT_LENGTH"]):
                environ[REFUSED] = INCOMPLETE
                return
            body.seek(0)
            environ["wsgi.input"] = body
        finally:
            with self.lock:
                self.senders[visitor] -= 1
                self.senders += Counter()  # forgets those at 0


def received(source) -> BinaryIO:
    """All that comes from `source`."""
    body, length = io.BytesIO(), 0
    while data := source.read(PIECE):
        if length <= IN_MEMORY < length + len(data):
            body = into_file(body)
        body = write(body, data)
        length += len(data)
    return body


def into_file(body: io.BytesIO) -> BinaryIO:
    """What was received, in a file that is gone with the process; in memory if none can be had."""
    try:
        file = tempfile.TemporaryFile(dir=settings.FILE_UPLOAD_TEMP_DIR, buffering=0)  # noqa: SIM115
    except OSError:
        return body
    return write(file, body.getvalue())


def write(body: BinaryIO, data: bytes) -> BinaryIO:
    """Write all of it. On a full disk the body goes on in memory, as its words are to be kept."""
    rest = memoryview(data)
    try:
        while rest:
            rest = rest[body.write(rest) :]
    except OSError:
        body.seek(0)
        body = io.BytesIO(body.read())
        body.seek(0, io.SEEK_END)
        body.write(rest)
    return body
