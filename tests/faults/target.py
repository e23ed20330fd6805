"""The real site as a target: its processes by their work, orders to die, its rows and files."""

import contextlib
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from qa.housekeeping import KEY
from qa.imaging import widths
from tests.site import ROOT, Mailbox, Site, database_url, first_site

MAIL = "question received"
TABLES = {
    "questions": "SELECT id, key, status, asked_title, submitted_at FROM qa_question",
    "submits": "SELECT question_id FROM qa_event WHERE verb = 'submit'",
    "mails": f"SELECT about, status, last_error FROM outbox_message WHERE purpose = '{MAIL}'",
    "images": "SELECT question_id, key, public_key, width, height FROM qa_image",
    "topic_pictures": "SELECT key, public_key FROM qa_topicpicture",
}


@dataclass
class Target(Site):
    """The site with the points of points.py."""

    module: str = "tests.faults.serve"
    outside: Counter = field(default_factory=Counter)

    def __post_init__(self):
        self.orders = self.folder / "kills"
        self.orders.mkdir(exist_ok=True)
        self.environment |= {
            "DJANGO_SETTINGS_MODULE": "tests.faults.settings",
            "FAULTS_KILLS": str(self.orders),
            "TRUSTED_PROXIES": "127.0.0.1",  # each asker comes from an address of their own
            "WORKERS": self.environment.get("WORKERS", "3"),
            "RATE_LIMITS": "on",
        }

    # --- Processes ---------------------------------------------------------------------

    def server(self) -> int | None:
        """The web server's first process, which starts the others."""
        return next((pid for pid in children(self.process.pid) if "granian" in words(pid)), None)

    def web(self) -> list[int]:
        """The processes that answer requests."""
        server = self.server()
        return [pid for pid in children(server) if "granian" in words(pid)] if server else []

    def decoders(self) -> list[int]:
        return [p for pid in self.web() for p in children(pid) if "qa.imaging.decoder" in words(p)]

    def everything(self) -> list[int]:
        found = [self.process.pid]
        for pid in found:
            found += children(pid)
        return found

    # --- Kills ---------------------------------------------------------------------------

    def kill(self, name: str, pids: list[int | None]) -> None:
        """From outside, at whatever moment this is. Counts where there was something to kill."""
        alive = [pid for pid in pids if pid]
        for pid in alive:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.outside[name] += bool(alive)

    def order_worker(self, point: str) -> None:
        (self.orders / "worker").write_text(point)

    def worker_has_order(self) -> bool:
        return (self.orders / "worker").exists()

    def kills(self) -> Counter:
        """How many there were, by point."""
        done = self.orders / "done"
        return Counter(done.read_text().split() if done.exists() else []) + self.outside

    # --- Rows and files ----------------------------------------------------------------

    def look(self) -> "Stored":
        return Stored(
            self.folder / "media", read(self.environment["DATABASE_URL"], TABLES.values())
        )

    def sweep(self) -> None:
        """Let housekeeping delete files without a row, however young."""
        self.run(
            "from datetime import timedelta; import qa.housekeeping as h;"
            "h.ORPHANS_KEPT = dict.fromkeys(h.ORPHANS_KEPT, timedelta()); h.purge_orphan_files()"
        )

    def run(self, script: str) -> None:
        """Run lines of Python in the site's environment."""
        subprocess.run(
            [sys.executable, "manage.py", "shell", "--no-imports", "-c", script],
            cwd=ROOT,
            env=self.all_environment(),
            check=True,
            capture_output=True,
        )


class Stored:
    """All that is stored, as of one moment."""

    def __init__(self, media: Path, tables: list[list[tuple]]):
        self.private, self.public = media / "private", media / "public"
        questions, submits, mails, images, topic_pictures = tables
        self.questions = {pk: row for pk, *row in questions}
        self.submits = Counter(pk for (pk,) in submits)
        self.mails = Counter(about for about, *_ in mails)
        self.unsent = [mail for mail in mails if mail[1] != "sent"]
        self.images, self.topic_pictures = images, topic_pictures

    def titled(self, title: str) -> list[int]:
        """Numbers of the questions with this title, sent or not."""
        return [pk for pk, (_, _, found, _) in self.questions.items() if found == title]

    def pictures(self, question: int) -> int:
        return sum(row[0] == question for row in self.images)

    def half_written(self, own: str) -> list[str]:
        """What is there in part, among questions whose title begins with `own`."""
        wrong = []
        for pk, (_, status, title, submitted_at) in self.questions.items():
            parts = (self.submits[pk], self.mails[f"question:{pk}"])
            whole = (0, 0) if submitted_at is None else (1, 1)
            if title.startswith(own) and parts != whole:
                wrong.append(f"question {pk} is {status} with {parts} events and mails")
        return wrong + [f"picture {row[1]}" for row in self.images if not self.has_files(row)]

    def has_files(self, row: tuple) -> bool:
        _, key, _, width, height = row
        names = {f"{size}.{end}" for size in widths(width, height) for end in ("webp", "jpg")}
        folder = self.private / key
        sizes = {file.name: file.stat().st_size for file in folder.glob("*")}
        return sizes.keys() == names | {"master.jpg"} and all(sizes.values())

    def orphans(self) -> list[str]:
        """Folders of pictures that no row names; in public, also those that are not published."""
        published = {pk for pk, row in self.questions.items() if row[1] == "published"}
        known = {
            self.private: {row[1] for row in self.images} | {r[0] for r in self.topic_pictures},
            self.public: {row[2] for row in self.images if row[0] in published}
            | {row[1] for row in self.topic_pictures},
        }
        return [
            f"{folder.name}/{found.name}"
            for folder, keys in known.items()
            for found in folder.iterdir()
            if KEY.fullmatch(found.name) and found.name not in keys
        ]


def read(url: str, queries) -> list[list[tuple]]:
    """The rows of several queries as of one moment."""
    if url.startswith("sqlite"):
        with contextlib.closing(sqlite3.connect(urlsplit(url).path, timeout=30)) as connection:
            connection.execute("BEGIN")
            return [connection.execute(query).fetchall() for query in queries]
    import psycopg

    with psycopg.connect(url) as connection:
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        return [connection.execute(query).fetchall() for query in queries]


def children(pid: int) -> list[int]:
    found = []
    for path in Path(f"/proc/{pid}/task").glob("*/children"):
        with contextlib.suppress(OSError):
            found += [int(number) for number in path.read_text().split()]
    return found


def words(pid: int) -> list[str]:
    """A process's command line; [] once it has ended."""
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_bytes().decode().split("\0")
    return []


@contextlib.contextmanager
def attacked(folder: Path, mailbox: Mailbox, **environment):
    """A target with demo content, ready for requests; stopped afterwards."""
    first, database = first_site()
    shutil.copytree(first, folder, dirs_exist_ok=True)
    with database_url(folder, template=database) as url:
        site = Target(folder, {"DATABASE_URL": url, "EMAIL_URL": mailbox.url, **environment})
        site.start()
        try:
            site.wait_for_line("Ready")
            yield site
        finally:
            site.stop()
