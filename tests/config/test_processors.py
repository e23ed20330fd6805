"""A processor for each web process."""

import contextlib
import os
import socket
import threading

import pytest

from config import processors
from config.serve import never_interrupt

pytestmark = pytest.mark.skipif(not processors.ALL, reason="a call of Linux alone")


@pytest.fixture
def port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        yield probe.getsockname()[1]


def in_thread(call, *arguments):
    """What the call returns, and where the thread that made it may run then."""
    found = []
    thread = threading.Thread(
        target=lambda: found.append((call(*arguments), os.sched_getaffinity(0)))
    )
    thread.start()
    thread.join()
    return found[0]


def test_each_process_has_another_processor_and_one_too_many_has_all(port):
    number = len(processors.ALL)
    with contextlib.ExitStack() as claims:
        places = []
        for _ in range(number + 1):
            claim, place = in_thread(processors.keep_to_one, port, number + 1)
            places.append(place)
            if claim:
                claims.enter_context(claim)

    assert places == [{processor} for processor in sorted(processors.ALL)] + [processors.ALL]


def test_processor_is_free_again_when_its_process_has_ended(port):
    number = len(processors.ALL)
    claim, before = in_thread(processors.keep_to_one, port, number)
    claim.close()
    claim, after = in_thread(processors.keep_to_one, port, number)
    claim.close()

    assert before == after == {min(processors.ALL)}


def test_fewer_processes_than_processors_run_on_all(port):
    processes = len(processors.ALL) - 1
    assert in_thread(processors.keep_to_one, port, processes) == (None, processors.ALL)


def test_thread_may_run_on_any_again(port):
    def kept_and_released():
        with processors.keep_to_one(port, len(processors.ALL)):
            before = os.sched_getaffinity(0)
            processors.use_all()
            return before

    before, after = in_thread(kept_and_released)
    assert (len(before), after) == (1, processors.ALL)


def test_thread_that_must_be_prompt_runs_anywhere_and_when_it_is_woken(port):
    def kept_and_prompt():
        never_interrupt()
        with processors.keep_to_one(port, len(processors.ALL)):
            before = os.sched_getscheduler(0)
            processors.be_prompt()
            return before, os.sched_getscheduler(0)

    policies, place = in_thread(kept_and_prompt)
    assert policies == (os.SCHED_BATCH, os.SCHED_OTHER)
    assert place == processors.ALL
