"""The disk or the database fails at any one point: nothing is called received that is not."""

import errno
import os
import subprocess
import sys
import tempfile

import pytest
from django.db import connection
from django.test import Client

from tests import factories
from tests.faults.ada import ASK, WORDS, Ada, half_written, stored
from tests.faults.broken import Database, Disk

pytestmark = pytest.mark.django_db(transaction=True)

ENOSPC, EIO = errno.ENOSPC, errno.EIO
# Holds the database's write lock until its input ends, in a process of its own.
LOCK = {
    "sqlite": "import sqlite3, sys; c = sqlite3.connect(sys.argv[1], isolation_level=None);"
    "c.execute('BEGIN IMMEDIATE'); print('locked', flush=True); sys.stdin.read()",
    "postgresql": "import psycopg, sys; c = psycopg.connect(sys.argv[1]);"
    "c.execute('LOCK TABLE qa_question IN EXCLUSIVE MODE'); print('locked', flush=True);"
    "sys.stdin.read()",
}


def keeps_the_text(response) -> bool:
    text = response.content.decode()
    wanted = (WORDS["title"], "What helps?", WORDS["email"], WORDS["location"])
    return all(words in text for words in wanted)


def is_received(response) -> bool:
    return "We have your question" in response.content.decode()


def is_put_off(response) -> bool:
    """The page for later, with its time."""
    return (response.status_code, response.get("Retry-After")) == (503, "120")


def still_reads(topic) -> bool:
    paths = ("/", topic.get_absolute_url(), "/answered/")
    return [Client().get(path).status_code for path in paths] == [200, 200, 200]


def no_space(*args, **kwargs):
    raise OSError(ENOSPC, "No space left on device")


def fail_everywhere(topic, fault, pictures, fail) -> int:
    """Ask with the N-th operation failing, for N = 1 to the end; return how many there were.

    `fail(N)` arms `fault`. Each time the answer is the page for later, nothing is in part, the
    site can be read, and the same form sent again makes the one question that it should.
    """
    for number in range(1, 1000):
        ada = Ada(topic, pictures)
        fail(number)
        response = ada.ask()
        if not fault.failed:
            assert is_received(response)
            return number - 1
        fault.fail(0)
        assert is_put_off(response), f"operation {number}: {response.status_code}"
        assert not is_received(response)
        assert half_written() == []
        assert still_reads(topic)
        assert is_received(ada.ask())
        assert stored() == (number, number, number, pictures * number)
        assert half_written() == []
    raise AssertionError("there is no end of operations")


def test_any_write_of_a_submission_may_fail(topic, settings, monkeypatch):
    disk = Disk(monkeypatch, settings.MEDIA_ROOT)

    total = fail_everywhere(topic, disk, 1, lambda n: disk.fail(n, ENOSPC if n % 2 else EIO))

    assert total > 12


@pytest.mark.slow
@pytest.mark.parametrize("number", [ENOSPC, EIO], ids=["ENOSPC", "EIO"])
def test_any_write_of_a_submission_with_four_pictures_may_fail(
    topic, settings, monkeypatch, number
):
    disk = Disk(monkeypatch, settings.MEDIA_ROOT)

    total = fail_everywhere(topic, disk, 4, lambda n: disk.fail(n, number))

    assert total > 60


def test_any_statement_of_a_submission_may_fail(topic, monkeypatch):
    database = Database(monkeypatch)
    with database.watched():
        total = fail_everywhere(topic, database, 0, lambda n: database.fail(n, away=n % 2 == 0))

    assert total > 20


@pytest.mark.slow
@pytest.mark.parametrize("away", [False, True], ids=["once", "from then on"])
def test_any_statement_of_a_submission_with_pictures_may_fail(topic, monkeypatch, away):
    database = Database(monkeypatch)
    with database.watched():
        total = fail_everywhere(topic, database, 2, lambda n: database.fail(n, away=away))

    assert total > 40


def test_form_that_found_no_room_is_sent_again_from_the_page_itself(topic, settings, monkeypatch):
    disk = Disk(monkeypatch, settings.MEDIA_ROOT)
    ada = Ada(topic, pictures=1)
    disk.fail(5, ENOSPC)
    response = ada.send()

    assert keeps_the_text(response)
    assert "choose your pictures again" in response.content.decode()
    assert response.headers["Cache-Control"] == "private, no-store"
    assert f'action="{ASK}"' in response.content.decode()
    assert f'name="ticket" value="{ada.words["ticket"]}"' in response.content.decode()


