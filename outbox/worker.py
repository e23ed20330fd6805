"""The loop behind `manage.py worker`: deliver mail, run what recurs, survive what breaks."""

import logging
import os
import pkgutil
import socket
import threading
import time

from django.conf import settings
from django.db import Error as DatabaseError
from django.db import close_old_connections

from .delivery import deliver_due
from .pace import next_pause

POLL = 1  # seconds between looks when there is nothing to do
FIRST_WAIT, LONGEST_WAIT = 1, 30  # seconds, while the database is away

logger = logging.getLogger(__name__)


class Job:
    """A callable by dotted path (methods of classes too), due at the start, then periodically."""

    def __init__(self, path, seconds):
        self.path = path
        self.seconds = seconds
        self.due_at = 0

    def run_if_due(self, now):
        """Call it if `now` (monotonic seconds) has come; log, never raise, its errors."""
        if now < self.due_at:
            return
        self.due_at = now + self.seconds
        try:
            pkgutil.resolve_name(self.path)()
        except Exception:
            logger.exception("The recurring job %s failed.", self.path)


class Worker:
    """Runs until `stop`, a threading.Event, is set. Any number may run at once.

    `recurring` is the list of what runs by itself; a further connection of the same process has
    none.
    """

    def __init__(self, stop=None, recurring=None):
        self.stop = stop or threading.Event()
        self.id = f"{socket.gethostname()}:{os.getpid()}"
        recurring = settings.RECURRING if recurring is None else recurring
        self.jobs = [Job(path, seconds) for path, seconds in recurring]
        self.mail_pause, self.mail_at = 0, 0
        self.database_wait = 0

    def run(self):
        while not self.stop.is_set():
            self.stop.wait(self.turn())

    def run_once(self):
        """Everything that is due now, the recurring jobs first, since they may write mail."""
        self.run_jobs()
        while self.deliver() and not self.stop.is_set():
            pass

    def turn(self):
        """One look at everything; return the seconds to wait for the next."""
        try:
            busy = time.monotonic() >= self.mail_at and self.deliver()
            self.run_jobs()
            self.database_wait = 0
            return 0 if busy else POLL
        except Exception as error:
            return self.back_off(error)
        finally:
            close_old_connections()

    def run_jobs(self):
        for job in self.jobs:
            if not self.stop.is_set():
                job.run_if_due(time.monotonic())

    def deliver(self):
        """One round; return whether another may follow at once."""
        counts = deliver_due(worker_id=self.id, stop=self.stop)
        self.pause_mail(counts)
        return counts.claimed > 0 and not counts.stopped

    def pause_mail(self, counts):
        """Slow down for a mail server that is away or busy; recover with the first success."""
        if not counts.stopped:
            self.mail_pause = 0
        else:
            self.mail_pause = next_pause(self.mail_pause, counts.sent)
        self.mail_at = time.monotonic() + self.mail_pause

    def back_off(self, error):
        self.database_wait = min(max(FIRST_WAIT, 2 * self.database_wait), LONGEST_WAIT)
        known = isinstance(error, DatabaseError)
        logger.error(
            "The worker waits %d s after %s.",
            *(self.database_wait, type(error).__name__),
            exc_info=None if known else error,
        )
        return self.database_wait
