"""How large, how slow and how many request bodies may be."""

import errno
import io
import re
import threading

import pytest
from django.http import HttpResponse
from django.test import Client, RequestFactory

from config import bodies
from config.bodies import IN_MEMORY, PER_VISITOR, REFUSED, WAITERS, WAITING, Intake

MB = 1024 * 1024


class Slow:
    """A body that does not come before `rest` is set; `asked` counts who waits."""

    def __init__(self):
        self.rest, self.asked = threading.Event(), threading.Semaphore(0)

    def read(self, size):
        self.asked.release()
        self.rest.wait(30)
        return b""


def taken(intake, source, address="203.0.113.1", length=None):
    """The environment of a request after its body was taken."""
    length = str(length or len(source.getvalue()))
    environ = {"wsgi.input": source, "REMOTE_ADDR": address, "CONTENT_LENGTH": length}
    environ["PATH_INFO"] = "/asked/a-key-of-a-draft/images/"
    intake.take(environ)
    return environ


@pytest.mark.parametrize(
    ("path", "most"),
    [
        ("/newsletter/", 2 * MB),
        ("/accounts/login/", 2 * MB),
        ("/topics/causes-of-muscle-cramps/", 2 * MB),
        ("/topics/causes-of-muscle-cramps/ask/", 70 * MB),
        ("/asked/a-key-of-a-draft-it-does-not-matter/images/", 70 * MB),
        ("/admin/qa/topic/1/change/", 20 * MB),
    ],
)
def test_body_is_refused_by_its_length_before_it_is_read(db, path, most):
    class Unread(io.BytesIO):
        def read(self, *args):
            raise AssertionError

    def post(length):
        return Client().post(path, **{"CONTENT_LENGTH": str(length), "wsgi.input": Unread()})

    response = post(most + 1)

    assert bodies.refusal({"PATH_INFO": path, "CONTENT_LENGTH": str(most)}) is None
    assert response.status_code == 413
    assert "Nothing was stored" in response.text
    assert response["Cache-Control"] == "no-store"
    assert post("9" * 5000).status_code == 413


def test_body_without_a_length_is_refused(db):
    response = Client().post("/newsletter/", HTTP_TRANSFER_ENCODING="chunked")

    assert response.status_code == 411


@pytest.mark.parametrize("length", [0, 1, IN_MEMORY, IN_MEMORY + 1, 3 * IN_MEMORY])
def test_body_is_taken_whole(length):
    body = bytes(range(256)) * (length // 256) + b"x" * (length % 256)

    found = taken(Intake(), io.BytesIO(body))["wsgi.input"]

    assert found.read() == body
    assert isinstance(found, io.BytesIO) is (length <= IN_MEMORY)


@pytest.mark.parametrize("length", [5, 3 * IN_MEMORY])
def test_body_that_breaks_off_is_dropped(length):
    intake = Intake()
    environ = taken(intake, io.BytesIO(b"x" * (length - 1)), length=length)

    assert environ[REFUSED] == 400
    assert environ["wsgi.input"].read() == b""
    assert not intake.senders


@pytest.mark.parametrize("room", [0, 5000, IN_MEMORY + 5000])
def test_body_that_finds_no_room_on_the_disk_stays_in_memory(monkeypatch, room):
    class Small(io.BytesIO):
        def write(self, data):
            if self.tell() >= room:
                raise OSError(errno.ENOSPC, "No space left on device")
            return super().write(data[: room - self.tell()])

    monkeypatch.setattr(bodies.tempfile, "TemporaryFile", lambda **_: Small())
    body = bytes(range(256)) * (2 * IN_MEMORY // 256)

    assert taken(Intake(), io.BytesIO(body))["wsgi.input"].read() == body


def test_body_that_can_have_no_file_stays_in_memory(monkeypatch):
    def none_left(**_):
        raise OSError(errno.EMFILE, "Too many open files")

    monkeypatch.setattr(bodies.tempfile, "TemporaryFile", none_left)
    body = b"x" * (2 * IN_MEMORY)

    assert taken(Intake(), io.BytesIO(body))["wsgi.input"].read() == body


def senders(intake, slow, count, address="203.0.113.1"):
    """Requests whose bodies do not come, each in a thread, once all are waited for."""
    threads = [
        threading.Thread(target=taken, args=(intake, slow, address, 1)) for _ in range(count)
    ]
    for thread in threads:
        thread.start()
        assert slow.asked.acquire(timeout=10)
    return threads


def end(slow, threads):
    slow.rest.set()
    for thread in threads:
        thread.join()


def test_one_visitor_is_waited_for_only_a_few_times():
    intake, slow = Intake(), Slow()
    threads = senders(intake, slow, PER_VISITOR)

    one_more = taken(intake, io.BytesIO(b"x"))
    other = taken(intake, io.BytesIO(b"quick"), "203.0.113.2")
    end(slow, threads)

    assert one_more[REFUSED] == 503
    assert one_more["wsgi.input"].read() == b""
    assert REFUSED not in other
    assert other["wsgi.input"].read() == b"quick"
    assert taken(intake, io.BytesIO(b"again"))["wsgi.input"].read() == b"again"
    assert not intake.senders


def test_threads_remain_however_many_visitors_send_slowly():
    intake, slow = Intake(), Slow()
    threads = []
    for number in range(WAITING // PER_VISITOR):
        threads += senders(intake, slow, PER_VISITOR, f"203.0.113.{number}")

    refused = taken(intake, io.BytesIO(b"x"), "203.0.113.99")
    end(slow, threads)

    assert refused[REFUSED] == 503
    assert WAITING < WAITERS


@pytest.mark.parametrize(
    "head", [{"CONTENT_LENGTH": str(3 * MB)}, {"HTTP_TRANSFER_ENCODING": "chunked"}, {}]
)
def test_body_that_is_refused_or_is_none_is_not_waited_for(head):
    environ = {"wsgi.input": None, "REMOTE_ADDR": "203.0.113.1", "PATH_INFO": "/newsletter/"}

    Intake().take(environ := environ | head)

    assert environ["wsgi.input"].read() == b""
    assert REFUSED not in environ


def test_refused_body_is_answered_with_a_time_and_a_page(db):
    request = RequestFactory().post("/newsletter/", **{REFUSED: 503})
    response = bodies.Bodies(lambda _: HttpResponse())(request)

    assert response.status_code == 503
    assert response["Retry-After"] == "60"
    assert b"your browser still has what you typed" in response.content


@pytest.mark.parametrize(
    ("path", "draft"),
    [
        ("/topics/cramps/ask/", "/topics/cramps/ask/"),
        ("/asked/a-key-of-a-draft/images/7/move/", "/asked/a-key-of-a-draft/edit/"),
        ("/newsletter/", None),
    ],
)
def test_refused_question_leads_to_what_was_saved_of_it(db, path, draft):
    response = Client().post(path, CONTENT_LENGTH=str(71 * MB))

    assert response.status_code == 413
    assert re.findall('<a href="([^"]+)">look at what was saved', response.text) == (
        [draft] if draft else []
    )
