"""Reports about mail that came back: what counts, what it does, and what it never does."""

import imaplib
from datetime import timedelta

import pytest
from django.utils import timezone

from outbox import bounces
from outbox.delivery import deliver_due
from outbox.models import Message
from outbox.suppression import Suppression

pytestmark = pytest.mark.django_db
ADA = "ada@example.org"


def report(message_id, *, to=ADA, action="failed", status="5.1.1", kind="delivery-status"):
    """A report as mail servers write them, as bytes."""
    facts = {
        "delivery-status": f"Reporting-MTA: dns; mx.example.org\n\nFinal-Recipient: rfc822; {to}\n"
        f"Action: {action}\nStatus: {status}\nDiagnostic-Code: smtp; 550 nobody here\n",
        "feedback-report": "Feedback-Type: abuse\nUser-Agent: Mill/1.0\nVersion: 1\n",
    }
    return f"""From: MAILER-DAEMON@mx.example.org
Message-ID: <report@mx.example.org>
MIME-Version: 1.0
Content-Type: multipart/report; report-type={kind}; boundary=cut

--cut
Content-Type: text/plain

Your mail could not be delivered.

--cut
Content-Type: message/{kind}

{facts[kind]}
--cut
Content-Type: message/rfc822

To: {to}
Message-ID: {message_id}
Subject: A letter

Message-ID: <in-the-words@example.org>
--cut--
""".encode()


@pytest.fixture
def sent(write):
    """A letter to Ada that a server has taken, and others to her that wait."""
    message = write(bulk=True)
    Message.objects.update(status="sent", sent_at=message.created_at)
    write(bulk=True, subject="The next letter")
    write(subject="The answer to your question")
    return message


def waiting():
    rows = Message.objects.exclude(status="sent")
    return dict(rows.values_list("subject", "status"))


def test_one_hard_bounce_marks_the_mail_and_stops_letters_but_no_answer(sent):
    assert bounces.take(report(sent.message_id)) is True

    sent.refresh_from_db()
    assert sent.bounced_at is not None
    assert sent.last_error == "Came back: smtp; 550 nobody here"
    assert Suppression.objects.holds("Ada@Example.org")
    assert waiting() == {"The next letter": "cancelled", "The answer to your question": "queued"}


def test_a_refusal_by_rules_marks_the_mail_and_holds_nothing_back(sent):
    """The sender's own DKIM may be at fault, and with it every address of a large provider."""
    assert bounces.take(report(sent.message_id, status="5.7.26")) is True

    sent.refresh_from_db()
    assert sent.bounced_at is not None
    assert not Suppression.objects.exists()
    assert set(waiting().values()) == {"queued"}


@pytest.mark.parametrize(
    ("answer", "held"),
    [("550 5.1.1 no such user", True), ("550 5.7.1 relaying denied", False), ("550 no", False)],
)
def test_a_mailbox_that_the_server_knows_to_be_none_gets_no_letters(write, smtp, answer, held):
    smtp.answers["rcpt", ADA] = [answer]
    write(bulk=True, subject="A letter")
    tomorrow = timezone.now() + timedelta(days=1)
    write(bulk=True, subject="The next letter", not_before=tomorrow)
    write(subject="The answer to your question", not_before=tomorrow)

    deliver_due()

    failed = Message.objects.get(status="failed")
    assert (failed.bounced_at is not None) == held
    assert Suppression.objects.holds(ADA) == held
    assert waiting() == {
        "A letter": "failed",
        "The next letter": "cancelled" if held else "queued",
        "The answer to your question": "queued",
    }


def test_what_is_no_mailbox_gets_no_bulk_mail_of_any_kind(write):
    news = write(bulk=True, batch="news:1")
    assert bounces.take(report(news.message_id)) is True
    assert Suppression.objects.get().purpose == "news"
    assert Suppression.objects.holds(ADA)


def test_a_complaint_stops_letters_and_no_answer(sent):
    assert bounces.take(report(sent.message_id, kind="feedback-report")) is True

    sent.refresh_from_db()
    assert sent.bounced_at is None
    assert Suppression.objects.get().reason == "complaint"
    assert waiting() == {"The next letter": "cancelled", "The answer to your question": "queued"}


@pytest.mark.parametrize(
    "fields",
    [{"action": "delayed", "status": "4.4.7"}, {"action": "delivered", "status": "2.0.0"},
     {"status": "4.2.2"}, {"to": "otto@example.org"}],
)  # fmt: skip
def test_a_delay_or_a_report_about_somebody_else_changes_nothing(sent, fields):
    assert bounces.take(report(sent.message_id, **fields)) is False
    assert not Suppression.objects.exists()
    assert set(waiting().values()) == {"queued"}


@pytest.mark.parametrize(
    "content",
    [b"", b"\xff\x00", b"Subject: On holiday\n\nBack on Monday.\n",
     b"Content-Type: multipart/report; boundary=x\n\n--x\nContent-Type: message/delivery-status\n",
     report("<not-ours@example.org>"), report("<\x00>")],
)  # fmt: skip
def test_other_mail_is_left_alone(sent, content):
    assert bounces.take(content) is False
    assert not Suppression.objects.exists()


def test_twice_is_as_good_as_once(sent):
    content = report(sent.message_id)
    assert [bounces.take(content), bounces.take(content)] == [True, True]
    assert Suppression.objects.count() == 1


def test_a_folder_is_read_once(sent, settings, tmp_path):
    (tmp_path / "one.eml").write_bytes(report(sent.message_id))
    (tmp_path / "two.eml").write_bytes(b"Subject: Hello\n\n")
    settings.BOUNCE_URL = f"file://{tmp_path}"

    assert [bounces.read(), bounces.read()] == [1, 0]
    assert sorted(path.name for path in (tmp_path / "read").iterdir()) == ["one.eml", "two.eml"]


def test_without_an_address_nothing_is_read(settings):
    settings.BOUNCE_URL = ""
    assert bounces.read() == 0


class Imap:
    """The few commands of a mailbox (RFC 3501) that reading it takes."""

    def __init__(self, mails):
        self.mails, self.seen, self.signed_in = mails, set(), None
        self.sock = self

    def close(self):
        pass

    def login(self, user, password):
        self.signed_in = (user, password)

    def select(self, folder):
        self.folder = folder

    def search(self, charset, what):
        return "OK", [b" ".join(number for number in self.mails if number not in self.seen)]

    def fetch(self, number, what):
        return "OK", [(b"head", self.mails[number]), b")"]

    def store(self, number, how, flag):
        self.seen.add(number)


def test_a_mailbox_is_read_and_marked(sent, settings, monkeypatch):
    box = Imap({b"1": report(sent.message_id), b"2": b"Subject: Hello\n\n"})
    contexts = []

    def connect(host, port, *, ssl_context, timeout):
        contexts.append(ssl_context)
        return box

    monkeypatch.setattr(imaplib, "IMAP4_SSL", connect)
    settings.BOUNCE_URL = "imaps://post:p%40ss@mx.example.org/Bounces"

    assert [bounces.read(), bounces.read()] == [1, 0]
    assert (box.signed_in, box.folder) == (("post", "p@ss"), "Bounces")
    assert box.seen == {b"1", b"2"}
    assert {context.check_hostname for context in contexts} == {True}
