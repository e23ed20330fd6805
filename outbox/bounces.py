"""Mail that comes back: delivery reports (RFC 3464) and spam complaints (RFC 5965).

A report counts only where it names a mail of ours by its Message-ID, which nobody can guess, and
the address to which that went; anybody may write to the mailbox that reports come to.
"""

import email
import email.policy
import imaplib
import logging
import re
import ssl
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from .models import Message
from .suppression import LETTERS, NEWS, Suppression

MAX_BYTES = 1024 * 1024  # of one report
MOST = 200  # reports in one go
MESSAGE_ID = re.compile(rb"^Message-ID:\s*(<[!-;=?-~]{1,250}>)", re.IGNORECASE | re.MULTILINE)
SEEN = "read"  # the folder below the mailbox's for files that were read

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Report:
    """What one mail reports: about which of ours, and why it came back."""

    message_id: str
    reason: str | None  # of Suppression.Reason; None where it is not the mailbox that is at fault
    addresses: frozenset = frozenset()  # in lower case; empty where it names none
    words: str = ""


def read():
    """Read what came to settings.BOUNCE_URL since the last time; return how many counted."""
    if not settings.BOUNCE_URL:
        return 0
    parts = urlsplit(settings.BOUNCE_URL)
    found = from_folder(Path(unquote(parts.path))) if parts.scheme == "file" else from_imap(parts)
    return sum(take(content) for content in found)


def take(content):
    """Act on one mail, as bytes; True if it is a report about a mail of ours."""
    report = parse(content)
    return bool(report and record(report))


@transaction.atomic
def record(report):
    """Mark the mail as bounced, and hold back what its address gets in bulk. False if not ours."""
    message = Message.objects.filter(message_id=report.message_id).first()
    if not message or (report.addresses and message.to.lower() not in report.addresses):
        return False
    if report.reason != Suppression.Reason.COMPLAINT:
        Message.objects.filter(pk=message.pk).update(
            bounced_at=timezone.now(), last_error=report.words[:500]
        )
    if report.reason:
        hold_back(message, report.reason)
    return True


@transaction.atomic
def refused(message):
    """The server said at once that there is no such mailbox: as if the mail had come back."""
    Message.objects.filter(pk=message.pk).update(bounced_at=timezone.now())
    hold_back(message, Suppression.Reason.BOUNCE)


def hold_back(message, reason):
    """No more mail in bulk to its address: of any kind where the mailbox is none, else of its own.

    Nor what waits; what came back stays listed as it is.
    """
    purpose = NEWS if message.is_news else LETTERS
    Suppression.objects.get_or_create(
        address=message.to.lower(), purpose=purpose, defaults={"reason": reason}
    )
    letters = Message.objects.filter(to=message.to, bulk=True)
    if reason == Suppression.Reason.COMPLAINT:
        news = letters.of_news()
        letters = news if message.is_news else letters.exclude(pk__in=news.values("pk"))
    letters.cancel()
    letters.filter(bounced_at=None).drop_stuck()


def parse(content):
    """The Report in a mail, or None: for other mail, and for delays, which end by themselves."""
    message = email.message_from_bytes(content[:MAX_BYTES], policy=email.policy.compat32)
    about = MESSAGE_ID.findall(original(message))
    if not about:
        return None
    message_id = about[0].decode("ascii", "replace")
    for part in message.walk():
        if part.get_content_type() == "message/feedback-report":
            return Report(message_id, Suppression.Reason.COMPLAINT)
        if part.get_content_type() == "message/delivery-status":
            return failure(part, message_id)
    return None


def failure(part, message_id):
    """A hard failure (RFC 3463: class 5) of a delivery report; None for anything else."""
    blocks = [block for block in part.get_payload() if block["Action"] or block["Status"]]
    hard = [block for block in blocks if is_hard(block)]
    if not hard:
        return None
    recipients = [str(b["Original-Recipient"] or b["Final-Recipient"] or "") for b in hard]
    named = {found.rpartition(";")[2].strip().lower() for found in recipients} - {""}
    words = " ".join(str(hard[0]["Diagnostic-Code"] or hard[0]["Status"] or "").split())
    reason = None if is_policy(hard[0]) else Suppression.Reason.BOUNCE
    return Report(message_id, reason, frozenset(named), f"Came back: {words}")


def is_hard(block):
    failed = str(block["Action"] or "").strip().lower() == "failed"
    return failed and str(block["Status"] or "").strip().startswith("5.")


def is_policy(block):
    """RFC 3463, 3.8: refused by rules, of which the sender's own SPF or DKIM may be the reason."""
    return str(block["Status"]).strip().startswith("5.7.")


def original(message):
    """The bytes of the mail, or of its head, that a report carries along; b'' if none."""
    for part in message.walk():
        if part.get_content_type() == "message/rfc822":
            return b"".join(inner.as_bytes() for inner in part.get_payload())
        if part.get_content_type() == "text/rfc822-headers":
            return part.get_payload(decode=True) or b""
    return b""


def from_folder(folder):
    """The .eml files of a folder, each moved to `read/` once it has been acted upon."""
    (folder / SEEN).mkdir(exist_ok=True)
    for path in sorted(folder.glob("*.eml"))[:MOST]:
        with path.open("rb") as file:
            yield file.read(MAX_BYTES)
        path.rename(folder / SEEN / path.name)


def from_imap(parts):
    """The unread mails of a mailbox, each marked as read once it has been acted upon."""
    if parts.scheme == "imaps":
        # Without a context of its own imaplib takes any certificate.
        context = ssl.create_default_context()
        server = imaplib.IMAP4_SSL(
            parts.hostname, parts.port or 993, ssl_context=context, timeout=30
        )
    else:
        server = imaplib.IMAP4(parts.hostname, parts.port or 143, timeout=30)
    with closing(server.sock):
        server.login(unquote(parts.username or ""), unquote(parts.password or ""))
        server.select(unquote(parts.path.strip("/")) or "INBOX")
        _, (numbers,) = server.search(None, "UNSEEN")
        for number in numbers.split()[:MOST]:
            _, answer = server.fetch(number, f"(BODY.PEEK[]<0.{MAX_BYTES}>)")
            yield answer[0][1]
            server.store(number, "+FLAGS", "\\Seen")
