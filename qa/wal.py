"""SQLite's write-ahead log keeps what was deleted, in older copies of pages, until it is emptied.

`PRAGMA secure_delete` overwrites words in the database's file alone (sqlite.org/pragma.html).
"""

import logging

from django.db import Error, connection

PATIENCE = 300  # milliseconds to wait for whoever writes, and again for whoever reads

logger = logging.getLogger(__name__)


def empty() -> bool:
    """Move the log into the database's file and cut it to nothing; True where that was done, or
    there is no such log.

    Whoever reads for long is not waited for: the worker tries again (settings.RECURRING). Never
    raises what the database says, since it is called after a commit.
    """
    if connection.vendor != "sqlite" or connection.in_atomic_block:
        return connection.vendor != "sqlite"
    try:
        return _checkpoint()
    except Error as error:
        logger.warning("SQLite's log could not be emptied (%s).", type(error).__name__)
        return False


def _checkpoint() -> bool:
    with connection.cursor() as cursor:
        [timeout] = cursor.execute("PRAGMA busy_timeout").fetchone()
        cursor.execute(f"PRAGMA busy_timeout = {PATIENCE}")
        try:
            [busy, *_] = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        finally:
            cursor.execute(f"PRAGMA busy_timeout = {timeout}")
    return not busy
