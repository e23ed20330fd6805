"""One decoder process, as the web process sees it.

Nothing in the web process decodes. A decoder is an own program with an almost empty environment,
held to the limits of confinement.py and killed from here when a picture takes too long.
"""

import contextlib
import logging
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

from . import wire
from .confinement import MAX_JOBS
from .refusals import DAMAGED, REASONS, TOO_SLOW, DecoderUnavailable, ImageRefused

logger = logging.getLogger(__name__)

WALL_SECONDS = 20
ROOT = Path(__file__).resolve().parents[2]
ENVIRONMENT = {"PYTHONPATH": str(ROOT), "LC_ALL": "C.UTF-8", "MALLOC_ARENA_MAX": "1"}
COMMAND = [sys.executable, "-P", "-s", "-B", "-m", "qa.imaging.decoder"]
BROKEN_OFF = (OSError, EOFError, ValueError, KeyError, TypeError, AttributeError)


class Decoder:
    """A decoder process. Used by one thread at a time, the one that started it."""

    def __init__(self, process: subprocess.Popen) -> None:
        self.process = process
        self.jobs_left = MAX_JOBS
        self.timed_out = False
        self.walls: dict[str, bool] = {}

    @classmethod
    def start(cls) -> "Decoder":
        """Return a decoder that is ready for work; raise DecoderUnavailable if there is none."""
        try:
            decoder = cls(_spawn())
        except OSError as error:
            raise DecoderUnavailable("The picture decoder does not start.") from error
        decoder._await_ready()
        return decoder

    def _await_ready(self) -> None:
        try:
            with self._deadline():
                self.walls = wire.receive(self.process.stdout)[0]["walls"]
        except BROKEN_OFF as error:
            self.end()
            raise DecoderUnavailable("The picture decoder does not start.") from error

    def run(self, head: dict, data: bytes) -> tuple[dict, list[bytes]]:
        """Return the reply to one job; raise ImageRefused, and end, on any trouble."""
        self.jobs_left -= 1
        try:
            with self._deadline():
                wire.send(self.process.stdin, head, [data])
                reply, blobs = wire.receive(self.process.stdout)
        except BROKEN_OFF:
            raise ImageRefused(self._post_mortem()) from None
        if "refused" in reply:
            # What a damaged picture did to a decoder's memory, the next picture shall not meet.
            self.end()
            logger.info("picture refused: %r %r", reply["refused"], reply.get("error"))
            raise ImageRefused(REASONS.get(str(reply["refused"]), DAMAGED))
        return reply, blobs

    @contextlib.contextmanager
    def _deadline(self):
        timer = threading.Timer(WALL_SECONDS, self._time_out)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()
            timer.join()

    def _time_out(self) -> None:
        self.timed_out = True
        self.process.kill()

    def _post_mortem(self) -> str:
        """Return the sentence for a picture with which the process ended."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(1)
        self.end()
        logger.warning("picture decoder ended with status %s", self.process.returncode)
        slow = self.timed_out or self.process.returncode == -signal.SIGXCPU
        return TOO_SLOW if slow else DAMAGED

    @property
    def usable(self) -> bool:
        """Whether the process lives and may take another picture."""
        worn = self.timed_out or self.jobs_left < 1
        return not worn and self.process.poll() is None

    def end(self) -> None:
        """Kill the process and wait for it; harmless when it has ended already."""
        self.process.kill()
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout):
            with contextlib.suppress(OSError):
                pipe.close()


def _spawn() -> subprocess.Popen:
    return subprocess.Popen(  # noqa: S603  a constant command
        [*COMMAND, str(os.getpid())],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=ENVIRONMENT,
        cwd="/",
        close_fds=True,
        start_new_session=True,  # Ctrl-C in a terminal is the web process's to handle
    )
