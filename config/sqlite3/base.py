"""Django's SQLite, whose writers wait in turn.

SQLite lets one connection write at a time. The others sleep, each time for longer, up to a tenth of
a second (sqlite.org/c3ref/busy_timeout.html): under load the database is idle most of the time,
and some wait for seconds. Here the threads of a process queue up for their transactions, and the
first of them looks two thousand times a second whether another process has ended its own.
"""

import time
from collections import defaultdict
from functools import partial
from threading import Lock

from django.db.backends.sqlite3 import base, features
from django.db.utils import OperationalError

LOOK_EVERY = 0.0005  # seconds

_turns = defaultdict(Lock)  # of the threads of this process, by database


class DatabaseFeatures(features.DatabaseFeatures):
    # SQLite knows JSON since 3.38. Django tries it in each connection, in a transaction for which
    # a reader's page would wait until others have written.
    supports_json_field = True


class DatabaseWrapper(base.DatabaseWrapper):
    features_class = DatabaseFeatures
    _turn = None  # a lock, held from the beginning of a transaction to its end

    def _start_transaction_under_autocommit(self):
        [patience] = self.connection.execute("PRAGMA busy_timeout").fetchone()  # milliseconds
        deadline = time.monotonic() + patience / 1000
        turn = _turns[str(self.settings_dict["NAME"])]
        if not turn.acquire(timeout=patience / 1000):
            raise OperationalError("database is locked")
        try:
            with self.wrap_database_errors:
                self._begin(patience, deadline)
        except BaseException:
            turn.release()
            raise
        self._turn = turn

    def _begin(self, patience: int, deadline: float) -> None:
        """BEGIN, as soon as no other process writes. Raises OperationalError after the deadline."""
        self.connection.execute("PRAGMA busy_timeout = 0")
        begin = super()._start_transaction_under_autocommit
        try:
            while True:
                try:
                    return begin()
                except (OperationalError, base.Database.OperationalError) as error:
                    if "locked" not in str(error) or time.monotonic() > deadline:
                        raise
                time.sleep(LOOK_EVERY)
                # Without Django's cursor: many look in vain before one of them gets its turn.
                begin = partial(self.connection.execute, f"BEGIN {self.transaction_mode}")
        finally:
            self.connection.execute(f"PRAGMA busy_timeout = {patience}")

    def _end_turn(self) -> None:
        if self._turn:
            self._turn.release()
            self._turn = None

    def _commit(self):
        super()._commit()
        self._end_turn()

    def _rollback(self):
        try:
            super()._rollback()
        finally:
            self._end_turn()

    def _close(self):
        try:
            super()._close()
        finally:
            self._end_turn()
