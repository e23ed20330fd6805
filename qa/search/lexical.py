"""The index of words: one table, in SQLite's FTS5 or as PostgreSQL's tsvector."""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from django.db import connection, transaction

from qa.search import words

# Marks of a hit in a snippet: characters that cannot be typed into a form.
OPEN, CLOSE = "\x02", "\x03"
# Counting goes on to here: nobody reads the thousandth page.
MOST_COUNTED = 1000
# Of more hits than these the newest are ranked: to gather and rank each question that has an
# everyday word takes seconds in an archive of a million.
MOST_RANKED = 2500
# Questions in the index of a site beyond which MOST_COUNTED only are ranked: PostgreSQL takes
# twenty times as long to fetch a question that is not in its memory as to rank it, and SQLite a
# fifth of a search to rank the others.
LARGE = 200_000
# PostgreSQL's documents have, beside their words, marks of their topic and of the small and large
# block of so many numbers that they are in: words of some blocks are found in a tenth of the time
# that all need (docs/adr/0031). A window of more than MOST_BLOCKS small ones is one of large ones.
SMALL_BLOCK, LARGE_BLOCK, MOST_BLOCKS = 16_384, 65_536, 4
# So many hits PostgreSQL gathers as fast as those of some blocks; it is asked for all where the
# newest blocks let fewer be expected, or have too few to tell.
MOST_GATHERED, FEW = 2000, 20
# Characters of a text that PostgreSQL indexes, as a tsvector is 1 MB at most; questions indexed
# anew in one transaction.
LONGEST_TEXT, AT_ONCE = 200_000, 200
# Pages of SQLite's index: a few hundredths of a second.
MERGED_AT_ONCE = 500
# A word, or those of a phrase with spaces between them, in each of its spellings.
Term = list[str]


@dataclass(frozen=True)
class Hit:
    """One found question: its number, and snippets with OPEN and CLOSE around hit words.

    `score` orders hits, the best lowest; equal ones are equally close.
    """

    id: int
    title: str
    snippet: str
    score: float


class _Found(NamedTuple):
    """How many hits, the numbers and scores of a page, and, where there are so many that they were
    not ranked, how far apart half of them lie.
    """

    number: int
    page: list[tuple[int, float]]
    span: int | None = None


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
    values = [
        (pk, topic, words.visible(title), words.visible(text)) for pk, topic, title, text in rows
    ]
    if postgres:
        values = [(*row, *_document(*row)) for row in values]
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


def gather_segments() -> None:
    """Make one of the many segments that SQLite's index has after an import: a search looks into
    each of them.

    In many transactions, as others wait to write meanwhile (sqlite.org/fts5.html, "merge"). Unlike
    the above it may leave words of removed rows.
    """
    if connection.vendor != "sqlite":
        return
    pages, changed = -MERGED_AT_ONCE, 2  # a negative number begins with all there is
    with connection.cursor() as cursor:
        while changed >= 2:
            before = connection.connection.total_changes
            cursor.execute("INSERT INTO qa_search (qa_search, rank) VALUES ('merge', %s)", [pages])
            pages, changed = MERGED_AT_ONCE, connection.connection.total_changes - before


def fill(seconds: float) -> int:
    """Index anew what was indexed before migration 0019; how many questions."""
    done, until = 0, time.monotonic() + seconds
    while _is_postgres() and time.monotonic() < until:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(_OLDER_POSTGRES, [AT_ONCE])
            rows = [(*_document(*row), row[0]) for row in cursor.fetchall()]
            if not rows:
                break
            cursor.executemany(_UPDATE_POSTGRES, rows)
        done += len(rows)
    return done


def find(
    terms: list[Term],
    topic_id: int | None,
    limit: int,
    offset: int,
    first: Callable[[], list[int]],
):
    """One page of the questions that have every term, best first, and the count of all.

    Where there are more than a page, `first` names some that stand before the first page and on no
    other.
    """
    page, total, values = _best(terms, topic_id, limit, offset)
    if total > limit:
        chosen = first()
        page = [hit for hit in page if hit[0] not in chosen]
        page = page if offset else [*((number, -math.inf) for number in chosen), *page]
    return _marked(page, values), total


def count(terms: list[Term]) -> int:
    """How many questions `find` has without a topic, in a third of its time."""
    values = {"query": _all_of(terms), "since": 0, "most": MOST_COUNTED}
    number = _hits(values)
    if not number and _may_go_on(terms[-1]):
        number = _hits(values | {"query": _all_of(terms, goes_on=True)})
    return number


