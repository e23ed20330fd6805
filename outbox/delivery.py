"""Delivering what is due: one round, one connection, one commit before and after each mail.

No database transaction is open while the server is spoken to. No address reaches the log, and this
logger must not itself send mail: a failure would breed the next.
"""

import contextlib
import logging
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.utils import timezone

from . import bounces
from .claims import claim, hand_over, mine, recover, release, reply_timeout
from .headers import LINE_LIMIT
from .models import ACCOUNT, MAX_TRIES, UNCLAIMED, WORDLESS, Message, Status
from .pace import Pace
from .retry import SERVICE_IS_DOWN, code_of, delay, explain, judge, names_no_mailbox

# For so long a server's own trouble costs its mails no try.
SERVER_PATIENCE = timedelta(hours=24)

logger = logging.getLogger(__name__)


@dataclass
class Counts:
    """What a round did; `stopped` is why it ended early, or ''."""

    claimed: int = 0
    sent: int = 0
    retried: int = 0
    failed: int = 0
    unknown: int = 0
    stopped: str = ""


def deliver_due(limit=50, worker_id="worker", stop=None):
    """Deliver up to `limit` due mails and return Counts.

    `stop` is a threading.Event; once set, the round ends after the current mail. Errors of the
    mail server are counted, not raised; those of the database and the settings are raised.
    """
    recover()
    if Pace.is_resting(timezone.now()):
        return Counts()
    token, messages = claim(limit, worker_id)
    if not messages:
        return Counts()
    try:
        return Round(token, stop).run(messages)
    finally:
        release(token)


class Email(EmailMultiAlternatives):
    """Headers stay on one line where RFC 5322, 2.1.1 allows it.

    Folded at 78 characters, a long address would leave the first line of List-Unsubscribe empty,
    and not every mail program reads on.
    """

    def message(self):
        message = super().message()
        message.policy = message.policy.clone(max_line_length=LINE_LIMIT)
        return message


def as_email(message):
    """The row as a Django e-mail. `purpose` is for backends that label their mail."""
    text, html = message.parts
    email = Email(
        subject=message.subject,
        body=text,
        from_email=message.from_email,
        to=[message.to],
        reply_to=[message.reply_to] if message.reply_to else None,
        headers={**message.headers, "Message-ID": message.message_id},
    )
    if html:
        email.attach_alternative(html, "text/html")
    email.purpose = message.purpose
    return email


def is_young(message):
    return message.created_at > timezone.now() - SERVER_PATIENCE


class Round:
    """One connection and the claimed rows that it carries."""

    def __init__(self, token, stop=None):
        self.token = token
        self.stop = stop
        self.counts = Counts()
        self.fresh = True  # this connection has not yet carried a mail

    def run(self, messages):
        self.counts.claimed = len(messages)
        self.connection = get_connection(
            settings.DELIVERY_EMAIL_BACKEND,
            **{**settings.DELIVERY_EMAIL_OPTIONS, "timeout": reply_timeout()},
        )
        try:
            self.connection.open()
        except OSError as error:  # every SMTPException is one
            self.interrupt(type(error).__name__, error)
        else:
            self.carry(messages)
        finally:
            with contextlib.suppress(OSError):
                self.connection.close()
        if self.counts.sent and not self.counts.stopped and Pace.recover():
            Message.objects.hurry()
        return self.counts

    def carry(self, messages):
        for message in messages:
            if self.counts.stopped or (self.stop and self.stop.is_set()):
                return
            if hand_over(message.pk, self.token):
                self.send(message)

    def send(self, message):
        try:
            if not self.connection.send_messages([as_email(message)]):
                raise RuntimeError("The mail backend took nothing.")
        except Exception as error:  # one poisonous mail must not block the others
            self.settle(message, error)
        else:
            self.record(message, "sent", Status.SENT, sent_at=timezone.now(), last_error="")
        self.fresh = False

    def settle(self, message, error):
        """Decide what becomes of a mail that was not accepted."""
        data_begun = getattr(self.connection, "data_begun", True)
        verdict = judge(error, data_begun=data_begun)
        if verdict.stops:
            self.interrupt(verdict.reason, error)
        if verdict.unsure and message.bulk:
            self.give_up(message, "unknown", Status.UNKNOWN, verdict, error)
        elif verdict.stops and not verdict.unsure and is_young(message):
            # The server's doing and not this mail's, so the try does not count. Where it may be
            # the mail's all the same, others come first.
            wait = delay(1) if self.fresh else timedelta()
            when = timezone.now() + wait
            self.put_back(message, error, attempts=message.attempts, not_before=when)
        elif verdict.permanent or message.attempts + 1 >= MAX_TRIES:
            self.give_up(message, "failed", Status.FAILED, verdict, error)
            if names_no_mailbox(error):
                bounces.refused(message)
        else:
            wait = delay(message.attempts + 1)
            self.put_back(message, error, not_before=timezone.now() + wait)

    def interrupt(self, reason, error):
        self.counts.stopped = reason
        if code_of(error) in SERVICE_IS_DOWN:
            Pace.rest(progress=bool(self.counts.sent))
        else:
            Pace.note_trouble()
        logger.warning("The mail server is of no use at the moment: %s", reason)

    def put_back(self, message, error, **fields):
        fields = {**UNCLAIMED, **fields}
        self.record(message, "retried", Status.QUEUED, last_error=explain(error), **fields)

    def give_up(self, message, count, status, verdict, error):
        self.record(message, count, status, last_error=explain(error))
        logger.error(
            "Mail %s (%s) is given up as %s after %d tries: %s",
            *(message.pk, message.purpose, status, message.attempts + 1, verdict.reason),
        )

    def record(self, message, count, status, **fields):
        """Write the outcome, unless somebody erased the row meanwhile, and count it.

        In the same UPDATE go the links and codes of an account's mail that needs no other try.
        """
        setattr(self.counts, count, getattr(self.counts, count) + 1)
        fields = {"claimed_by": "", "lease_until": None, **fields}
        if message.purpose == ACCOUNT and status != Status.QUEUED:
            fields |= WORDLESS
        mine(self.token).filter(pk=message.pk).update(status=status, **fields)
