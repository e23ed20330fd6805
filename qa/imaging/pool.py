"""A few warm decoders, shared by the threads of a web process."""

import contextlib
import os
import threading
from concurrent.futures import ThreadPoolExecutor

from .refusals import DecoderUnavailable
from .sandbox import Decoder

POOL_SIZE = 2
QUEUE_SECONDS = 60
# More than these wait for no decoder: less than half of all workers there may be
# (config/threads.py).
QUEUE_LENGTH = 16
# Goes around a wait for a decoder. A web process sets it, to let others work meanwhile.
aside = contextlib.nullcontext


class Pool:
    """At most `size` decoders, started when needed, kept while usable; first come, first served.

    Each decoder belongs to a lasting thread: the kernel ends it with the thread that started it,
    and a web server's own threads come and go. A request that is broken off leaves its job to
    that thread, so no reply can be taken for another picture's.
    """

    def __init__(self, size: int = POOL_SIZE) -> None:
        self._threads = ThreadPoolExecutor(size, thread_name_prefix="decoder")
        self._own = threading.local()
        self._room = threading.BoundedSemaphore(size + QUEUE_LENGTH)

    def run(self, head: dict, data: bytes) -> tuple[dict, list[bytes]]:
        """Have the next free decoder do one job; see `run` of this module."""
        if not self._room.acquire(blocking=False):
            raise DecoderUnavailable("Too many pictures wait for a decoder.")
        job = self._threads.submit(self._run, head, data)
        job.add_done_callback(lambda _: self._room.release())
        try:
            with aside():
                return job.result(QUEUE_SECONDS)
        except TimeoutError:
            job.cancel()
            raise DecoderUnavailable("Every picture decoder is busy.") from None

    def _run(self, head: dict, data: bytes) -> tuple[dict, list[bytes]]:
        decoder = self._decoder()
        try:
            return decoder.run(head, data)
        finally:
            if not decoder.usable:
                decoder.end()

    def _decoder(self) -> Decoder:
        """Return this thread's decoder, a new one if there is none that can be used."""
        decoder = getattr(self._own, "decoder", None)
        if decoder is None or not decoder.usable:
            decoder = self._own.decoder = Decoder.start()
        return decoder

    def close(self) -> None:
        """Finish what is running, then end the threads and with them the decoders."""
        self._threads.shutdown(cancel_futures=True)


_lock = threading.Lock()
_shared: Pool | None = None


def run(head: dict, data: bytes) -> tuple[dict, list[bytes]]:
    """Have one of this process's decoders do one job; return its reply.

    Raises ImageRefused when the picture cannot be decoded within the limits, DecoderUnavailable
    when no decoder can be had.
    """
    return _shared_pool().run(head, data)


def _shared_pool() -> Pool:
    global _shared
    with _lock:
        if _shared is None:
            _shared = Pool()
        return _shared


def _forget_after_fork() -> None:
    """Let a forked process start decoders of its own: two users of one pipe mix up pictures."""
    global _lock, _shared
    _lock, _shared = threading.Lock(), None


os.register_at_fork(after_in_child=_forget_after_fork)
