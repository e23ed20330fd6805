"""A database of its own for a measurement that fills one."""

import contextlib
import os
from urllib.parse import urlsplit

import psycopg
from psycopg import sql


@contextlib.contextmanager
def own(name: str, keep: bool = False):
    """With PostgreSQL, DATABASE_URL names a new database `name` on the same server during the
    block; it is dropped after it, or kept and taken again with `keep`. SQLite needs none: its file
    is in the site's folder.
    """
    server = os.environ.get("DATABASE_URL", "")
    if not server.startswith("postgres"):
        yield
        return
    if not keep:
        _execute(server, "DROP DATABASE IF EXISTS {} WITH (FORCE)", name)
    with contextlib.suppress(psycopg.errors.DuplicateDatabase):
        _execute(server, "CREATE DATABASE {}", name)
    os.environ["DATABASE_URL"] = urlsplit(server)._replace(path=f"/{name}").geturl()
    try:
        yield
    finally:
        os.environ["DATABASE_URL"] = server
        if not keep:
            _execute(server, "DROP DATABASE IF EXISTS {} WITH (FORCE)", name)


def _execute(server: str, statement: str, name: str) -> None:
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(sql.SQL(statement).format(sql.Identifier(name)))
