"""What Django's system checks say about the machine that the site runs on."""

import sqlite3

from django.core.checks import Tags, Warning, register
from django.db import connections

FIXED = (3, 51, 3)
# Fixed in the last release of an older series, too.
BACKPORTS = {(3, 44): (3, 44, 6), (3, 50): (3, 50, 7)}


def may_lose_pages(version: tuple[int, int, int]) -> bool:
    """Whether this SQLite has the WAL-reset bug (sqlite.org/wal.html#walresetbug).

    In write-ahead mode two connections that write or checkpoint at the same moment can, very
    rarely, damage the database. Since 3.7.0.
    """
    return (3, 7, 0) <= version < BACKPORTS.get(version[:2], FIXED)


@register(Tags.database)
def sqlite_version(app_configs=None, databases=None, **kwargs) -> list[Warning]:
    """Tagged "database", so that it runs with `migrate` and `check --database default`.

    bin/serve says it once, at its start.
    """
    used = any(connections[alias].vendor == "sqlite" for alias in databases or [])
    if not used or not may_lose_pages(sqlite3.sqlite_version_info):
        return []
    return [
        Warning(
            f"SQLite {sqlite3.sqlite_version} has a bug that can, very rarely, damage a database "
            "to which two processes write at the same moment.",
            hint="Use a Python with SQLite 3.51.3 or newer (or 3.50.7, 3.44.6), or PostgreSQL by "
            "DATABASE_URL; until then keep backups (docs/operations.md).",
            id="askwell.W001",
        )
    ]
