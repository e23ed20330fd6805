"""Connections go from request to request."""

from threading import Thread

from django.db import DEFAULT_DB_ALIAS, connections

from config.connections import borrowed


def in_a_thread(work) -> list:
    """What `work` returned, in a thread that has no connection of its own."""
    found = []
    thread = Thread(target=lambda: found.append(work()))
    thread.start()
    thread.join()
    return found


def used():
    with borrowed():
        return connections[DEFAULT_DB_ALIAS]


def used_by_two_at_once():
    with borrowed():
        first = connections[DEFAULT_DB_ALIAS]
        [second] = in_a_thread(used)
    return first, second


def left_behind():
    used()
    return connections.all(initialized_only=True)


def test_next_thread_gets_the_connection_that_was_used_last():
    [first] = in_a_thread(used)
    assert in_a_thread(used) == [first]


def test_two_at_once_have_different_connections():
    [(first, second)] = in_a_thread(used_by_two_at_once)
    assert first is not second
    assert in_a_thread(used) == [first]


def test_a_thread_keeps_none():
    assert in_a_thread(left_behind) == [[]]
