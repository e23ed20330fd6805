"""A mail server in trouble while ten questions a minute come in: nothing lost, nothing doubled.

The server is real and on loopback; the hour is simulated, by a clock that the test sets.
"""

import socket
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from outbox import worker
from outbox.mail import queue
from outbox.models import Message
from tests.outbox.postoffice import DROP, free_port, open_office

pytestmark = pytest.mark.django_db
EVERY = 6  # seconds between two questions
BACK_WITHIN = 300  # seconds from the server's return to the last delivery


class Clock:
    def __init__(self, monkeypatch):
        self.seconds, self.start = 0.0, datetime(2026, 3, 1, 12, tzinfo=UTC)
        monkeypatch.setattr(timezone, "now", lambda: self.start + timedelta(seconds=self.seconds))
        monkeypatch.setattr(worker.time, "monotonic", lambda: self.seconds)
        monkeypatch.setattr(worker, "close_old_connections", lambda: None)


class Refusing:
    """Nobody listens."""

    options = {}

    def __enter__(self):
        self.port = free_port()
        return self

    def __exit__(self, *args):
        pass


class Silent(Refusing):
    """Takes the connection and never says a word."""

    def __enter__(self):
        self.socket = socket.create_server(("127.0.0.1", 0), backlog=1000)
        self.port = self.socket.getsockname()[1]
        return self

    def __exit__(self, *args):
        self.socket.close()


class Answering(Refusing):
    """Gives one answer to everything at one stage."""

    def __init__(self, stage, reply, **options):
        self.stage, self.reply, self.options = stage, reply, options

    def __enter__(self):
        self.office = open_office(free_port())
        self.office.answer = lambda stage, address: self.reply if stage == self.stage else None
        self.port = self.office.controller.port
        return self

    def __exit__(self, *args):
        self.office.controller.stop()


TROUBLES = {
    "refusing": Refusing(),
    "silent": Silent(),
    "421": Answering("rcpt", "421 come back later"),
    "454": Answering("mail", "454 temporary failure"),
    "no TLS": Answering("", "", use_tls=True),
    "no TLS at all": Answering("", "", use_ssl=True),
}


@pytest.fixture
def deliver_to(settings):
    """Set where mail is delivered to: a port, and options of the connection."""
    settings.RECURRING = []
    settings.DELIVERY_EMAIL_BACKEND = "outbox.smtp.SmtpBackend"

    def set_to(port, **options):
        where = {"host": "127.0.0.1", "port": port, "timeout": 0.1, **options}
        settings.DELIVERY_EMAIL_OPTIONS = where

    return set_to


def questions(it, clock, seconds: int) -> list[str]:
    """Let people ask for so long, while the worker tries; return their addresses."""
    addresses = []
    for number in range(seconds // EVERY):
        address = f"asker{number}@example.org"
        queue(to=address, subject="We have your question", text="Thank you.\n", purpose="test")
        addresses.append(address)
        clock.seconds += EVERY
        it.turn()
    return addresses


def recover(it, clock, office) -> float:
    """The server is back; return the seconds until everything is delivered."""
    back = clock.seconds
    while Message.objects.exclude(status="sent").exists():
        assert clock.seconds - back <= BACK_WITHIN, Counter(
            Message.objects.values_list("status", "attempts", "last_error")
        )
        clock.seconds += 0 if it.turn() == 0 else 1
    return clock.seconds - back


def outage(name, seconds, deliver_to, clock):
    it, trouble = worker.Worker(), TROUBLES[name]
    with trouble:
        deliver_to(trouble.port, **trouble.options)
        asked = questions(it, clock, seconds)
    assert not Message.objects.filter(status__in=["sent", "failed", "unknown"]).exists()
    office = open_office(free_port())
    try:
        deliver_to(office.controller.port)
        took = recover(it, clock, office)
    finally:
        office.controller.stop()
    assert Counter(office.addresses) == Counter(asked)
    tell(name, seconds, asked, took)


def tell(name, seconds, asked, took) -> None:
    print(
        f"\n| trouble | minutes | mails | lost | doubled | all delivered after |"
        f"\n| {name} | {seconds // 60} | {len(asked)} | 0 | 0 | {took:.0f} s |"
    )


@pytest.fixture
def clock(monkeypatch):
    return Clock(monkeypatch)


@pytest.mark.parametrize("name", TROUBLES)
def test_ten_minutes_of_trouble_lose_and_double_nothing(name, deliver_to, clock):
    outage(name, 600, deliver_to, clock)


@pytest.mark.slow
@pytest.mark.parametrize("name", TROUBLES)
def test_an_hour_of_trouble_loses_and_doubles_nothing(name, deliver_to, clock):
    outage(name, 3600, deliver_to, clock)


@pytest.mark.parametrize("seconds", [300, pytest.param(3600, marks=pytest.mark.slow)])
def test_a_server_that_drops_what_it_took_gets_the_same_mail_again(seconds, deliver_to, clock):
    """The gap that SMTP leaves: repeated under the same Message-ID, and not for ever."""
    it = worker.Worker()
    with Answering("data", DROP) as trouble:
        deliver_to(trouble.port)
        asked = questions(it, clock, seconds)
    office = open_office(free_port())
    try:
        deliver_to(office.controller.port)
        took = recover(it, clock, office)
    finally:
        office.controller.stop()
    seen = trouble.office.seen + office.seen
    assert Counter(office.addresses) == Counter(asked)
    assert len({(address, mail["Message-ID"]) for address, mail in seen}) == len(asked)
    assert max(Counter(address for address, _ in seen).values()) <= 8
    tell("drops what it took", seconds, asked, took)
