"""The index of words: one table, in SQLite's FTS5 or as PostgreSQL's tsvector."""

from dataclasses import dataclass

from django.db import connection

from qa.search import words

# Marks of a hit in a snippet: characters that cannot be typed into a form.
OPEN, CLOSE = "\x02", "\x03"
# Shorter words are no beginnings: half of all texts have a word that begins with "c".
SHORTEST_BEGINNING = 3
# Counting goes on to here; nobody reads the thousandth page, and counting a million takes long.
MOST_COUNTED = 1000


@dataclass(frozen=True)
class Hit:
    """One found question: its number, and snippets with OPEN and CLOSE around hit words.

    `score` orders hits, the best lowest; equal ones are equally close.
    """

    id: int
    title: str
    snippet: str
    score: float


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


def add(rows) -> None:
    """Put rows of (number, topic's number, title, text) into the index; none is there yet."""
    postgres = connection.vendor == "postgresql"
    values = [(pk, topic, title, text.replace("\x00", "")) for pk, topic, title, text in rows]
    if postgres:
        values = [(*row, words.fold(row[2]), words.fold(row[3][:200_000])) for row in values]
    with connection.cursor() as cursor:
        cursor.executemany(_INSERT_POSTGRES if postgres else _INSERT_SQLITE, values)


def remove(question_id: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM qa_search WHERE {_id()} = %s", [question_id])  # noqa: S608


def merge_segments() -> None:
    """Take the words of removed rows out of the index's own pages.

    SQLite keeps them until it merges the segments that they are in, which it is told to do here:
    about a second for 50,000 questions.
    """
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("INSERT INTO qa_search (qa_search) VALUES ('optimize')")


def hits(terms: list[list[str]], topic_id: int | None, limit: int, offset: int) -> list[Hit]:
    """Questions that have every term, best first."""
    return _hits(_all_of(terms), topic_id, limit, offset)


def titles(numbers: list[int]) -> dict[int, str]:
    """The titles of questions in the index."""
    places = ", ".join(["%s"] * len(numbers)) or "NULL"
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {_id()}, title FROM qa_search WHERE {_id()} IN ({places})",  # noqa: S608
            numbers,
        )
        return dict(cursor.fetchall())


def without_vector(model: str, limit: int) -> list[tuple[int, str, str]]:
    """Numbers, titles and texts of questions that a model has not placed (qa/search/vectors.py)."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {_id()}, title, body FROM qa_search WHERE NOT EXISTS (SELECT 1 FROM"  # noqa: S608
            f" qa_vector WHERE question_id = qa_search.{_id()} AND model = %s) LIMIT %s",
            [model, limit],
        )
        return cursor.fetchall()


def _id() -> str:
    return "id" if connection.vendor == "postgresql" else "rowid"


def _hits(query: str, topic_id: int | None, limit: int, offset: int) -> list[Hit]:
    select, where = _dialect(topic_id)
    values = {
        "query": query,
        "topic": topic_id,
        "limit": limit,
        "offset": offset,
        "open": OPEN,
        "close": CLOSE,
        "options": f"StartSel={OPEN},StopSel={CLOSE}",
    }
    with connection.cursor() as cursor:
        cursor.execute(select.format(where=where), values)
        return [Hit(*row) for row in cursor.fetchall()]


def count(terms: list[list[str]], topic_id: int | None) -> int:
    """How many questions have every term; MOST_COUNTED for as many and more."""
    _, where = _dialect(topic_id)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT count(*) FROM (SELECT 1 FROM qa_search WHERE {where}"  # noqa: S608 (no word of a visitor's)
            " LIMIT %(most)s) AS found",
            {"query": _all_of(terms), "topic": topic_id, "most": MOST_COUNTED},
        )
        return cursor.fetchone()[0]


def _all_of(terms: list[list[str]]) -> str:
    """Every term; the last word may go on, unless it is very short."""
    postgres = connection.vendor == "postgresql"
    parts = [_phrase(term, postgres) for term in terms]
    if len(terms[-1]) == 1 and len(terms[-1][0]) >= SHORTEST_BEGINNING:
        parts[-1] += ":*" if postgres else "*"
    return (" & " if postgres else " ").join(parts)


def _phrase(term: list[str], postgres: bool) -> str:
    if postgres:
        return " <-> ".join(f"'{words.fold(word)}'" for word in term)
    return f'"{" ".join(term)}"'


def _dialect(topic_id) -> tuple[str, str]:
    """The SELECT and the WHERE of this database."""
    select, where = _POSTGRES if connection.vendor == "postgresql" else _SQLITE
    return select, where if topic_id is None else f"{where} AND topic_id = %(topic)s"


_INSERT_SQLITE = "INSERT INTO qa_search (rowid, topic_id, title, body) VALUES (%s, %s, %s, %s)"
_INSERT_POSTGRES = (
    "INSERT INTO qa_search (id, topic_id, title, body, document) VALUES (%s, %s, %s, %s,"
    " setweight(to_tsvector('english', %s), 'A') || to_tsvector('english', %s))"
)
# The best are chosen first and only they are marked: snippets cost more than the search does.
_SQLITE = (
    """
    WITH best AS MATERIALIZED (
        SELECT rowid AS id, bm25(qa_search, 8.0, 1.0) AS score FROM qa_search WHERE {where}
        ORDER BY 2, 1 DESC LIMIT %(limit)s OFFSET %(offset)s
    )
    SELECT best.id, highlight(qa_search, 0, %(open)s, %(close)s),
           snippet(qa_search, 1, %(open)s, %(close)s, '…', 30), best.score
    FROM best CROSS JOIN qa_search ON qa_search.rowid = best.id
    WHERE qa_search MATCH %(query)s ORDER BY best.score, best.id DESC
    """,
    "qa_search MATCH %(query)s",
)
_POSTGRES = (
    """
    WITH best AS MATERIALIZED (
        SELECT id, title, body, -ts_rank(document, q) AS score
        FROM qa_search, to_tsquery('english', %(query)s) AS q WHERE {where}
        ORDER BY 4, 1 DESC LIMIT %(limit)s OFFSET %(offset)s
    )
    SELECT id,
           ts_headline('english', title, q, %(options)s || ',HighlightAll=true'),
           ts_headline('english', body, q, %(options)s || ',MaxWords=32,MinWords=20'), score
    FROM best, to_tsquery('english', %(query)s) AS q ORDER BY score, id DESC
    """,
    "document @@ to_tsquery('english', %(query)s)",
)
