import os
import signal
import threading

import pytest
from django.core.management import call_command
from django.db import OperationalError

from outbox import worker
from outbox.delivery import Counts
from outbox.mail import queue
from outbox.models import Message
from outbox.worker import Worker
from tests.outbox.conftest import write_mail
from tests.outbox.postoffice import DROP

HERE = "tests.outbox.test_worker"
calls = []


def note():
    calls.append("note")


def write_a_mail():
    queue(to="ben@example.org", subject="Weekly", text="Hello", purpose="test")


def break_down():
    raise RuntimeError("broken job")


class Keeper:
    @classmethod
    def tidy(cls):
        calls.append(cls.__name__)


@pytest.fixture(autouse=True)
def no_calls():
    calls.clear()


@pytest.fixture(autouse=True)
def keep_connection(monkeypatch):
    """A test's own transaction would look to Django like one that was forgotten."""
    monkeypatch.setattr(worker, "close_old_connections", lambda: None)


class Clock:
    """Monotonic seconds that pass only when told."""

    def __init__(self, monkeypatch):
        self.now = 1000.0
        monkeypatch.setattr(worker.time, "monotonic", lambda: self.now)


@pytest.fixture
def clock(monkeypatch):
    return Clock(monkeypatch)


def test_worker_once_does_everything_that_is_due(smtp, write, settings):
    settings.RECURRING = [(f"{HERE}.{job}", 60) for job in ("break_down", "note", "write_a_mail")]
    for number in range(60):
        write(to=f"reader{number}@example.org")

    call_command("worker", "--once")

    assert len(smtp.addresses) == 61
    assert "ben@example.org" in smtp.addresses
    assert calls == ["note"]
    assert set(Message.objects.values_list("status", flat=True)) == {"sent"}


def test_worker_once_ends_although_the_server_is_away(smtp_port, write):
    write()
    call_command("worker", "--once")
    assert Message.objects.get().status == "queued"


def test_a_broken_job_is_logged_and_stops_nothing(db, settings, clock, caplog):
    settings.RECURRING = [(f"{HERE}.missing", 60), (f"{HERE}.break_down", 60), (f"{HERE}.note", 60)]

    assert Worker().turn() == worker.POLL

    assert calls == ["note"]
    assert [record.getMessage() for record in caplog.records] == [
        f"The recurring job {HERE}.missing failed.",
        f"The recurring job {HERE}.break_down failed.",
    ]


def test_a_job_runs_at_the_start_and_then_when_due(db, settings, clock):
    settings.RECURRING = [(f"{HERE}.note", 60), (f"{HERE}.Keeper.tidy", 3600)]
    it = Worker()
    for seconds in (0, 59, 1, 30, 30):
        clock.now += seconds
        it.turn()
    assert calls == ["note", "Keeper", "note", "note"]


def test_the_loop_survives_a_database_that_is_away(db, settings, clock, monkeypatch, caplog):
    def away(**kwargs):
        raise OperationalError("connection to ada@example.org refused")

    it = Worker()
    monkeypatch.setattr(worker, "deliver_due", away)
    assert [it.turn() for _ in range(7)] == [1, 2, 4, 8, 16, 30, 30]
    assert "example.org" not in caplog.text

    monkeypatch.setattr(worker, "deliver_due", lambda **kwargs: Counts())
    assert it.turn() == worker.POLL
    assert it.database_wait == 0


def test_the_loop_pauses_for_a_mail_server_that_is_away(db, clock, monkeypatch):
    rounds = []

    def away(**kwargs):
        rounds.append(clock.now - 1000)
        return Counts(claimed=1, stopped="ConnectionRefusedError")

    monkeypatch.setattr(worker, "deliver_due", away)
    it = Worker()
    for _ in range(600):
        it.turn()
        clock.now += 1
    assert rounds == [0, 10, 30, 70, 150, 270, 390, 510]


def test_the_loop_is_soon_back_when_the_server_took_some(db, clock, monkeypatch):
    monkeypatch.setattr(
        worker, "deliver_due", lambda **kwargs: Counts(2, sent=1, stopped="SMTP 421")
    )
    it = Worker()
    it.mail_pause = 120
    it.turn()
    assert it.mail_at - clock.now == 5


def test_the_loop_goes_on_at_once_while_there_is_mail(smtp, write, clock):
    write()
    it = Worker()
    assert [it.turn(), it.turn()] == [0, worker.POLL]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_stops_the_loop_after_the_current_mail(smtp, number):
    stopped = threading.Event()

    def kill(address):
        os.kill(os.getpid(), number)
        stopped.wait(timeout=0.2)  # let the handler's thread run before the server answers

    smtp.on_data = kill
    before = signal.getsignal(number)
    write_mail("ada@example.org")
    write_mail("ben@example.org")

    call_command("worker")

    assert smtp.addresses == ["ada@example.org"]
    assert dict(Message.objects.values_list("to", "status")) == {
        "ada@example.org": "sent",
        "ben@example.org": "queued",
    }
    assert signal.getsignal(number) is before


@pytest.mark.django_db(transaction=True)
def test_a_signal_ends_an_idle_wait_at_once(monkeypatch):
    monkeypatch.setattr(worker, "POLL", 20)
    turn = Worker.turn

    def kill_soon(self):
        threading.Timer(0, os.kill, (os.getpid(), signal.SIGTERM)).start()
        return turn(self)

    monkeypatch.setattr(Worker, "turn", kill_soon)
    started = os.times().elapsed
    call_command("worker")
    assert os.times().elapsed - started < 5


def test_a_dropped_letter_does_not_end_the_loop(smtp, write, clock):
    smtp.answers = {("data", "ada@example.org"): [DROP]}
    write(bulk=True)
    assert Worker().turn() == worker.POLL
    assert Message.objects.get().status == "unknown"
