import logging
import smtplib
import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from outbox import delivery
from outbox.delivery import Counts, deliver_due
from outbox.mail import cancel, erase
from outbox.models import MAX_TRIES, Message
from outbox.pace import Pace
from outbox.smtp import SmtpBackend
from tests.outbox.conftest import make_due, write_mail
from tests.outbox.postoffice import DROP, open_office

ADA, BEN = "ada@example.org", "ben@example.org"


def states():
    return dict(Message.objects.values_list("to", "status"))


def test_a_mail_is_delivered_once_as_it_was_written(smtp, write):
    message = write(
        subject="Grüße an Ada", text="Grüße.\n.dot\n", html="<p>Grüße</p>",
        reply_to="Cora <cora@example.org>", headers={"X-Kind": "größer"},
    )  # fmt: skip

    assert deliver_due() == Counts(claimed=1, sent=1)
    assert deliver_due() == Counts()

    received = smtp.only()
    assert smtp.addresses == [ADA]
    assert received["Subject"] == "Grüße an Ada"
    assert received["From"] == "Askwell <post@askwell.example>"
    assert received["To"] == ADA
    assert received["Reply-To"] == "Cora <cora@example.org>"
    assert received["X-Kind"] == "größer"
    assert received["Auto-Submitted"] == "auto-generated"
    assert received["Message-ID"] == message.message_id
    assert received.get_body(["plain"]).get_content() == "Grüße.\n.dot\n"
    assert received.get_body(["html"]).get_content().strip() == "<p>Grüße</p>"
    message.refresh_from_db()
    assert (message.status, message.attempts, message.last_error) == ("sent", 1, "")
    assert message.sent_at is not None


def test_many_mails_go_over_one_connection(smtp, write):
    for number in range(20):
        write(to=f"reader{number}@example.org")

    assert deliver_due(limit=50) == Counts(claimed=20, sent=20)

    assert len(smtp.connections) == 1
    assert smtp.addresses == [f"reader{number}@example.org" for number in range(20)]


def test_a_round_takes_its_limit_and_letters_yield(smtp, write):
    write(to="letter@example.org", bulk=True)
    write(to=ADA)
    write(to=BEN)

    assert deliver_due(limit=2).sent == 2
    assert smtp.addresses == [ADA, BEN]
    assert deliver_due(limit=2).sent == 1


def test_a_mail_for_later_waits(smtp, write):
    write(not_before=timezone.now() + timedelta(minutes=1))
    assert deliver_due() == Counts()
    make_due()
    assert deliver_due().sent == 1


@pytest.mark.parametrize("stage", ["rcpt", "data"])
def test_a_temporary_refusal_is_tried_again_with_the_same_headers(smtp, write, stage):
    smtp.answers = {("data", ADA): ["451 later"], (stage, ADA): ["450 later"]}
    if stage == "rcpt":
        smtp.answers["data", ADA] = []
    message = write(headers={"X-Kind": "answer"})
    before = timezone.now()

    assert deliver_due() == Counts(claimed=1, retried=1)
    message.refresh_from_db()
    assert (message.status, message.attempts) == ("queued", 1)
    wait = message.not_before - before
    assert timedelta(seconds=47) < wait < timedelta(seconds=65)
    assert "450" in message.last_error
    assert deliver_due() == Counts()

    make_due()
    assert deliver_due().sent == 1
    assert smtp.only()["Message-ID"] == message.message_id
    assert smtp.only()["Date"].datetime == message.created_at.replace(microsecond=0)
    firsts = [dict(seen.items()) for _, seen in smtp.seen]
    assert all(headers == firsts[0] for headers in firsts)


def test_after_eight_tries_it_fails(smtp, write, caplog):
    smtp.answers = {("rcpt", ADA): ["450 later"] * 10}
    write()
    for _ in range(MAX_TRIES):
        make_due()
        deliver_due()

    message = Message.objects.get()
    assert (message.status, message.attempts) == ("failed", 8)
    assert len(smtp.answers["rcpt", ADA]) == 2
    assert [record.levelname for record in caplog.records] == ["ERROR"]


def test_a_permanent_refusal_fails_at_once_and_blocks_nobody(smtp, write, caplog):
    smtp.answers = {("rcpt", ADA): ["550 <ada@example.org> unknown here"]}
    first = write(to=ADA)
    write(to=BEN)

    assert deliver_due() == Counts(claimed=2, sent=1, failed=1)

    assert states() == {ADA: "failed", BEN: "sent"}
    first.refresh_from_db()
    assert "unknown here" in first.last_error
    assert caplog.messages == [
        f"Mail {first.pk} (test) is given up as failed after 1 tries: SMTP 550"
    ]


