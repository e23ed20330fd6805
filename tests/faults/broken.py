"""A disk and a database that fail at the N-th thing asked of them."""

import errno
import os
from contextlib import contextmanager

from django.db import OperationalError, connection

WORDS = {errno.ENOSPC: "No space left on device", errno.EIO: "Input/output error"}


class Disk:
    """Counts every file made, written, synced or renamed below `folder`, and fails the N-th."""

    def __init__(self, monkeypatch, folder):
        self.folder, self.mkdir = str(folder), os.mkdir
        self.countdown, self.number, self.failed = 0, 0, False
        for name in ("mkdir", "rename", "replace"):
            monkeypatch.setattr(os, name, self._guarded(getattr(os, name)))
        monkeypatch.setattr(os, "open", self._opening(os.open))
        monkeypatch.setattr(os, "fsync", self._syncing(os.fsync))
        monkeypatch.setattr(os, "fdopen", self._writing(os.fdopen))

    def fail(self, countdown: int, number: int = errno.ENOSPC) -> None:
        """Fail the `countdown`-th operation from now on with the error `number`; 0 for none."""
        self.countdown, self.number, self.failed = countdown, number, False

    def step(self) -> None:
        self.countdown -= 1
        if self.countdown == 0:
            self.failed = True
            raise OSError(self.number, WORDS[self.number])

    def _guarded(self, function):
        def guarded(path, *args, **kwargs):
            there = function is self.mkdir and os.path.isdir(path)  # nothing would be written
            if str(path).startswith(self.folder) and not there:
                self.step()
            return function(path, *args, **kwargs)

        return guarded

    def _opening(self, function):
        def opening(path, flags, *args, **kwargs):
            if str(path).startswith(self.folder) and flags & os.O_CREAT:
                self.step()
            return function(path, flags, *args, **kwargs)

        return opening

    def _syncing(self, function):
        def syncing(descriptor):
            self.step()
            return function(descriptor)

        return syncing

    def _writing(self, function):
        def writing(descriptor, mode="r", *args, **kwargs):
            file = function(descriptor, mode, *args, **kwargs)
            return Writes(self, file) if "w" in mode else file

        return writing


class Writes:
    """A file whose bytes reach the disk when it is flushed or closed, as buffered ones do."""

    def __init__(self, disk, file):
        self.disk, self.file = disk, file

    def __getattr__(self, name):
        return getattr(self.file, name)

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.close()

    def write(self, data):
        return self.file.write(data)

    def close(self):
        self.file.close()
        self.disk.step()


class Database:
    """Fails the N-th statement, and those after it if `away`; a commit counts as one."""

    def __init__(self, monkeypatch):
        self.countdown, self.failed, self.away = 0, False, False
        monkeypatch.setattr(connection, "_commit", self._committing(connection._commit))

    def fail(self, countdown: int, *, away: bool = False) -> None:
        self.countdown, self.failed, self.away = countdown, False, away

    def step(self) -> None:
        self.countdown -= 1
        if self.countdown == 0 or (self.away and self.failed):
            self.failed = True
            raise OperationalError("database or disk is full")

    def _committing(self, commit):
        def committing():
            self.step()
            return commit()

        return committing

    @contextmanager
    def watched(self):
        def watch(execute, *args):
            self.step()
            return execute(*args)

        with connection.execute_wrapper(watch):
            yield
