"""EMAIL_BACKEND: mail that Django or a package sends becomes rows too."""

from email.utils import parseaddr

from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction
from django.utils.html import strip_tags

from .headers import RESERVED, one_line
from .mail import queue
from .models import ACCOUNT


class OutboxBackend(BaseEmailBackend):
    """Queues each message once per recipient, within the caller's transaction if there is one.

    Raises ValueError for what a row cannot hold (attachments, other alternatives than HTML)
    rather than dropping it silently; `fail_silently` skips such a message.
    """

    def __init__(self, fail_silently=False, purpose=ACCOUNT, **kwargs):
        super().__init__(fail_silently=fail_silently, **kwargs)
        self.purpose = purpose

    def send_messages(self, email_messages):
        return sum(self._queue(message) for message in email_messages or [])

    def _queue(self, message):
        try:
            with transaction.atomic():
                for address in message.recipients():
                    queue(to=bare(address), purpose=self.purpose, **fields(message))
        except ValueError:
            if not self.fail_silently:
                raise
            return 0
        return 1 if message.recipients() else 0


def bare(address):
    """The address of `Name <address>`."""
    return parseaddr(one_line(address))[1]  # parseaddr alone would swallow a line break


def fields(message):
    """The keyword arguments of `queue` for a Django EmailMessage, recipient and purpose apart."""
    text, html = bodies(message)
    extra = message.extra_headers
    return {
        "subject": message.subject,
        "text": text,
        "html": html,
        "headers": {name: extra[name] for name in extra if name.lower() not in RESERVED},
        "from_email": extra.get("From", message.from_email),
        "reply_to": ", ".join(message.reply_to),
    }


def bodies(message):
    """(text, html) of a Django EmailMessage. Raises ValueError if it carries anything else."""
    alternatives = getattr(message, "alternatives", [])
    if message.attachments or any(mimetype != "text/html" for _, mimetype in alternatives):
        raise ValueError("A mail of the outbox is text and HTML, without attachments.")
    if message.content_subtype == "html":
        return strip_tags(message.body), message.body
    return message.body, alternatives[0][0] if alternatives else ""
