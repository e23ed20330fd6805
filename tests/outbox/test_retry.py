import smtplib

import pytest

from outbox import retry
from outbox.models import MAX_TRIES
from outbox.retry import Verdict, delay, judge


def test_delay_grows_and_eight_tries_lie_within_a_day(monkeypatch):
    monkeypatch.setattr(retry.random, "uniform", lambda low, high: high)
    delays = [round(delay(attempts).total_seconds()) for attempts in range(1, MAX_TRIES)]

    assert delays == [60, 189, 595, 1875, 5907, 18608, 58616]
    assert 0.95 * 86400 < sum(delays) < 86400


def test_delay_comes_up_to_a_fifth_earlier(monkeypatch):
    monkeypatch.setattr(retry.random, "uniform", lambda low, high: low)
    assert delay(1).total_seconds() == 48


def refused(code):
    return smtplib.SMTPRecipientsRefused({"ada@example.org": (code, b"<ada@example.org> no")})


@pytest.mark.parametrize(
    ("error", "verdict"),
    [
        (refused(550), Verdict("SMTP 550", permanent=True)),
        (refused(450), Verdict("SMTP 450")),
        (refused(421), Verdict("SMTP 421", stops=True)),
        (smtplib.SMTPDataError(554, b"spam"), Verdict("SMTP 554", permanent=True)),
        (smtplib.SMTPDataError(451, b"later"), Verdict("SMTP 451")),
        (smtplib.SMTPDataError(454, b"later"), Verdict("SMTP 454", stops=True)),
        (smtplib.SMTPDataError(251, b"?"), Verdict("SMTPDataError", unsure=True, stops=True)),
        (smtplib.SMTPSenderRefused(530, b"sign in", "a@b.org"), Verdict("SMTP 530")),
        (smtplib.SMTPNotSupportedError("utf8"), Verdict("SMTPNotSupportedError", permanent=True)),
        (
            smtplib.SMTPServerDisconnected("gone"),
            Verdict("SMTPServerDisconnected", unsure=True, stops=True),
        ),
        (TimeoutError(), Verdict("TimeoutError", unsure=True, stops=True)),
        (UnicodeDecodeError("ascii", b"", 0, 1, ""), Verdict("UnicodeDecodeError", permanent=True)),
        (RuntimeError("?"), Verdict("RuntimeError", unsure=True)),
    ],
)  # fmt: skip
def test_judge(error, verdict):
    assert judge(error, data_begun=True) == verdict


def test_judge_is_sure_before_the_data():
    assert judge(TimeoutError(), data_begun=False) == Verdict("TimeoutError", stops=True)