def test_no_address_is_in_the_log(smtp, write, caplog):
    caplog.set_level(logging.DEBUG, "outbox")
    smtp.answers = {
        ("rcpt", ADA): ["550 <ada@example.org>"],
        ("rcpt", BEN): ["421 <ben@example.org>"],
    }
    write(to=ADA)
    write(to=BEN)
    deliver_due()

    assert len(caplog.records) == 2
    assert "example.org" not in caplog.text


def test_a_refused_sender_is_given_time_for_repair(smtp, write):
    smtp.answers = {("mail", "post@askwell.example"): ["550 not from here"]}
    write(to=ADA)
    write(to=BEN)

    assert deliver_due() == Counts(claimed=2, retried=1, sent=1)
    assert states() == {ADA: "queued", BEN: "sent"}


@pytest.mark.parametrize("stage", ["rcpt", "data"])
@pytest.mark.parametrize("code", [421, 454])
def test_a_busy_server_stops_the_round_at_no_cost_to_the_rest(smtp, write, stage, code):
    smtp.answers = {(stage, ADA): [f"{code} busy"]}
    write(to=ADA)
    write(to=BEN)

    assert deliver_due() == Counts(claimed=2, retried=1, stopped=f"SMTP {code}")

    assert dict(Message.objects.values_list("to", "attempts")) == {ADA: 0, BEN: 0}
    assert states() == {ADA: "queued", BEN: "queued"}
    assert deliver_due(worker_id="another") == Counts()
    Pace.objects.update(rest_until=timezone.now())
    assert deliver_due() == Counts(claimed=1, sent=1)


def test_a_server_that_is_away_costs_no_try(smtp_port, write):
    write(to=ADA)
    write(to=BEN)

    assert deliver_due() == Counts(claimed=2, stopped="ConnectionRefusedError")
    assert set(Message.objects.values_list("status", "attempts")) == {("queued", 0)}

    office = open_office(smtp_port)
    try:
        assert deliver_due().sent == 2
    finally:
        office.controller.stop()
    assert office.addresses == [ADA, BEN]


def test_a_connection_that_breaks_later_costs_the_mail_in_hand_no_try(smtp, write, monkeypatch):
    send = SmtpBackend.send_messages

    def break_for_ben(backend, emails):
        if emails[0].to == [BEN]:
            backend.connection.sock.close()
            raise smtplib.SMTPServerDisconnected("Connection unexpectedly closed")
        return send(backend, emails)

    def nothing_begun(backend):
        return False

    monkeypatch.setattr(SmtpBackend, "send_messages", break_for_ben)
    monkeypatch.setattr(SmtpBackend, "data_begun", property(nothing_begun))
    write(to=ADA)
    write(to=BEN)

    assert deliver_due() == Counts(claimed=2, sent=1, retried=1, stopped="SMTPServerDisconnected")
    assert dict(Message.objects.values_list("to", "attempts")) == {ADA: 1, BEN: 0}
    monkeypatch.undo()
    assert Message.objects.due(timezone.now()).count() == 1


def test_a_connection_dropped_after_the_data_sends_other_mail_again(smtp, write):
    smtp.answers = {("data", ADA): [DROP]}
    message = write()

    counts = deliver_due()
    assert (counts.retried, counts.stopped) == (1, "SMTPServerDisconnected")
    make_due()
    assert deliver_due().sent == 1

    ids = [received["Message-ID"] for _, received in smtp.seen]
    assert ids == [message.message_id] * 2


def test_a_connection_dropped_after_the_data_leaves_a_letter_for_a_person(smtp, write, caplog):
    smtp.answers = {("data", ADA): [DROP]}
    write(to=ADA, bulk=True)
    write(to=BEN, bulk=True)

    counts = deliver_due()
    assert (counts.unknown, counts.sent, counts.stopped) == (1, 0, "SMTPServerDisconnected")
    make_due()
    assert deliver_due() == Counts(claimed=1, sent=1)

    assert states() == {ADA: "unknown", BEN: "sent"}
    assert "given up as unknown" in caplog.text


@pytest.mark.parametrize("poison", [{"subject": "a\rb"}, {"text": "\ud800"}, {"from_email": "<>"}])
def test_a_poison_message_fails_alone(smtp, write, monkeypatch, poison):
    as_email = delivery.as_email

    def poisoned(message):
        for name, value in poison.items() if message.to == ADA else ():
            setattr(message, name, value)
        return as_email(message)

    monkeypatch.setattr(delivery, "as_email", poisoned)
    write(to=ADA)
    write(to=BEN)

    assert deliver_due() == Counts(claimed=2, sent=1, failed=1)
    assert states() == {ADA: "failed", BEN: "sent"}
    assert smtp.addresses == [BEN]


