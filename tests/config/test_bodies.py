"""How large, how slow and how many request bodies may be."""

import io
import re
import threading

import pytest
from django.core.exceptions import BadRequest
from django.http import HttpResponse
from django.test import Client, RequestFactory

from config import bodies
from config.bodies import AT_WORK, PER_VISITOR, REFUSED, THREADS, WAITING, Door
from qa.imaging import pool

MB = 1024 * 1024


class Slow:
    """A body that does not come before `rest` is set; `asked` counts who waits."""

    def __init__(self):
        self.rest, self.asked = threading.Event(), threading.Semaphore(0)

    def read(self, size):
        self.asked.release()
        self.rest.wait(30)
        return b""


def reads(environ, start_response):
    """An application that reads its body and says what became of it."""
    try:
        return [environ["wsgi.input"].read()]
    except BadRequest:
        return [str(environ[REFUSED]).encode()]


def environ(source, address="203.0.113.1"):
    return {"wsgi.input": source, "REMOTE_ADDR": address}


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


def test_body_arrives_whole_through_the_door():
    body = bytes(range(256)) * 5000

    assert b"".join(Door(reads)(environ(io.BytesIO(body)), None)) == body


def senders(door, slow, count, address="203.0.113.1"):
    """Requests whose bodies do not come, each in a thread, once all are waited for."""
    answers = []
    threads = [
        threading.Thread(target=lambda: answers.append(door(environ(slow, address), None)))
        for _ in range(count)
    ]
    for thread in threads:
        thread.start()
        slow.asked.acquire()
    return threads, answers


def end(slow, threads):
    slow.rest.set()
    for thread in threads:
        thread.join()


def test_slow_bodies_hold_no_place_at_work_and_one_visitor_no_more_than_a_few():
    door, slow = Door(reads), Slow()
    threads, answers = senders(door, slow, PER_VISITOR)

    one_more = door(environ(io.BytesIO(b"x")), None)
    other = door(environ(io.BytesIO(b"quick"), "203.0.113.2"), None)
    end(slow, threads)

    assert PER_VISITOR > AT_WORK
    assert one_more == [b"503"]
    assert other == [b"quick"]
    assert answers == [[b""]] * PER_VISITOR
    assert door(environ(io.BytesIO(b"again")), None) == [b"again"]
    assert not door.senders


def test_threads_remain_for_pages_however_many_visitors_send_slowly():
    door, slow = Door(reads), Slow()
    threads = []
    for number in range(WAITING // PER_VISITOR):
        threads += senders(door, slow, PER_VISITOR, f"203.0.113.{number}")[0]

    refused = door(environ(io.BytesIO(b"x"), "203.0.113.99"), None)
    end(slow, threads)

    assert refused == [b"503"]
    assert WAITING + AT_WORK < THREADS


def test_refused_body_is_answered_with_a_time_and_a_page(db):
    def refuse(request):
        request.META[REFUSED] = 503
        return HttpResponse(status=400)

    response = bodies.Bodies(refuse)(RequestFactory().post("/newsletter/"))

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


def test_who_waits_for_a_decoder_leaves_the_place_to_others(monkeypatch):
    begun, go_on = threading.Semaphore(0), threading.Event()

    def slow(self, head, data):
        begun.release()
        go_on.wait(30)
        return {}, []

    monkeypatch.setattr(pool.Pool, "_run", slow)
    decoders = pool.Pool(AT_WORK)
    door = Door(lambda environ, start: environ.get("upload") and decoders.run({}, b""))
    monkeypatch.setattr(pool, "aside", door.aside)
    uploads = [
        threading.Thread(target=door, args=(environ(None) | {"upload": True}, None))
        for _ in range(AT_WORK)
    ]
    for upload in uploads:
        upload.start()
        begun.acquire()

    assert door(environ(None), None) is None
    assert all(upload.is_alive() for upload in uploads)

    go_on.set()
    for upload in uploads:
        upload.join()
    decoders.close()
