"""Senders that are killed: a nursery forks as many as it is told, and forks anew when one dies.

`python -m tests.faults.sender 2` with the environment of a site. Leases are as short as the test
needs; everything else is the worker's own code. Says "killed" for each one that died of it, and
ends when its standard input does.
"""

import os
import signal
import sys
import threading
from datetime import timedelta

import django


def main(count: int) -> None:
    django.setup()
    from django.db import connections

    import outbox.claims

    outbox.claims.CLAIM_LEASE, outbox.claims.COMMANDS = timedelta(seconds=1), 1
    connections.close_all()
    threading.Thread(target=end_with_input, daemon=True).start()
    alive = set()
    while True:
        while len(alive) < count:
            alive.add(fork())
        pid, status = os.wait()
        alive.discard(pid)
        if os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL:
            print("killed", flush=True)


def end_with_input() -> None:
    sys.stdin.buffer.read()
    os.killpg(0, signal.SIGKILL)


def fork() -> int:
    pid = os.fork()
    if pid == 0:
        try:
            send()
        finally:
            os._exit(1)
    return pid


def send() -> None:
    """What the worker does for letters: queue what is not queued, deliver what is due."""
    from newsletter import housekeeping
    from outbox import worker

    worker.POLL = 0.05
    worker.settings.RECURRING = [("newsletter.housekeeping.finish_sending", 0.2)]
    assert housekeeping
    worker.Worker().run()


if __name__ == "__main__":
    os.setpgrp()
    main(int(sys.argv[1]))