class Crash(BaseException):
    """The process ends here: no except clause, no clean-up of the row."""


@pytest.fixture
def crash(monkeypatch):
    """Deliver until the process dies just after the server accepted a mail."""

    def after(backend, emails):
        backend.send(emails)
        raise Crash

    def run():
        with monkeypatch.context() as patch:
            patch.setattr(SmtpBackend, "send", SmtpBackend.send_messages, raising=False)
            patch.setattr(SmtpBackend, "send_messages", after)
            patch.setattr(delivery, "release", lambda token: None)
            with pytest.raises(Crash):
                deliver_due()

    return run


def test_a_crash_after_the_server_accepted_sends_other_mail_again(smtp, write, crash):
    message = write(to=ADA)
    write(to=BEN)
    crash()
    assert states() == {ADA: "claimed", BEN: "claimed"}
    assert deliver_due() == Counts()

    make_due()
    assert deliver_due() == Counts(claimed=2, sent=2)

    assert smtp.addresses == [ADA, ADA, BEN]
    ids = [received["Message-ID"] for address, received in smtp.accepted if address == ADA]
    assert ids == [message.message_id] * 2
    message.refresh_from_db()
    assert (message.attempts, message.last_error) == (2, "")


def test_a_crash_after_the_server_accepted_leaves_a_letter_for_a_person(smtp, write, crash, caplog):
    write(to=ADA, bulk=True)
    write(to=BEN, bulk=True)
    crash()

    make_due()
    assert deliver_due() == Counts(claimed=1, sent=1)

    assert states() == {ADA: "unknown", BEN: "sent"}
    assert smtp.addresses == [ADA, BEN]
    assert "a person must decide" in caplog.text
    assert Message.objects.filter(to=ADA).try_again() == 1
    assert deliver_due().sent == 1


def test_a_mail_that_crashes_every_sender_is_given_up(smtp, write, crash):
    write()
    for _ in range(MAX_TRIES):
        crash()
        make_due()
    assert deliver_due() == Counts()
    assert states() == {ADA: "unknown"}


@pytest.mark.parametrize("act", [cancel, erase])
def test_a_claimed_mail_can_still_be_stopped(smtp, write, act):
    smtp.on_data = lambda address: None
    write(to=ADA, about="question:1")
    write(to=BEN, about="question:2")

    sent = delivery.Round.record

    def then_stop(self, message, *args, **kwargs):
        sent(self, message, *args, **kwargs)
        act("question:2")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(delivery.Round, "record", then_stop)
        assert deliver_due() == Counts(claimed=2, sent=1)
    assert smtp.addresses == [ADA]


def test_stop_ends_the_round_after_the_current_mail(smtp, write):
    stop = threading.Event()
    smtp.on_data = lambda address: stop.set()
    write(to=ADA)
    write(to=BEN)

    assert deliver_due(stop=stop) == Counts(claimed=2, sent=1)
    assert states() == {ADA: "sent", BEN: "queued"}


@pytest.mark.django_db(transaction=True)
def test_no_transaction_is_open_while_the_server_is_spoken_to(smtp, monkeypatch):
    open_transactions = []
    send = SmtpBackend.send_messages

    def watch(backend, emails):
        open_transactions.append(connection.in_atomic_block)
        return send(backend, emails)

    monkeypatch.setattr(SmtpBackend, "send_messages", watch)
    write_mail()
    assert deliver_due().sent == 1
    assert open_transactions == [False]


@pytest.mark.django_db(transaction=True)
def test_two_deliverers_send_each_of_50_mails_once(smtp):
    for number in range(50):
        write_mail(to=f"reader{number}@example.org", bulk=number % 2 == 0)
    rounds, errors, start = [], [], threading.Barrier(2)

    def deliver(name):
        try:
            start.wait(timeout=10)
            while counts := rounds_of(name):
                rounds.append((name, counts.sent))
        except BaseException as error:
            errors.append(error)
        finally:
            connection.close()

    def rounds_of(name):
        counts = deliver_due(limit=5, worker_id=name)
        return counts if counts.claimed or Message.objects.due(timezone.now()).exists() else None

    threads = [threading.Thread(target=deliver, args=(name,)) for name in ("a", "b")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=20)

    assert errors == []
    assert sorted(smtp.addresses) == sorted(f"reader{number}@example.org" for number in range(50))
    assert sum(sent for _, sent in rounds) == 50
    assert {name for name, sent in rounds if sent} == {"a", "b"}
    assert set(Message.objects.values_list("status", "attempts")) == {("sent", 1)}
