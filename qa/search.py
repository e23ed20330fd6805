"""The search index of published questions: SQLite's FTS5 or PostgreSQL's text search.

It knows no models: rows come as instances with title, body and answers, and go out as numbers.
Called by the models when something becomes public or ceases to be, so that asking, desk and
archive can all search (docs/adr/0002).
"""

import re
import unicodedata
from dataclasses import dataclass

from django.db import connection

# Marks of a hit in a snippet: characters that cannot be typed into a form.
OPEN, CLOSE = "\x02", "\x03"
WORD = re.compile(r"\w+", re.UNICODE)
# A phrase in quotes, or a word.
TERM = re.compile(r"[\"“”„«»]([^\"“”„«»]*)[\"“”«»]|(\w+)", re.UNICODE)
# PostgreSQL refuses words of more than 2,046 bytes; nobody types one of 60 characters.
LONGEST_WORD, MOST_TERMS = 60, 20
# Shorter words are no beginnings: half of all texts have a word that begins with "c".
SHORTEST_BEGINNING = 3
# Words that say nothing about what a health question is about.
STOP = frozenset(
    """
    a about am an and any are as at be been but by can could do does for from get has have how i
    if in is it its me my no not of on or out should so some than that the their them there they
    this to was what when where which who why will with would you your
    """.split()  # noqa: SIM905 (a list of ninety strings is harder to read)
)


@dataclass(frozen=True)
class Hit:
    """One found question: its number, and snippets with OPEN and CLOSE around hit words."""

    id: int
    title: str
    snippet: str


def create_sql(vendor: str) -> list[str]:
    """The statements that make the index table, for the migration."""
    if vendor == "postgresql":
        return [
            "CREATE TABLE qa_search (id bigint PRIMARY KEY, topic_id bigint NOT NULL, title text,"
            " body text, document tsvector NOT NULL)",
            "CREATE INDEX qa_search_document ON qa_search USING gin (document)",
        ]
    return [
        "CREATE VIRTUAL TABLE qa_search USING fts5(title, body, topic_id UNINDEXED,"
        " tokenize='porter unicode61 remove_diacritics 2')"
    ]


def index(question) -> None:
    """Put a published question into the index, or bring its row up to date.

    Its text is all that its page shows: the question, the answer, and those of readers.
    """
    answers = [*question.answers.official(), *question.answers.published_reader()]
    remove(question.pk)
    text = "\n".join([question.body, *(answer.text for answer in answers)])
    add([(question.pk, question.topic_id, question.title, text)])


def add(rows) -> None:
    """Put rows of (number, topic's number, title, text) into the index; none is there yet."""
    postgres = connection.vendor == "postgresql"
    values = [(pk, topic, title, text.replace("\x00", "")) for pk, topic, title, text in rows]
    if postgres:
        values = [(*row, fold(row[2]), fold(row[3][:200_000])) for row in values]
    with connection.cursor() as cursor:
        cursor.executemany(_INSERT_POSTGRES if postgres else _INSERT_SQLITE, values)


def remove(question_id: int) -> None:
    column = "id" if connection.vendor == "postgresql" else "rowid"
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM qa_search WHERE {column} = %s", [question_id])  # noqa: S608


def forget(question_id: int) -> None:
    """Take a question out of the index, and its words out of the index's own pages.

    SQLite keeps the words of removed rows until it merges the segments that they are in, which it
    is told to do here: about a second for 50,000 questions.
    """
    remove(question_id)
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("INSERT INTO qa_search (qa_search) VALUES ('optimize')")


def search(text: str, *, topic_id: int | None = None, limit: int = 20, offset: int = 0):
    """Questions that have every word of `text`, best first.

    The last word also counts as a beginning, from three letters on. Returns (hits, total). Words
    in quotes must follow each other; words that say nothing are passed over. Whatever is typed is
    words, never query syntax.
    """
    terms = _terms(text)
    if not terms:
        return [], 0
    query = _all_of(terms)
    return _hits(query, topic_id, limit, offset), _count(query, topic_id)


def similar(text: str, *, limit: int = 3, exclude: int | None = None) -> list[int]:
    """Numbers of the published questions closest to a new one, best first; may be none."""
    words = telling_words(text)[:24]
    if not words:
        return []
    hits = _hits(_any_of(words), None, limit + 1, 0)
    needed = 2 if len(words) > 2 else 1
    close = [hit.id for hit in hits if _shared(words, hit) >= needed and hit.id != exclude]
    return close[:limit]


