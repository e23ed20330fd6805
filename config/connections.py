"""Database connections that go from request to request instead of belonging to threads.

The threads that run the application come and go (config/threads.py). If each kept a connection,
many a request would meet another, whose caches know nothing of what was just read.
"""

import threading
from contextlib import contextmanager

from django.db import DEFAULT_DB_ALIAS, connections

idle: list = []  # the one used last at the end
lock = threading.Lock()


@contextmanager
def borrowed():
    """The thread works with the connection that was used last and is free, until the block ends."""
    with lock:
        connection = idle.pop() if idle else None
    if connection is None:
        connection = connections.create_connection(DEFAULT_DB_ALIAS)
        connection.inc_thread_sharing()  # one thread at a time, but not always the same
    connections[DEFAULT_DB_ALIAS] = connection
    try:
        yield
    finally:
        del connections[DEFAULT_DB_ALIAS]
        with lock:
            idle.append(connection)
