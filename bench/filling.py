"""Fill a site with very many questions, faster than an import and the worker can."""

import contextlib
from itertools import islice
from pathlib import Path

from django.db import connection, transaction
from tqdm import tqdm

from bench import data
from bench.site import Site

BATCH, RELATED = 5_000, 8
SQLITE = (
    "PRAGMA synchronous = OFF",
    "PRAGMA cache_size = -200000",
    "PRAGMA wal_autocheckpoint = 50000",
)
SQLITE_INDEXES = (
    "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql <> ''"
    " AND tbl_name LIKE 'qa_%'"
)
POSTGRES = (
    "SET synchronous_commit = off",
    "SET session_replication_role = replica",
    "SET maintenance_work_mem = '512MB'",
)
POSTGRES_INDEXES = """
    SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'
    AND tablename LIKE 'qa_%' AND indexname NOT IN (SELECT conname FROM pg_constraint)
"""


def fill(site: Site, source: Path | None, number: int) -> None:
    """Write `number` questions, straight into the tables, unless that was done before.

    Related questions are any eight of the same batch: to find the closest of each of a million
    takes the worker hours.
    """
    if not (site.folder / "filled").exists():
        site.set_up()
    if (site.folder / "many").exists():
        return
    site.django()
    from bench import many
    from qa.models import Topic

    rows = list(data.records(source) if source else data.made_up(64))
    topics = {
        name: Topic.objects.get_or_create(slug=name, defaults={"title": name.capitalize()})[0]
        for name in sorted({row["topic"] for row in rows})
    }
    questions = many.questions(rows, number)
    with _in_one_go(), tqdm(total=number, unit="q", disable=None) as bar:
        while batch := list(islice(questions, BATCH)):
            _write(batch, topics)
            bar.update(len(batch))
    Topic.objects.recount(topic.pk for topic in topics.values())
    (site.folder / "many").touch()


@transaction.atomic
def _write(batch: list[dict], topics: dict) -> None:
    """One row in each table that an import writes, by the same functions."""
    from qa.models import Answer, Event, Question, Reference
    from qa.search import lexical, vectors
    from qa.transfer import bulk

    numbers, answers = bulk.numbers(Question, len(batch)), bulk.numbers(Answer, len(batch))
    ids = [topics[row["topic"]].pk for row in batch]
    related = Question._meta.get_field("closest").get_db_prep_save(numbers[:RELATED], connection)
    dates = [connection.ops.adapt_datetimefield_value(row["date"]) for row in batch]
    bulk.insert(
        Question,
        [
            {
                "id": number,
                "key": f"many-{number}",
                "status": "published",
                "topic_id": topic,
                "external_id": row["external_id"],
                "title": row["title"],
                "asked_title": row["title"],
                "slug": row["slug"],
                "body": row["body"],
                "asked_body": row["body"],
                "location": row["location"],
                "excerpt": row["answer"][:150],
                "closest": related,
                **dict.fromkeys(("created_at", "submitted_at", "published_at", "updated_at"), at),
            }
            for number, topic, row, at in zip(numbers, ids, batch, dates, strict=True)
        ],
    )
    bulk.insert(
        Answer,
        [
            {
                "id": answer,
                "question_id": number,
                "body": row["answer"],
                "created_at": at,
                "published_at": at,
                "reviewed_at": str(row["date"].date()),
            }
            for answer, number, row, at in zip(answers, numbers, batch, dates, strict=True)
        ],
    )
    bulk.insert(
        Reference,
        [
            {"answer_id": answer, "title": source["title"], "url": source["url"]}
            for answer, row in zip(answers, batch, strict=True)
            for source in row["references"]
        ],
    )
    event = {"verb": "import", "role": "site", "to_status": "published"}
    bulk.insert(Event, [event | {"question_id": number} for number in numbers])
    lexical.add(
        (number, topic, row["title"], f"{row['body']}\n{row['answer']}")
        for number, topic, row in zip(numbers, ids, batch, strict=True)
    )
    # Titles alone are placed, to save time: the texts repeat them.
    vectors.add((number, row["title"], "") for number, row in zip(numbers, batch, strict=True))


@contextlib.contextmanager
def _in_one_go():
    """Indexes are made at the end, and nobody waits for the disk or follows the edition."""
    with connection.cursor() as cursor:
        postgres = connection.vendor == "postgresql"
        for statement in POSTGRES if postgres else SQLITE:
            cursor.execute(statement)
        cursor.execute(POSTGRES_INDEXES if postgres else SQLITE_INDEXES)
        indexes = cursor.fetchall()
        for name, _ in indexes:
            cursor.execute(f"DROP INDEX {name}")
        yield
        for _, statement in indexes:
            cursor.execute(statement)
        if postgres:
            cursor.execute("VACUUM ANALYZE")  # as autovacuum does by and by
    connection.close()


def size(site: Site) -> int:
    """Bytes of the database."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_database_size(current_database())")
            return cursor.fetchone()[0]
    return sum(file.stat().st_size for file in (site.folder / "var").glob("*.sqlite3*"))
