"""A site of its own for the measurements: a folder, a database with questions, its addresses."""

import os
import platform
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import urllib.request
from email.message import Message
from importlib.metadata import version
from pathlib import Path

from bench import data, load
from bench.servers import NGINX, ROOT, WORKERS


class Site:
    """Everything in one folder; `environment` makes any process of the site use it."""

    def __init__(self, folder: Path):
        self.folder = folder
        var = folder / "var"
        var.mkdir(parents=True, exist_ok=True)
        self.environment = {
            "VAR_DIR": str(var),
            "MEDIA_ROOT": str(folder / "media"),
            "RATE_LIMITS": "off",
            "DJANGO_SETTINGS_MODULE": "config.settings",
        }
        os.environ.update(self.environment)

    def manage(self, *arguments: str) -> str:
        done = subprocess.run(  # noqa: S603
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT,
            env=os.environ | self.environment,
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
        return done.stdout.strip()

    def fill(self, source: Path | None, most: int | None = None) -> None:
        """Migrate, collect the static files, import MedQuAD (or made-up questions where `source`
        is None) and do what the worker does after an import, unless that was done before.
        """
        if (self.folder / "filled").exists():
            self.manage("migrate", "-v0")  # it may be by an older version
            return
        self.set_up()
        file = self.folder / "questions.jsonl"
        data.write(file, source, most)
        print(self.manage("import_questions", "--create-topics", str(file)))
        self.manage("worker", "--once")
        self.prepare()
        (self.folder / "filled").touch()

    def set_up(self) -> None:
        self.manage("migrate", "-v0")
        self.manage("collectstatic", "-v0", "--noinput")

    def prepare(self) -> None:
        """The worker works off an import by and by; here it is all done before anything else."""
        self.django()
        from qa import search
        from qa.models import Question

        while search.fill():
            pass
        while Question.prepare_pages():
            pass

    def django(self) -> None:
        """Make this very process one of the site."""
        import django

        sys.path.insert(0, str(ROOT))
        django.setup()


def fetch(url: str, **headers) -> tuple[bytes, Message]:
    request = urllib.request.Request(url, headers=headers)  # noqa: S310
    with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
        return answer.read(), answer.headers


def versions() -> str:
    """What was measured, and with what."""
    parts = [f"{name} {version(name)}" for name in ("Django", "granian")]
    if NGINX:
        said = subprocess.run([NGINX, "-v"], capture_output=True, text=True).stderr  # noqa: S603
        parts.append(said.strip().rpartition(": ")[2])
    if load.WRK:
        said = subprocess.run([load.WRK, "-v"], capture_output=True, text=True).stdout  # noqa: S603
        parts.append(" ".join(said.split()[:2]))
    database = os.environ.get("DATABASE_URL", "").partition(":")[0] or "SQLite"
    return (
        f"Python {platform.python_version()}, {', '.join(parts)}; {database}"
        f" (SQLite {sqlite3.sqlite_version}); {os.cpu_count()} cores, {WORKERS} web processes,"
        " load generator on the same machine"
    )


def table(title: str, head: list[str], rows: list[list]) -> None:
    """Print a table in Markdown."""
    print(f"\n### {title}\n")
    print(f"| {' | '.join(head)} |")
    print("|" + "---|" * len(head))
    for row in rows:
        print(f"| {' | '.join(_cell(cell) for cell in row)} |", flush=True)
    print()


def _cell(value) -> str:
    if isinstance(value, float):
        return f"{value:.2f}" if value < 100 else f"{value:,.0f}"
    return f"{value:,}" if isinstance(value, int) else str(value)


def temporary() -> Path:
    """A new folder on the disk that the database would be on; to be removed by `remove`."""
    return Path(tempfile.mkdtemp(prefix="askwell-bench-"))


def remove(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
