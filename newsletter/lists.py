"""The list of subscribers as a CSV file, out and in. Only confirmed addresses, with evidence."""

import csv
import io
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from newsletter.models import Subscriber
from outbox.headers import one_address

COLUMNS = ["email", "confirmed_at", "text", "page"]
MOST_ROWS = 5000  # in one file, so that one request can take it
# What a spreadsheet would take for a formula (OWASP, CSV injection).
FORMULA = ("=", "+", "-", "@", "\t", "\r")


class WrongFile(ValueError):
    """The file cannot be read at all; the text is for the person who chose it."""


@dataclass
class Report:
    """What became of each row."""

    counts: Counter = field(default_factory=Counter)
    errors: list[str] = field(default_factory=list)

    @property
    def outcomes(self) -> list[tuple[str, int]]:
        return sorted(self.counts.items())


def safe(cell) -> str:
    """A cell that no spreadsheet computes."""
    text = str(cell)
    return f"'{text}" if text.startswith(FORMULA) else text


def unsafe(cell: str) -> str:
    """The text of a cell that `safe` wrote."""
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(FORMULA) else cell


def lines():
    """The CSV file of all confirmed subscribers, line by line."""
    writer = csv.writer(Echo())
    yield writer.writerow([*COLUMNS, "frequency", "topics"])
    found = Subscriber.objects.confirmed().order_by("pk")
    for subscriber in found.prefetch_related("consents", "topics").iterator(chunk_size=500):
        consents = [c for c in subscriber.consents.all() if c.confirmed_at]
        evidence = [consents[-1].text, consents[-1].page] if consents else ["", ""]
        topics = " ".join(topic.slug for topic in subscriber.topics.all())
        row = [subscriber.email, subscriber.confirmed_at.isoformat(), *evidence]
        yield writer.writerow([safe(cell) for cell in [*row, subscriber.frequency, topics]])


class Echo:
    """A file that gives back what is written to it."""

    def write(self, value):
        return value


@transaction.atomic
def bring_in(data: bytes) -> Report:
    """Subscribe the addresses of a CSV file that brings the evidence of each consent.

    Nobody is brought back who left or was erased here. Raises WrongFile.
    """
    report = Report()
    for number, row in enumerate(rows(data), 2):
        try:
            report.counts[one(row)] += 1
        except ValueError as error:
            report.errors.append(f"Line {number}: {error}")
    return report


def rows(data: bytes) -> list[dict]:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise WrongFile("The file is not a CSV file in UTF-8.") from error
    try:
        found = list(csv.DictReader(io.StringIO(text.replace("\x00", "")), restval=""))
    except csv.Error as error:
        raise WrongFile("The file is not a CSV file.") from error
    if not found:
        raise WrongFile("The file has no rows.")
    missing = [name for name in COLUMNS if name not in found[0]]
    if missing:
        raise WrongFile(f"The first line must name the columns {', '.join(COLUMNS)}.")
    if len(found) > MOST_ROWS:
        raise WrongFile(f"The file has more than {MOST_ROWS:,} rows. Please cut it into parts.")
    return found


def one(row: dict) -> str:
    """Subscribe one address; return what became of it. Raises ValueError with a sentence."""
    email, when, text, page = (unsafe(row[name]).strip() for name in COLUMNS)
    try:
        email = one_address(email)
    except ValueError as error:
        raise ValueError("this is not one e-mail address.") from error
    if not text or not page:
        raise ValueError("the words agreed to (text) or the place (page) are missing.")
    return Subscriber.objects.bring(
        email=email, confirmed_at=moment(when), text=text[:2000], page=f"import: {page}"[:200]
    )


def moment(text: str) -> datetime:
    try:
        found = parse_datetime(text)
    except ValueError:
        found = None
    if found is None:
        raise ValueError("confirmed_at must be a day and time such as 2026-03-01T12:00.")
    found = found if timezone.is_aware(found) else timezone.make_aware(found)
    if found > timezone.now():
        raise ValueError("confirmed_at is in the future.")
    return found