def numbers(terms: list[Term], limit: int, unfinished: bool) -> list[int]:
    """The best of them without their texts, which take longer."""
    return [number for number, _ in _best(terms, None, limit, 0, unfinished)[0]]


def _best(
    terms: list[Term], topic_id: int | None, limit: int, offset: int, unfinished: bool = False
):
    """Numbers and scores of a page, the count of all, and what was asked of the database.

    The last word may go on where nothing is found with it as it is: "HIV" is no beginning of hives.
    It does in any case where it is `unfinished`.
    """
    last, gather = _last(), _gather_postgres if _is_postgres() else _gather_sqlite
    values = {"query": _all_of(terms), "topic": topic_id, "since": 0, "last": last}
    values |= {"limit": limit, "offset": offset, "goes_on": False}
    values["most"] = MOST_COUNTED if last > LARGE else MOST_RANKED
    goes_on = unfinished and _may_go_on(terms[-1])
    if not goes_on:
        page, number = gather(values)
        nowhere = not number and not (topic_id and _is_anywhere(values))
        goes_on = nowhere and not unfinished and _may_go_on(terms[-1])
    if goes_on:
        values |= {"query": _all_of(terms, goes_on=True), "goes_on": True}
        page, number = gather(values)
    return page, min(number, MOST_COUNTED), values


def titles(numbers: list[int]) -> dict[int, str]:
    """The titles of questions in the index."""
    if not numbers:
        return {}
    places = ", ".join(["%s"] * len(numbers))
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {_id()}, title FROM qa_search WHERE {_id()} IN ({places})",  # noqa: S608
            numbers,
        )
        return dict(cursor.fetchall())


def newest_texts(limit: int) -> list[str]:
    """Texts without their titles, those of the highest numbers first."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT body FROM qa_search ORDER BY {_id()} DESC LIMIT %s",  # noqa: S608
            [limit],
        )
        return [text for (text,) in cursor.fetchall()]


def without_vector(model: str, limit: int) -> list[tuple[int, str, str]]:
    """Numbers, titles and texts of questions that a model has not placed (qa/search/vectors.py)."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {_id()}, title, body FROM qa_search WHERE NOT EXISTS (SELECT 1 FROM"  # noqa: S608
            f" qa_vector WHERE question_id = qa_search.{_id()} AND model = %s) LIMIT %s",
            [model, limit],
        )
        return cursor.fetchall()


