"""Limits that a decoder puts on itself before it reads a picture. Linux; elsewhere, what works.

A decoder keeps only its pipes: with no free file descriptor it can open neither file nor socket.
An own network namespace comes on top where the system lets an ordinary process make one (many
containers do not).
"""

import ctypes
import os
import resource
import signal
import sys

MEMORY = 512 * 1024 * 1024
CPU_SECONDS = 10
MAX_JOBS = 50
THREADS = 8  # libde265 decodes HEIC in a thread of its own
PR_SET_PDEATHSIG = 1
PR_SET_NO_NEW_PRIVS = 38
CLONE_NEWUSER = 0x10000000
CLONE_NEWNET = 0x40000000


def confine(parent: int, descriptors: int) -> dict[str, bool]:
    """Give up what decoding does not need; return which of the optional walls stand.

    `parent` is the process id of the web process, with which the decoder ends; `descriptors` is
    how many file descriptors are open, and stay the most.
    """
    # The namespace first: a change of credentials clears the parent-death signal.
    own_users = _libc_succeeds("unshare", CLONE_NEWUSER | CLONE_NEWNET)
    walls = {"network namespace": own_users or _libc_succeeds("unshare", CLONE_NEWNET)}
    walls["no new privileges"] = _prctl(PR_SET_NO_NEW_PRIVS, 1)
    walls["ends with parent"] = _prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        sys.exit("the parent has ended already")
    for limit, value in (
        ("RLIMIT_AS", MEMORY),
        ("RLIMIT_CORE", 0),
        ("RLIMIT_FSIZE", 0),
        ("RLIMIT_NOFILE", descriptors),
    ):
        walls[limit] = _limit(limit, value, value)
    # Outside an own user namespace this would count every process of the user, threads too.
    walls["RLIMIT_NPROC"] = own_users and _limit("RLIMIT_NPROC", THREADS, THREADS)
    walls["RLIMIT_CPU"] = _limit("RLIMIT_CPU", CPU_SECONDS, CPU_SECONDS * MAX_JOBS)
    return walls


def allow_one_picture() -> None:
    """Set the clock for the next picture: CPU_SECONDS from now, then SIGXCPU ends the process.

    The limit counts whole seconds of the process's life, so the allowance is rounded up.
    """
    used = resource.getrusage(resource.RUSAGE_SELF)
    seconds = int(used.ru_utime + used.ru_stime) + 1 + CPU_SECONDS
    hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
    _limit("RLIMIT_CPU", seconds if hard == resource.RLIM_INFINITY else min(seconds, hard), hard)


def _limit(name: str, soft: int, hard: int) -> bool:
    try:
        resource.setrlimit(getattr(resource, name), (soft, hard))
    except (AttributeError, ValueError, OSError):
        return False
    return True


def _prctl(option: int, value: int) -> bool:
    return _libc_succeeds("prctl", option, ctypes.c_ulong(value), *[ctypes.c_ulong(0)] * 3)


def _libc_succeeds(name: str, *arguments) -> bool:
    try:
        return getattr(ctypes.CDLL(None), name)(*arguments) == 0
    except AttributeError:
        return False
