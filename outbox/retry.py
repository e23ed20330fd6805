"""What an error means for the mail, and for the round (RFC 5321, 4.2.1 and 4.5.4.1)."""

import random
import re
import smtplib
from dataclasses import dataclass
from datetime import timedelta

FIRST_DELAY = timedelta(seconds=60)
GROWTH = 3.15  # eight tries then lie within 24 hours
SERVICE_IS_DOWN = {421, 454}  # the server speaks of itself, not of this mail (RFC 3463, RFC 4954)
# Raised while building the mail, so it would be raised again. UnicodeError is a ValueError.
UNBUILDABLE = (ValueError, TypeError, LookupError, smtplib.SMTPNotSupportedError)

# RFC 3463, 3.2 and 3.3: no such mailbox or domain, moved, disabled; RFC 7505: takes no mail.
NO_MAILBOX = re.compile(rb"\b5\.(?:1\.(?:1|2|3|6|10)|2\.1)\b")


def delay(attempts):
    """Time until the next try after `attempts` (1-7) tries; up to a fifth less, to spread them."""
    jitter = random.uniform(0.8, 1)  # noqa: S311  spreads load, guards nothing
    return FIRST_DELAY * GROWTH ** (attempts - 1) * jitter


@dataclass(frozen=True)
class Verdict:
    """`reason` is safe to log: no text of the server, which may quote the address."""

    reason: str
    permanent: bool = False  # no further try can help
    unsure: bool = False  # the server may have the mail
    stops: bool = False  # the connection, or the server, is of no more use in this round


def judge(error, *, data_begun):
    """A Verdict on an exception raised while sending one mail."""
    name, code = type(error).__name__, code_of(error)
    if code is not None:
        # A refused sender is the site's fault, not this mail's: time to repair the settings.
        permanent = code >= 500 and not isinstance(error, smtplib.SMTPSenderRefused)
        return Verdict(f"SMTP {code}", permanent=permanent, stops=code in SERVICE_IS_DOWN)
    if isinstance(error, UNBUILDABLE):
        return Verdict(name, permanent=True)
    return Verdict(name, unsure=data_begun, stops=isinstance(error, OSError))


def code_of(error):
    """The server's refusal, 400-599, or None if it gave no clear answer."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code = max(code for code, _ in error.recipients.values())
    else:
        code = getattr(error, "smtp_code", 0)
    return code if 400 <= code <= 599 else None


def names_no_mailbox(error):
    """Whether the server says for good that the recipient's address is none."""
    refused = isinstance(error, smtplib.SMTPRecipientsRefused)
    return refused and any(NO_MAILBOX.search(words) for _, words in error.recipients.values())


def explain(error):
    """The server's words for the staff page, at most 500 characters."""
    return f"{type(error).__name__}: {error}"[:500]
