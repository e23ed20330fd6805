"""Many threads, one moment."""

import threading
from concurrent.futures import ThreadPoolExecutor

from django.db import connections


def at_once(count: int, act) -> list:
    """What `act(number)` returned in each of `count` threads that were let go together.

    For tests with transaction=True; each thread closes its own database connection.
    """
    barrier = threading.Barrier(count)

    def run(number):
        barrier.wait()
        try:
            return act(number)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(run, range(count)))