def test_session_that_cannot_be_saved_is_no_error_500(topic, monkeypatch):
    """It is saved outside of the view, when the answer is ready."""
    ada = Ada(topic)
    monkeypatch.setattr("django.contrib.sessions.backends.db.SessionStore.save", no_space)

    response = ada.send()

    assert is_put_off(response)
    assert keeps_the_text(response)


def test_upload_that_finds_no_room_while_it_arrives_keeps_the_words(topic, settings, monkeypatch):
    """Files of more than 2 MB are written to a temporary file as they come in."""
    ada = Ada(topic)
    ada.pictures = [os.urandom(3 * 1024 * 1024)]

    def no_room(*args, **kwargs):
        file = tempfile.NamedTemporaryFile(*args, **kwargs)  # noqa: SIM115
        monkeypatch.setattr(file, "write", no_space)
        return file

    monkeypatch.setattr("django.core.files.temp.NamedTemporaryFile", no_room)
    response = ada.send()

    assert is_put_off(response)
    assert keeps_the_text(response)
    assert stored() == (0, 0, 0, 0)


def test_nearly_full_disk_pauses_asking_alone(topic, settings):
    ada = Ada(topic)
    waiting = factories.pending(email="ben@example.org")
    settings.DISK_FREE = 1.0
    put_off = ada.send()
    status = ada.client.get(waiting.get_private_url())
    reading = still_reads(topic)
    withdrawn = ada.client.post(f"{waiting.get_private_url()}withdraw/")
    erased = ada.client.post(f"{waiting.get_private_url()}erase/")
    settings.DISK_FREE = 0.0

    assert is_put_off(put_off)
    assert keeps_the_text(put_off)
    assert (status.status_code, reading) == (200, True)
    assert (withdrawn.status_code, erased.status_code) == (303, 303)
    assert is_received(ada.ask())


@pytest.mark.skipif(connection.vendor != "sqlite", reason="a page limit is a thing of SQLite")
def test_database_file_that_may_not_grow_puts_off_until_it_may(topic):
    with connection.cursor() as cursor:
        cursor.execute("VACUUM")
        cursor.execute("PRAGMA page_count")
        pages = cursor.fetchone()[0]
    ada = Ada(topic, pictures=1, body="It wakes me twice a week. " * 300)
    answers = []
    for more in range(100):
        with connection.cursor() as cursor:
            cursor.execute(f"PRAGMA max_page_count = {pages + more}")
        answers.append(ada.ask())
        assert half_written() == []
        assert still_reads(topic)
        if is_received(answers[-1]):
            break
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA max_page_count = 1073741823")

    assert len(answers) > 3
    assert all(is_put_off(answer) for answer in answers[:-1])
    assert stored() == (1, 1, 1, 1)


def test_nobody_waits_for_a_lock_for_more_than_twenty_seconds(db):
    with connection.cursor() as cursor:
        sqlite = connection.vendor == "sqlite"
        cursor.execute("PRAGMA busy_timeout" if sqlite else "SHOW lock_timeout")

        assert cursor.fetchone() == ((20_000,) if sqlite else ("20s",))


@pytest.fixture
def lock(transactional_db):
    """Another process that holds the write lock, which this one does not wait for."""
    parameters = connection.get_connection_params()
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            target = str(parameters["database"])
            cursor.execute("PRAGMA busy_timeout = 50")
        else:
            target = connection.connection.info.dsn
            cursor.execute("SET lock_timeout = '50ms'")
    holder = subprocess.Popen(
        [sys.executable, "-c", LOCK[connection.vendor], target],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    holder.stdout.readline()
    yield holder
    holder.communicate()
    connection.close()


def test_locked_database_puts_off_and_keeps_the_text(topic, lock):
    ada = Ada(topic)
    locked = ada.ask()
    reading = still_reads(topic)
    lock.communicate()

    assert is_put_off(locked)
    assert keeps_the_text(locked)
    assert reading
    assert is_received(ada.ask())
    assert stored() == (1, 1, 1, 0)
