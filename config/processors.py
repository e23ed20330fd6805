"""Which processors a web process runs on (docs/adr/0030; Linux: sched_setaffinity(2)).

Python runs one thread of a process at a time, so where there are as many web processes as
processors, each has one to itself: its threads hand a request on without waking another processor,
and none waits for the interpreter while another has it.
"""

import contextlib
import os
import socket

ALL = os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else set()


def keep_to_one(port: int, processes: int) -> socket.socket | None:
    """Keep this thread, and those that it starts, on a processor that no sibling has.

    Siblings are the `processes` that answer at `port`; where they are fewer than the processors,
    or somebody else has the last one, nothing changes. The claim ends with what is returned.
    """
    for processor in sorted(ALL) if processes >= len(ALL) else ():
        claim = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        with contextlib.suppress(OSError):
            claim.bind(f"\0askwell-{port}-processor-{processor}")  # unix(7): abstract, no file
            os.sched_setaffinity(0, {processor})
            return claim
        claim.close()
    return None


def use_all() -> None:
    """Let this thread, and those that it starts, run on any processor again."""
    with contextlib.suppress(OSError, AttributeError):
        os.sched_setaffinity(0, ALL)


def be_prompt() -> None:
    """Let this thread run anywhere, and as soon as it is woken, whoever else has work to do."""
    use_all()
    with contextlib.suppress(OSError, AttributeError):
        os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0))
