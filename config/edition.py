"""The edition of what is public: it changes in the very transaction that changes a public page.

Database triggers do it, so that no verb, import or line of SQL can forget to. They are looked
after whenever `migrate` has run: SQLite drops those of a table that a migration makes anew.
"""

import hashlib
from collections.abc import Callable

from django.db import connection

from qa.models import Edition

# Each table that public pages are made of, and which of its rows they show. {row} is the row
# before a change, or the row after it.
SHOWN = {
    "qa_question": "{row}.status = 'published'",
    "qa_answer": "{row}.kind = 'official' OR {row}.status = 'published'",
    "qa_correction": "true",
    "qa_image": "{row}.public_key IS NOT NULL",
    "qa_policy": "true",
    "qa_reference": "true",
    "qa_siteprofile": "true",
    "qa_topic": "true",
    "qa_topic_related": "true",
    "qa_topicpicture": "true",
    "newsletter_factsheet": "true",
    "newsletter_issue": "{row}.status <> 'draft'",
    "newsletter_issuepicture": "true",
}
# Of people, pages show these; and who signs in changes their row.
PERSON = ("display_name", "credentials", "bio", "place")
NEXT = {
    "sqlite": (
        "INSERT INTO qa_edition (id, number) VALUES (1, 1)"
        " ON CONFLICT (id) DO UPDATE SET number = number + 1"
    ),
    "postgresql": (
        "INSERT INTO qa_edition (id, number) VALUES (txid_current(), 0) ON CONFLICT DO NOTHING"
    ),
}
FUNCTION = """
    CREATE OR REPLACE FUNCTION edition_next() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN {next}; RETURN NULL; END $$
"""
EXISTING = {
    "sqlite": "SELECT name, tbl_name FROM sqlite_master WHERE type = 'trigger'",
    "postgresql": "SELECT tgname, relname FROM pg_trigger JOIN pg_class c ON c.oid = tgrelid",
}
KEPT = 1000  # rows on PostgreSQL


def read() -> tuple:
    """The edition now, to be compared with an earlier one. Raises DatabaseError."""
    with connection.cursor() as cursor:
        # A transaction's number grows, so no row that goes makes up for one that comes.
        cursor.execute("SELECT count(*), coalesce(sum(id + number), 0) FROM qa_edition")
        return tuple(cursor.fetchone())


class PerEdition:
    """What a process works out of public rows once in each edition; a call gives it.

    `build` reads those rows and nothing else, and its result is never changed. Within a transaction
    nothing is kept: were it rolled back, its edition could come again with other rows.
    """

    def __init__(self, build: Callable):
        self.build = build
        self.forget()

    def __call__(self):
        if connection.in_atomic_block:
            return self.build()
        now, (edition, found) = read(), self.known
        if edition != now:
            found = self.build()
            self.known = now, found
        return found

    def forget(self) -> None:
        self.known = None, None


def prune() -> int:
    """Delete all rows but the newest; return how many."""
    last = Edition.objects.order_by("-pk").values_list("pk", flat=True)[KEPT : KEPT + 1].first()
    return Edition.objects.filter(pk__lte=last).delete()[0] if last else 0


def install(**kwargs) -> None:
    """Make the triggers that are missing, and drop those that are not wanted any more."""
    with connection.cursor() as cursor:
        tables = set(connection.introspection.table_names(cursor))
        wanted = dict(_triggers()) if "qa_edition" in tables else {}
        wanted = {key: sql for key, sql in wanted.items() if key[1] in tables}
        existing = _existing(cursor)
        if connection.vendor == "postgresql" and wanted.keys() - existing:
            cursor.execute(FUNCTION.format(next=NEXT["postgresql"]))
        for name, table in existing - wanted.keys():
            on = f" ON {table}" if connection.vendor == "postgresql" else ""
            cursor.execute(f"DROP TRIGGER {name}{on}")
        for key in wanted.keys() - existing:
            cursor.execute(wanted[key])


def _existing(cursor) -> set[tuple[str, str]]:
    cursor.execute(EXISTING[connection.vendor])
    return {(name, table) for name, table in cursor.fetchall() if name.startswith("edition_")}


def _triggers():
    """((name, table), statement) of each; a name changes with its statement."""
    for table, shown in SHOWN.items():
        old, new = f"({shown.format(row='OLD')})", f"({shown.format(row='NEW')})"
        yield _trigger(table, "INSERT", new)
        yield _trigger(table, "UPDATE", f"{old} OR {new}")
        yield _trigger(table, "DELETE", old)
    changed = " OR ".join(f"OLD.{name} <> NEW.{name}" for name in PERSON)
    yield _trigger("accounts_user", "UPDATE", changed)


def _trigger(table: str, act: str, condition: str) -> tuple[tuple[str, str], str]:
    if connection.vendor == "postgresql":
        do = "EXECUTE FUNCTION edition_next()"
    else:
        do = f"BEGIN {NEXT['sqlite']}; END"
    rule = f"AFTER {act} ON {table} FOR EACH ROW WHEN ({condition}) {do}"
    mark = hashlib.sha256(rule.encode()).hexdigest()[:8]
    name = f"edition_{table}_{act.lower()}_{mark}"
    return (name, table), f"CREATE TRIGGER {name} {rule}"
