"""Titles of few words, by which who asks just what is searched for is found at once.

A table of its own: the index of words would gather all texts that have these words, a tenth of an
archive for "cancer", to look for the one that is about nothing else.
"""

from django.db import connection

from qa.search import words
from qa.search.words import SHORTEST_BEGINNING, STOP, bare

MOST_WORDS = 3  # that say something; a longer title is found by its words
LOOKED_AT = 20  # of the same words, the newest
MOST_BEGUN = 2000  # titles among which those with the fewest letters are looked for


def create_sql() -> list[str]:
    """The statements that make the table, for the migration."""
    return [
        "CREATE TABLE qa_title (question_id bigint PRIMARY KEY, words text NOT NULL)",
        "CREATE INDEX qa_title_words ON qa_title (words, question_id)",
    ]


def add(rows) -> None:
    """Put rows of (question's number, title) in, where they are short; none is there yet."""
    values = [(pk, key) for pk, title in rows if (key := _key(title))]
    with connection.cursor() as cursor:
        cursor.executemany("INSERT INTO qa_title (question_id, words) VALUES (%s, %s)", values)


def remove(question_id: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM qa_title WHERE question_id = %s", [question_id])


def with_words_of(text: str) -> list[int]:
    """Numbers of questions whose titles say what `text` says and no more, the newest first."""
    key = _key(text)
    if not key:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT question_id FROM qa_title WHERE words = %s ORDER BY question_id DESC LIMIT %s",
            [key, LOOKED_AT],
        )
        return [number for (number,) in cursor.fetchall()]


def beginning_with(text: str, limit: int) -> list[int]:
    """Numbers of questions whose titles begin, in the alphabetical order of their telling words,
    with the last word of `text`, those with the fewest letters first; none where other words of it
    say something.
    """
    *others, last = words.PART.findall(words.fold(text).lower()) or [""]
    if len(last) < SHORTEST_BEGINNING or set(others) - STOP:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT question_id FROM (SELECT question_id, words FROM qa_title WHERE words >= %s"
            " AND words < %s ORDER BY words LIMIT %s) AS begun"
            " ORDER BY length(words), question_id LIMIT %s",
            [last, last[:-1] + chr(ord(last[-1]) + 1), MOST_BEGUN, limit],
        )
        return [number for (number,) in cursor.fetchall()]


def _key(text: str) -> str:
    """The words that say something, in alphabetical order; '' for none or too many."""
    telling = bare(text) - STOP
    return " ".join(sorted(telling)) if len(telling) <= MOST_WORDS else ""