def _document(pk: int, topic_id: int, title: str, text: str) -> tuple[str, str, list[str]]:
    """What PostgreSQL's document is made of."""
    marks = [
        _mark(SMALL_BLOCK, pk // SMALL_BLOCK),
        _mark(LARGE_BLOCK, pk // LARGE_BLOCK),
        _mark("topic", topic_id),
    ]
    return words.plain(title), words.plain(text[:LONGEST_TEXT]), marks


def _mark(kind: str | int, number: int) -> str:
    """A lexeme that says where a document belongs; no word has a full stop."""
    return f".{kind}/{number}"


def _is_postgres() -> bool:
    return connection.vendor == "postgresql"


def _id() -> str:
    return "id" if _is_postgres() else "rowid"


def _select(sql: str, values: dict) -> list[tuple]:
    """{found} in the statement becomes the condition for what is searched for."""
    found, topic = _FOUND_POSTGRES, values.get("topic")
    if not _is_postgres():
        found = _FOUND_SQLITE + (_TOPIC_SQLITE[values["few"]] if topic else "")
    else:
        within = f"'{_mark('topic', topic)}'" if topic else ""
        values = {"blocks": ""} | values | {"within": within}
    with connection.cursor() as cursor:
        cursor.execute(sql.format(found=found, id=_id()), values)
        return cursor.fetchall()


def _hits(values: dict) -> int:
    """How many questions there are, values["most"] of them at most.

    One row comes back: each row of SQLite's would let another thread run, and wait until that one
    lets this one.
    """
    [(number,)] = _select(
        "SELECT count(*) FROM (SELECT {id} FROM qa_search WHERE {found} LIMIT %(most)s) AS hit",
        values,
    )
    return number


def _may_go_on(term: Term) -> bool:
    """Whether the last word may. To gather what begins with an everyday word takes long."""
    if " " in term[0] or len(term[0]) < words.SHORTEST_BEGINNING:
        return False
    alone = {"query": _all_of([term]), "since": 0, "most": MOST_COUNTED}
    return _hits(alone) < MOST_COUNTED


def _is_anywhere(values: dict) -> bool:
    """Whether another topic has it."""
    return bool(_hits(values | {"topic": None}))


def _last() -> int:
    """The highest number there is."""
    found = _select("SELECT {id} FROM qa_search ORDER BY {id} DESC LIMIT 1", {})
    return found[0][0] if found else 0


def _gather_sqlite(values: dict) -> tuple[list[tuple[int, float]], int]:
    """Numbers and scores of a page, best first, and the count of all up to values["most"].

    Of more the newest are ranked. They are the same ones for every page, so that no page repeats or
    misses a hit of another.
    """
    score = _RANK_SQLITE
    if values["topic"]:
        values["few"] = _hits(values | {"topic": None}) < values["most"]
    # To weigh a beginning FTS5 gathers all that begins with it again: too long for very many.
    if values["goes_on"] and _hits(values) >= values["most"]:
        score = "0.0"
    rows = _select(_PAGE_SQLITE.replace("{score}", score), values)
    if not rows:
        return [], _hits(values) if values["offset"] else 0
    return [(pk, score) for pk, score, _ in rows], rows[0][2]


def _gather_postgres(values: dict) -> tuple[list[tuple[int, float]], int]:
    """The same. It gathers all hits for each question, and the oldest are the first, but for a few
    that were edited: so it is guessed where to begin. By how many there are in the newest blocks;
    where they are few, all are gathered, unless they are many, and how far apart the oldest lie
    tells. A bit more to be safe, and looked further back where there are too few.
    """
    most, last = values["most"], values["last"]
    width = SMALL_BLOCK + last % SMALL_BLOCK
    # What begins with a word is gathered as a whole, so blocks save nothing.
    in_blocks = last > LARGE and not values["goes_on"]
    found = _newest(width, values) if in_blocks else _Found(0, [])
    if found.number <= max(FEW, 0.8 * MOST_GATHERED * width / max(last, 1)):
        found = _found(_ALL_POSTGRES, values)
        if found.span is None:
            return found.page, min(found.number, most)
        width = 3 * found.span * most / found.number + 1
        found = _newest(width, values)
    elif found.number < most:
        width *= 1.25 * most / found.number
        found = _newest(width, values)
    while found.number < most and width < last:
        width *= min(max(1.5 * most / max(found.number, 1), 1.5), 8)
        found = _newest(width, values)
    return found.page, found.number


def _newest(width: float, values: dict) -> _Found:
    """Of the newest values["most"] hits in the blocks of so many numbers before the last."""
    first, last = max(0, int(values["last"] - width)), values["last"]
    size = SMALL_BLOCK if last // SMALL_BLOCK - first // SMALL_BLOCK < MOST_BLOCKS else LARGE_BLOCK
    blocks = [_mark(size, at) for at in range(first // size, last // size + 1)]
    return _found(_NEWEST_POSTGRES, values | {"blocks": " | ".join(f"'{it}'" for it in blocks)})


def _found(limit: str, values: dict) -> _Found:
    """The hits within a limit, as one row: to fetch a thousand takes a millisecond."""
    values = values | {"gathered": max(MOST_GATHERED, values["most"] + 1)}
    [(number, page, span)] = _select(_PAGE_POSTGRES.replace("{limit}", limit), values)
    return _Found(number, [(int(pk), score) for pk, score in page], span)


def _marked(best: list[tuple[int, float]], values: dict) -> list[Hit]:
    """The hits of a page with their snippets, which cost more than the search does.

    SQLite walks once from the first to the last of them: to look each up would search anew.
    """
    if not best:
        return []
    numbers = [number for number, _ in best]
    places = {f"n{at}": number for at, number in enumerate(numbers)}
    rows = _select(
        (_MARKED_POSTGRES if _is_postgres() else _MARKED_SQLITE)
        + f" IN ({', '.join(f'%({name})s' for name in places)})",
        values
        | places
        | {"since": min(numbers), "until": max(numbers), "open": OPEN, "close": CLOSE}
        | {"topic": None, "options": f"StartSel={OPEN},StopSel={CLOSE}"},
    )
    texts = {number: (title, snippet) for number, title, snippet in rows}
    return [Hit(number, *texts[number], score) for number, score in best if number in texts]


def _all_of(terms: list[Term], goes_on: bool = False) -> str:
    """Every term, in one of its spellings; the last one may go on."""
    ends = ["" for _ in terms[1:]] + ["*" if goes_on else ""]
    if _is_postgres():
        return " & ".join(
            _one_of(" | ", [_postgres(text) + (end and ":*") for text in term])
            for term, end in zip(terms, ends, strict=True)
        )
    return " AND ".join(
        _one_of(" OR ", [f'"{text}"{end}' for text in term])
        for term, end in zip(terms, ends, strict=True)
    )


def _one_of(operator: str, spellings: list[str]) -> str:
    return f"({operator.join(spellings)})" if len(spellings) > 1 else spellings[0]


def _postgres(text: str) -> str:
    """A word, or the words of a phrase that follow each other."""
    return " <-> ".join(f"'{words.plain(word)}'" for word in text.split())


_INSERT_SQLITE = "INSERT INTO qa_search (rowid, topic_id, title, body) VALUES (%s, %s, %s, %s)"
# Between title and text stands what is no word, so that no phrase begins in one and ends in the
# other.
_DOCUMENT = (
    "setweight(to_tsvector('qa_words', %s), 'A') || '.:1'::tsvector || to_tsvector('qa_words', %s)"
    " || array_to_tsvector(%s)"
)
_INSERT_POSTGRES = (
    "INSERT INTO qa_search (id, topic_id, title, body, document, plain)"  # noqa: S608 (placeholders only)
    f" VALUES (%s, %s, %s, %s, {_DOCUMENT}, true)"
)
_UPDATE_POSTGRES = f"UPDATE qa_search SET document = {_DOCUMENT}, plain = true WHERE id = %s"  # noqa: S608
_OLDER_POSTGRES = (
    "SELECT id, topic_id, title, body FROM qa_search WHERE NOT plain LIMIT %s"
    " FOR UPDATE SKIP LOCKED"
)
_FOUND_SQLITE = "qa_search MATCH %(query)s AND rowid >= %(since)s"
_FOUND_POSTGRES = (
    "document @@ (to_tsquery('qa_words', %(query)s) && %(within)s::tsquery && %(blocks)s::tsquery)"
)
# FTS5 has no index of topics. Of a few hits each is looked up; of many that takes longer than to
# gather all of the topic. The plus sign keeps it from searching anew for each question of those.
_TOPIC_SQLITE = {
    True: " AND (SELECT topic_id FROM qa_question WHERE id = qa_search.rowid) = %(topic)s",
    False: " AND +rowid IN (SELECT id FROM qa_question WHERE topic_id = %(topic)s)",
}
# Where hits lie is gathered, counted and sorted: with their documents that takes twice as long.
_PAGE_POSTGRES = """
    WITH hit AS MATERIALIZED (SELECT id, ctid AS place FROM qa_search WHERE {found} {limit}),
    ranked AS MATERIALIZED (
        SELECT id, -ts_rank(document, to_tsquery('qa_words', %(query)s)) AS score
        FROM qa_search WHERE ctid = ANY (ARRAY(
            SELECT place FROM hit WHERE (SELECT count(*) FROM hit) < %(gathered)s
            ORDER BY id DESC LIMIT %(most)s))
    )
    SELECT count(*),
           ARRAY(SELECT ARRAY[id, score] FROM ranked
                 ORDER BY score, id DESC LIMIT %(limit)s OFFSET %(offset)s),
           CASE WHEN count(*) = %(gathered)s
                THEN (SELECT percentile_disc(0.5) WITHIN GROUP (ORDER BY id) FROM hit) - min(id)
           END
    FROM hit
"""
_ALL_POSTGRES = "LIMIT %(gathered)s"
_NEWEST_POSTGRES = "ORDER BY id DESC LIMIT %(most)s"
_RANK_SQLITE = "bm25(qa_search, 8.0, 1.0)"
_PAGE_SQLITE = """
    SELECT id, score, count(*) OVER ()
    FROM (SELECT rowid AS id, {score} AS score FROM qa_search WHERE {found}
          ORDER BY rowid DESC LIMIT %(most)s)
    ORDER BY score, id DESC LIMIT %(limit)s OFFSET %(offset)s
"""
_MARKED_SQLITE = """
    SELECT rowid, highlight(qa_search, 0, %(open)s, %(close)s),
           snippet(qa_search, 1, %(open)s, %(close)s, '…', 30)
    FROM qa_search WHERE {found} AND rowid <= %(until)s AND +rowid
"""
_MARKED_POSTGRES = """
    SELECT id, ts_headline('qa_words', title, q, %(options)s || ',HighlightAll=true'),
           ts_headline('qa_words', body, q, %(options)s || ',MaxWords=32,MinWords=20')
    FROM qa_search, to_tsquery('qa_words', %(query)s) AS q WHERE id
"""
