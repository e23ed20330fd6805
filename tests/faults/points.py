"""Inside the server under test: the named points at which a process kills itself.

A request names one in the header X-Kill ("file:3": after the third picture file); the worker
finds one in the file KILLS/worker. Each kill is one line of KILLS/done, written before it.
"""

import os
import signal
import threading
from contextlib import suppress
from pathlib import Path

from django.apps import AppConfig
from django.conf import settings
from django.core.files.uploadhandler import FileUploadHandler

from outbox.smtp import SmtpBackend
from qa.storage import DurableStorage

_request = threading.local()
# After eight tries a mail waits for a person; here each one is to arrive, so it dies less often.
DEATHS_OF_A_MAIL = 3
_at_work = 0  # the number of the mail that the worker has handed over last


def reach(point: str) -> None:
    """Die here, if that is what the request asked for."""
    if getattr(_request, "point", "") == point:
        _request.left -= 1
        if _request.left == 0:
            die(point)


def reach_in_worker(point: str) -> None:
    """Die here, if that is what the file says; only once, and not always over the same mail."""
    order, deaths = Path(settings.KILLS, "worker"), Path(settings.KILLS, f"mail-{_at_work}")
    with suppress(FileNotFoundError):
        if order.read_text() != point:
            return
        if _at_work:
            with open(deaths, "ab") as file:
                if file.tell() >= DEATHS_OF_A_MAIL:
                    return
                file.write(b"x")
        order.unlink()
        die(point)


def die(point: str) -> None:
    with open(Path(settings.KILLS, "done"), "a") as done:
        done.write(f"{point}\n")
    os.kill(os.getpid(), signal.SIGKILL)


def listen(get_response):
    """The outermost middleware: takes the order, and is the last point before the response."""

    def middleware(request):
        point, _, number = request.headers.get("X-Kill", "").partition(":")
        _request.point, _request.left = point, int(number or 1)
        _request.really_full = "X-Really-Full" in request.headers
        response = get_response(request)
        reach("before-response")
        return response

    return middleware


class Uploading(FileUploadHandler):
    """Reached with the first bytes of an uploaded file, while the rest is on its way."""

    def receive_data_chunk(self, raw_data, start):
        reach("upload")
        return raw_data

    def file_complete(self, file_size):
        return None


class Storage(DurableStorage):
    def save(self, name, content, max_length=None):
        name = super().save(name, content, max_length)
        reach("file")
        return name

    def delete_folder(self, name):
        reach("delete")
        super().delete_folder(name)


class Post(SmtpBackend):
    def send_messages(self, email_messages):
        sent = super().send_messages(email_messages)
        if sent:
            reach_in_worker("accepted")
        return sent


class Points(AppConfig):
    """Puts points where settings cannot: around statements, commits, staging and claims."""

    name = "tests.faults"
    label = "faults"

    def ready(self):
        from datetime import timedelta

        from django.db.backends.base.base import BaseDatabaseWrapper
        from django.db.backends.signals import connection_created

        import outbox.claims
        import outbox.delivery
        import qa.unavailable
        from qa.asking import tickets
        from qa.models.picture import Picture

        connection_created.connect(_watch_statements)
        _between(BaseDatabaseWrapper, "_commit", "before-commit", "after-commit")
        _between(Picture, "stage", "before-staging", "staged")
        _after_in_worker(outbox.delivery, "claim", "claimed", lambda found: found[1])
        _after_in_worker(outbox.delivery, "hand_over", "handed-over", bool)
        tickets.FASTEST = 0  # nobody here waits like a person
        outbox.claims.CLAIM_LEASE, outbox.claims.COMMANDS = timedelta(seconds=1), 1
        has_room = qa.unavailable.has_room
        qa.unavailable.has_room = lambda: getattr(_request, "really_full", False) or has_room()


def _watch_statements(connection, **kwargs):
    def watch(execute, *args):
        reach("statement")
        return execute(*args)

    connection.execute_wrappers.append(watch)


def _between(owner, name, before, after):
    function = getattr(owner, name)

    def wrapper(self, *args):
        reach(before)
        result = function(self, *args)
        reach(after)
        return result

    setattr(owner, name, wrapper)


def _after_in_worker(module, name, point, happened):
    function = getattr(module, name)

    def wrapper(first, *args):
        global _at_work
        result = function(first, *args)
        _at_work = first if name == "hand_over" else 0
        if happened(result):
            reach_in_worker(point)
        return result

    setattr(module, name, wrapper)
