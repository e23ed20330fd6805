"""What may stand in a mail's header (RFC 5322): one line, one recipient, no surprises."""

import re
import unicodedata

from django.core.exceptions import ValidationError
from django.core.mail import BadHeaderError
from django.core.mail.message import sanitize_address
from django.core.validators import validate_email

# Written by the outbox itself; from elsewhere they could add a recipient or a body.
RESERVED = {"from", "sender", "to", "cc", "bcc", "reply-to", "subject", "date", "message-id"}
RESERVED |= {"mime-version", "content-type", "content-transfer-encoding", "return-path"}
FIELD_NAME = re.compile(r"[!-9;-~]{1,70}")  # RFC 5322, 2.2: printable ASCII except the colon
LINE_LIMIT = 998  # characters, RFC 5322, 2.1.1
ADDRESS_LIMIT = 254  # octets, RFC 5321, 4.5.3.1.3, without the angle brackets
MAILBOX_LIMIT = 320  # characters, name included
LINE_BREAKERS = {"Cc", "Zl", "Zp", "Cs"}  # controls, line and paragraph marks, lone surrogates


def one_line(value, limit=LINE_LIMIT):
    """The text itself. Raises BadHeaderError, a ValueError, if it is not one line that fits."""
    value = str(value)
    if any(unicodedata.category(character) in LINE_BREAKERS for character in value):
        raise BadHeaderError("A mail header may not contain control characters.")
    if len(value) > limit:
        raise BadHeaderError(f"A mail header is longer than {limit} characters.")
    return value


def collapse(value, limit=LINE_LIMIT):
    """Any text as one trimmed line: runs of white space and control characters become a space."""
    safe = (" " if unicodedata.category(c) in LINE_BREAKERS else c for c in str(value))
    return " ".join("".join(safe).split())[:limit]


def one_address(value):
    """A bare address with an ASCII local part. Raises ValueError, without naming the address."""
    address = one_line(value, ADDRESS_LIMIT)
    try:
        validate_email(address)
        address.rpartition("@")[0].encode("ascii")  # others need SMTPUTF8 (RFC 6531)
    except (ValidationError, UnicodeEncodeError):
        raise ValueError("Not one valid e-mail address.") from None
    return address


def mailbox(value):
    """`a@b.org` or `Name <a@b.org>`. Raises ValueError for anything else, lists included."""
    value = one_line(value, MAILBOX_LIMIT)
    try:
        if "@" in sanitize_address(value, "utf-8"):
            return value
    except (ValueError, TypeError):  # a TypeError for "<>"
        pass
    raise ValueError("Not one valid mailbox.")


def extra_headers(headers):
    """A plain dict of checked names and values. Raises BadHeaderError."""
    checked = {}
    for name, value in (headers or {}).items():
        if not FIELD_NAME.fullmatch(name) or name.lower() in RESERVED:
            raise BadHeaderError(f"The header {name!r} cannot be set here.")
        checked[name] = one_line(value)
    return checked
