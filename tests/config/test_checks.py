import sqlite3

import pytest

from config.checks import may_lose_pages, sqlite_version
from config.serve import warn


@pytest.mark.parametrize(
    ("version", "affected"),
    [
        ((3, 6, 23), False),  # before write-ahead logging
        ((3, 7, 0), True),
        ((3, 40, 1), True),
        ((3, 44, 5), True),
        ((3, 44, 6), False),  # the fix came back to two older series
        ((3, 50, 6), True),
        ((3, 50, 7), False),
        ((3, 51, 2), True),
        ((3, 51, 3), False),
        ((3, 53, 0), False),
    ],
)
def test_wal_reset_bug_is_known_by_version(version, affected):
    assert may_lose_pages(version) is affected


@pytest.fixture
def old_sqlite(monkeypatch):
    monkeypatch.setattr(sqlite3, "sqlite_version_info", (3, 45, 1))
    monkeypatch.setattr(sqlite3, "sqlite_version", "3.45.1")
    monkeypatch.setattr("config.checks.connections", {"default": Connection("sqlite")})


class Connection:
    def __init__(self, vendor):
        self.vendor = vendor


def test_affected_version_is_a_warning_that_says_what_to_do(old_sqlite):
    [problem] = sqlite_version(databases=["default"])

    assert problem.id == "askwell.W001"
    assert problem.msg.startswith("SQLite 3.45.1 has a bug that can, very rarely, damage")
    assert "DATABASE_URL" in problem.hint


def test_start_says_it_once(old_sqlite, capsys):
    warn()

    assert capsys.readouterr().out.startswith("\nWarning (askwell.W001): SQLite 3.45.1 has a bug")


def test_fixed_version_is_no_warning(old_sqlite, monkeypatch):
    monkeypatch.setattr(sqlite3, "sqlite_version_info", (3, 51, 3))

    assert sqlite_version(databases=["default"]) == []


def test_other_databases_are_no_warning(old_sqlite, monkeypatch):
    monkeypatch.setattr("config.checks.connections", {"default": Connection("postgresql")})

    assert sqlite_version(databases=["default"]) == []


def test_checks_that_need_no_database_leave_it_out(old_sqlite):
    assert sqlite_version(databases=None) == []