def telling_words(text: str) -> list[str]:
    """The words of three letters and more that say something, in lower case, each once."""
    words = dict.fromkeys(w.lower()[:LONGEST_WORD] for w in WORD.findall(text))
    return [word for word in words if word not in STOP and len(word) > 2]


def fold(text: str) -> str:
    """Letters without their accents, as SQLite's tokenizer does it by itself."""
    if text.isascii():
        return text
    letters = unicodedata.normalize("NFKD", text)
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


def _shared(words, hit) -> int:
    """How many of the words stand in the title or the snippet, by their first five letters."""
    text = f"{hit.title} {hit.snippet}".lower().replace(OPEN, "").replace(CLOSE, "")
    return sum(word[:5] in text for word in words)


def _terms(text: str) -> list[list[str]]:
    """Phrases and words, as lists of words, without those that say nothing."""
    found = [WORD.findall(phrase or word) for phrase, word in TERM.findall(text)]
    terms = [[word[:LONGEST_WORD] for word in words] for words in found if words]
    telling = [words for words in terms if len(words) > 1 or words[0].lower() not in STOP]
    return (telling or terms)[:MOST_TERMS]


def _all_of(terms) -> str:
    """Every term; the last word may go on, unless it is very short."""
    postgres = connection.vendor == "postgresql"
    parts = [_phrase(words, postgres) for words in terms]
    if len(terms[-1]) == 1 and len(terms[-1][0]) >= SHORTEST_BEGINNING:
        parts[-1] += ":*" if postgres else "*"
    return (" & " if postgres else " ").join(parts)


def _phrase(words, postgres: bool) -> str:
    if postgres:
        return " <-> ".join(f"'{fold(word)}'" for word in words)
    return f'"{" ".join(words)}"'


def _any_of(words) -> str:
    postgres = connection.vendor == "postgresql"
    return (" | " if postgres else " OR ").join(_phrase([word], postgres) for word in words)


def _count(query: str, topic_id) -> int:
    _, where = _dialect(topic_id)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT count(*) FROM qa_search WHERE {where}",  # noqa: S608 (no word of a visitor's)
            {"query": query, "topic": topic_id},
        )
        return cursor.fetchone()[0]


def _hits(query: str, topic_id, limit: int, offset: int) -> list[Hit]:
    select, where = _dialect(topic_id)
    marks = {"open": OPEN, "close": CLOSE, "options": f"StartSel={OPEN},StopSel={CLOSE}"}
    values = {"query": query, "topic": topic_id, "limit": limit, "offset": offset, **marks}
    with connection.cursor() as cursor:
        cursor.execute(select.format(where=where), values)
        return [Hit(*row) for row in cursor.fetchall()]


def _dialect(topic_id) -> tuple[str, str]:
    """The SELECT and the WHERE of this database."""
    select, where = _POSTGRES if connection.vendor == "postgresql" else _SQLITE
    return select, where if topic_id is None else f"{where} AND topic_id = %(topic)s"


_INSERT_SQLITE = "INSERT INTO qa_search (rowid, topic_id, title, body) VALUES (%s, %s, %s, %s)"
_INSERT_POSTGRES = (
    "INSERT INTO qa_search (id, topic_id, title, body, document) VALUES (%s, %s, %s, %s,"
    " setweight(to_tsvector('english', %s), 'A') || to_tsvector('english', %s))"
)
_SQLITE = (
    """
    SELECT rowid, highlight(qa_search, 0, %(open)s, %(close)s),
           snippet(qa_search, 1, %(open)s, %(close)s, '…', 30)
    FROM qa_search WHERE {where}
    ORDER BY bm25(qa_search, 8.0, 1.0), rowid DESC LIMIT %(limit)s OFFSET %(offset)s
    """,
    "qa_search MATCH %(query)s",
)
_POSTGRES = (
    """
    SELECT id,
           ts_headline('english', title, q, %(options)s || ',HighlightAll=true'),
           ts_headline('english', body, q, %(options)s || ',MaxWords=32,MinWords=20')
    FROM qa_search, to_tsquery('english', %(query)s) AS q WHERE {where}
    ORDER BY ts_rank(document, q) DESC, id DESC LIMIT %(limit)s OFFSET %(offset)s
    """,
    "document @@ to_tsquery('english', %(query)s)",
)
