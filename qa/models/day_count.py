import logging
import re
from contextlib import contextmanager

from django.db import DatabaseError, connection, models, transaction
from django.utils import timezone

logger = logging.getLogger(__name__)

PHRASE = 80  # characters of a search that are kept
MOST_SUBJECTS = 1000  # told apart on one day, of each kind; the others are counted without a name
LONGEST_WAIT = 500  # milliseconds for others to finish writing
MOST_DIGITS = 5  # in a phrase; with more it may be a telephone number, a date of birth, a record's

# One statement, so that processes that count at the same moment lose nothing.
ADD = """
INSERT INTO qa_daycount (day, what, subject, number)
SELECT %(day)s, %(what)s, CASE
    WHEN EXISTS (SELECT 1 FROM qa_daycount
                 WHERE day = %(day)s AND what = %(what)s AND subject = %(subject)s)
      OR (SELECT COUNT(*) FROM qa_daycount
          WHERE day = %(day)s AND what = %(what)s) < %(most)s
    THEN %(subject)s ELSE '' END, 1
WHERE true
ON CONFLICT (day, what, subject) DO UPDATE SET number = qa_daycount.number + 1
"""


class DayCountManager(models.Manager):
    def add(self, what: str, subject: object = "") -> None:
        """Count one more of `what` today.

        What cannot be counted is left out, and the log says so: no page fails, or makes a reader
        wait, for the sake of a number.
        """
        row = {"day": timezone.localdate(), "what": what, "subject": str(subject)}
        try:
            with _hurry() as cursor:
                cursor.execute(ADD, row | {"most": MOST_SUBJECTS})
        except DatabaseError as error:
            logger.warning("One %s was not counted: %s.", what, type(error).__name__)

    def add_search(self, what: str, query: str) -> None:
        """Count a search by its words; by none where they look like somebody's own."""
        self.add(what, phrase(query))


@contextmanager
def _hurry():
    """A transaction that does not wait long for another writer."""
    if connection.vendor == "postgresql":
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL lock_timeout = {LONGEST_WAIT}")
            yield cursor
        return
    usual = connection.settings_dict["OPTIONS"]["timeout"] * 1000
    with connection.cursor() as cursor:
        cursor.execute(f"PRAGMA busy_timeout = {LONGEST_WAIT}")
        try:
            with transaction.atomic():
                yield cursor
        finally:
            cursor.execute(f"PRAGMA busy_timeout = {usual}")


def phrase(query: str) -> str:
    """A search as it is counted: small letters, 80 characters; "" for what may be personal."""
    text = " ".join(query.replace("\x00", " ").lower().split())
    if "@" in text or len(re.findall(r"\d", text)) > MOST_DIGITS:
        return ""
    return text[:PHRASE].strip()


class DayCount(models.Model):
    """How often something happened on a day: a number, never who.

    `subject` says to what: a question's number, words that were searched for. Days are those of
    settings.TIME_ZONE.
    """

    class What(models.TextChoices):
        SEARCH_FOUND_NOTHING = "search_empty", "Searches that found nothing"
        # Nobody is followed from page to page, so this is what can be known of it.
        SEARCH_LED_NOWHERE = "search_unused", "Searches after which somebody asked"
        ALREADY_ANSWERED = "already_answered", "Ended at the check page: an answer was there"
        HELPED = "helped", "This helped"
        DID_NOT_HELP = "did_not_help", "This did not help"
        SAME_HERE = "same_here", "I have this too"

    day = models.DateField()
    what = models.CharField(max_length=20, choices=What.choices)
    subject = models.CharField(max_length=120, blank=True)
    number = models.PositiveIntegerField(default=0)

    objects = DayCountManager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["day", "what", "subject"], name="qa_daycount_one_row")
        ]
        indexes = [models.Index(fields=["what", "day"], name="qa_daycount_what_day")]

    def __str__(self) -> str:
        return f"{self.day} {self.what} {self.subject}: {self.number}"
