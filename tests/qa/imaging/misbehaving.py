"""A decoder with bad habits: run instead of the real one, it shows what the walls hold."""

import os
import signal
import socket
import subprocess
import sys
import time

from qa.imaging import confinement, decoder

confinement.CPU_SECONDS = 1


def spin(*_):
    while True:
        pass


def sleep(*_):
    time.sleep(60)


def eat(*_):
    return {"eaten": len(bytearray(600 * 1024 * 1024))}, []


def crash(*_):
    os.kill(os.getpid(), signal.SIGSEGV)


def babble(*_):
    os.write(3, b"\xff\xff\xff\xffnonsense")
    return {}, []


def escape(*_):
    return {"open": attempt(open, __file__), "socket": attempt(socket.socket)}, []


def surroundings(*_):
    return {"environment": sorted(os.environ)}, []


def start_program(*_):
    return {"program": attempt(subprocess.run, [sys.executable, "-c", ""])}, []


def attempt(act, *arguments):
    try:
        act(*arguments)
    except OSError as error:
        return type(error).__name__
    return "done"


HABITS = (spin, sleep, eat, crash, babble, escape, surroundings, start_program)

if __name__ == "__main__":
    decoder.JOBS.update({habit.__name__: habit for habit in HABITS})
    decoder.main()
