"""Writers of SQLite wait in turn, and a turn ends with its transaction, however that ends."""

import sqlite3
from contextlib import contextmanager
from threading import Event, Thread

import pytest
from django.db import OperationalError
from django.db.utils import ConnectionHandler

from config.sqlite3 import base


@pytest.fixture
def path(tmp_path, django_db_blocker, monkeypatch):
    # The browser of other tests keeps an event loop in this thread, which waits for nothing here.
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "yes")
    with django_db_blocker.unblock():
        yield tmp_path / "turns.sqlite3"


@contextmanager
def connected(path, timeout=5):
    """A connection as settings.py makes them; it may be used by other threads."""
    options = {"transaction_mode": "IMMEDIATE", "timeout": timeout}
    databases = {"default": {"ENGINE": "config.sqlite3", "NAME": path, "OPTIONS": options}}
    connection = ConnectionHandler(databases).create_connection("default")
    connection.inc_thread_sharing()
    try:
        yield connection
    finally:
        connection.close()


def begin(connection):
    connection.set_autocommit(False, force_begin_transaction_with_broken_autocommit=True)


def is_somebodys(path) -> bool:
    return base._turns[str(path)].locked()


def test_second_writer_begins_when_the_first_has_ended(path):
    begun = Event()
    with connected(path) as first, connected(path) as second:
        begin(first)
        waiting = Thread(target=lambda: (begin(second), begun.set()))
        waiting.start()
        assert not begun.wait(0.2)
        first.commit()
        assert begun.wait(5)
        waiting.join()
        assert is_somebodys(path)
        second.rollback()
        assert not is_somebodys(path)


def test_turn_ends_with_its_connection(path):
    with connected(path) as connection:
        begin(connection)
    assert not is_somebodys(path)


def test_another_process_is_waited_for_until_patience_ends(path):
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with connected(path, timeout=0.1) as connection:
        with pytest.raises(OperationalError, match="database is locked"):
            begin(connection)
        assert not is_somebodys(path)
        connection.autocommit = True
        other.execute("ROLLBACK")
        begin(connection)
        assert is_somebodys(path)
        [patience] = connection.connection.execute("PRAGMA busy_timeout").fetchone()
        assert patience == 100  # milliseconds: what is written outside of transactions still waits
    other.close()


def test_thread_of_the_same_process_is_waited_for_until_patience_ends(path):
    with connected(path) as first, connected(path, timeout=0.1) as second:
        begin(first)
        with pytest.raises(OperationalError, match="database is locked"):
            begin(second)
        first.commit()
        assert not is_somebodys(path)


def test_no_reader_waits_for_a_writer_to_know_whether_there_is_json(path):
    """Which Django would try in a transaction of its own, in each connection."""
    with connected(path, timeout=0.1) as writer, connected(path, timeout=0.1) as reader:
        begin(writer)
        assert reader.features.supports_json_field
        assert reader.introspection.table_names() == []
        writer.rollback()
