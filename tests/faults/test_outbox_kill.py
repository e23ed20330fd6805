"""A letter to many, while its senders are killed (-9) again and again.

Nobody is lost; nobody gets two, but for the one gap that SMTP leaves open, and whoever was in that
gap is listed for a person to decide.
"""

import contextlib
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from datetime import timedelta

import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone

from accounts.models import User
from newsletter.models import Issue, Subscriber
from outbox.claims import CLAIM_LEASE
from outbox.models import Message
from tests.faults.target import children
from tests.newsletter import cast
from tests.outbox.postoffice import free_port, open_office
from tests.site import ROOT

pytestmark = pytest.mark.django_db(transaction=True)
SENDERS = 2
PATIENCE = 30  # seconds without a mail after a kill, at most


class Nursery:
    """Two senders by mistake, and somebody who kills one at the worst moments."""

    def __init__(self, port: int, kills: int, every: int):
        self.killed, self.kills, self.every = 0, kills, every
        self.random, self.lock = random.Random(7), threading.Lock()
        self.seen, self.last_kill, self.longest = 0, None, 0.0
        environment = dict(os.environ) | {
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "DATABASE_URL": database(),
            "VAR_DIR": str(settings.VAR_DIR),
            "EMAIL_URL": f"smtp://127.0.0.1:{port}",
        }
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.sender", str(SENDERS)],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        threading.Thread(target=self.count_killed, daemon=True).start()

    def count_killed(self) -> None:
        """Only those count that were alive, as their parent tells."""
        for line in self.process.stdout:
            self.killed += line == "killed\n"

    def on_data(self, address: str) -> None:
        """The server has a mail and has not yet answered: this is the gap."""
        with self.lock:
            self.seen += 1
            if self.last_kill:
                self.longest = max(self.longest, time.monotonic() - self.last_kill)
                self.last_kill = None
            if self.seen % self.every or self.killed >= self.kills:
                return
        if self.random.random() < 0.5:
            self.kill()
        else:
            threading.Timer(self.random.uniform(0, 0.02), self.kill).start()

    def kill(self) -> None:
        senders = children(self.process.pid)
        with contextlib.suppress(ProcessLookupError, IndexError):
            os.kill(self.random.choice(senders), signal.SIGKILL)
        self.last_kill = time.monotonic()

    def stop(self) -> None:
        self.process.stdin.close()
        self.process.wait(10)


def database() -> str:
    """The tests' own database, as a sender is told of it."""
    given = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{given['NAME']}"
    who = f"{given['USER']}:{given['PASSWORD']}" if given["PASSWORD"] else given["USER"]
    return f"postgres://{who}@{given['HOST']}:{given['PORT'] or 5432}/{given['NAME']}"


def readers(count: int) -> None:
    now = timezone.now()
    Subscriber.objects.bulk_create(
        Subscriber(email=f"reader{number}@example.org", status="confirmed", confirmed_at=now)
        for number in range(count)
    )


def finished(issue: Issue) -> bool:
    issue.refresh_from_db()
    return bool(issue.queued_at) and issue.progress.left == 0


def wait_for(condition, seconds: float) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not finish by itself"
        time.sleep(0.1)


def run(count: int, kills: int, seconds: float) -> None:
    readers(count)
    owner = User.objects.create_superuser("owner@example.org")
    issue = cast.issue(status="sent", sent_at=timezone.now(), audience_at=timezone.now())
    office = open_office(free_port())
    nursery = Nursery(office.controller.port, kills, every=count * 9 // (kills * 10))
    office.on_data = nursery.on_data
    started = time.monotonic()
    try:
        wait_for(lambda: finished(issue), seconds)
        took = time.monotonic() - started
        first = Counter(office.addresses)
        states = dict(issue.mails.values_list("to", "status"))
        unknown = {address for address, status in states.items() if status == "unknown"}

        assert nursery.killed >= kills
        assert len(states) == count
        assert set(states.values()) <= {"sent", "unknown"}
        assert {
            address for address in states if address not in unknown and first[address] != 1
        } == set()
        assert max(first.values()) == 1
        assert len(unknown) <= nursery.killed
        assert nursery.longest < PATIENCE

        assert issue.send_unknown(by=owner) == len(unknown)
        wait_for(lambda: finished(issue), 60)
    finally:
        nursery.stop()
        office.controller.stop()
    again = Counter(office.addresses)
    assert {a for a in states if again[a] != first[a] + (a in unknown)} == set()
    assert set(issue.mails.values_list("status", flat=True)) == {"sent"}
    print(
        f"\n| letters | kills | lost | doubled | uncertain, listed | longest silence | seconds |"
        f"\n| {count} | {nursery.killed} | 0 | 0 | {len(unknown)} | {nursery.longest:.1f} s"
        f" | {took:.0f} |"
    )


def test_a_letter_to_500_survives_25_kills():
    run(500, 25, seconds=120)
    # The real lease, which is longer than that of these senders, leaves time for the rest.
    assert timedelta(seconds=0) < CLAIM_LEASE <= timedelta(seconds=20)
    assert Message.objects.filter(attempts=0).count() == 0


@pytest.mark.slow
def test_a_letter_to_10000_survives_500_kills():
    run(10_000, 500, seconds=800)
