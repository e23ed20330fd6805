"""Log lines for whoever runs the site, without what askers and readers trusted it with."""

import copy
import logging
import re
import traceback
from datetime import UTC, datetime

from django.core.exceptions import ImproperlyConfigured
from django.db import Error as DatabaseError

ADDRESS = re.compile(r"[^\s@<>\"'(),;:]+@[^\s@<>\"'(),;:]+")
# What follows these in an address of the site, or of a file, is a key that opens something.
KEY = re.compile(
    r"\b(asked|confirm|unsubscribe|preferences|factsheets|confirm-email|reset/key|private|public)"
    r"/[^\s/?\"']+"
)
# Errors whose message is about the site. Others, such as ValueError, quote what somebody wrote.
TELLING = (OSError, DatabaseError, ImproperlyConfigured, ImportError, NameError, AttributeError)
TELLING += (TypeError, RuntimeError)


class Discreet(logging.Formatter):
    """No e-mail address, no key of a private page, no words of a form; times in UTC.

    A message is one line, whatever it quotes, so that none looks like another (CWE-117).
    An exception is told by its stack, its type and the first line of its message: further lines
    are PostgreSQL's, and hold the whole row that was refused.
    """

    def format(self, record) -> str:
        record = copy.copy(record)
        record.msg, record.args = one_line(record.getMessage()), None
        record.exc_text = None  # the exception as another formatter has told it
        return discreet(super().format(record))

    def formatTime(self, record, datefmt=None) -> str:
        return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")

    def formatException(self, exc_info) -> str:
        error, parts = exc_info[1], []
        while error is not None:
            parts.append("".join(traceback.format_tb(error.__traceback__)) + told(error))
            error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
        return "\nAfter:\n".join(parts)


def one_line(text: str) -> str:
    return text.replace("\\", "\\\\").replace("\r", "\\r").replace("\n", "\\n")


def discreet(text: str) -> str:
    return ADDRESS.sub("…@…", without_keys(text))


def without_keys(text: str) -> str:
    """Addresses of the site without what makes them open something."""
    return KEY.sub(r"\1/…", text)


def told(error: BaseException) -> str:
    kind = f"{type(error).__module__}.{type(error).__qualname__}"
    words = str(error).partition("\n")[0] if isinstance(error, TELLING) else ""
    return f"{kind}: {words}" if words else kind
