"""The real site in a process of its own, and a real SMTP server that keeps what it gets."""

import atexit
import contextlib
import functools
import os
import queue
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from urllib.parse import urlsplit

from aiosmtpd.controller import Controller

ROOT = Path(__file__).parent.parent
PASSWORD = "curator for the tests"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Mailbox:
    """An SMTP server on 127.0.0.1; `wait_for` returns the first mail that fits."""

    def __init__(self):
        self.mails: list[EmailMessage] = []
        self.arrival = threading.Condition()
        self.controller = Controller(self, hostname="127.0.0.1", port=free_port())

    async def handle_DATA(self, server, session, envelope):
        mail = message_from_bytes(envelope.original_content, policy=policy.default)
        with self.arrival:
            self.mails.append(mail)
            self.arrival.notify_all()
        return "250 OK"

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.controller.port}"

    def to(self, address: str) -> list[EmailMessage]:
        return [mail for mail in self.mails if mail["To"] == address]

    def wait_for(self, address: str, words: str = "", seconds: float = 30) -> EmailMessage:
        """The first mail to `address` with `words` in its subject. Raises TimeoutError."""

        def found():
            return next((m for m in self.to(address) if words in m["Subject"]), None)

        with self.arrival:
            if not self.arrival.wait_for(found, seconds):
                subjects = [(m["To"], m["Subject"]) for m in self.mails]
                raise TimeoutError(f"no mail {words!r} to {address}; there are {subjects}")
            return found()


def text_of(mail: EmailMessage) -> str:
    return mail.get_body(("plain",)).get_content()


def link_in(mail: EmailMessage, path: str) -> str:
    """The first address in the text part whose path begins with `path`."""
    links = re.findall(r"https?://\S+", text_of(mail))
    return next(link for link in links if urlsplit(link).path.startswith(path))


@dataclass
class Site:
    """`bin/serve` without the virtual environment's set-up: web server and worker."""

    folder: Path
    environment: dict = field(default_factory=dict)
    module: str = "config.serve"
    port: int = field(default_factory=free_port)
    process: subprocess.Popen | None = None
    lines: list[str] = field(default_factory=list)
    _queue: queue.Queue = field(default_factory=queue.Queue)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def all_environment(self) -> dict:
        keep = {k: v for k, v in os.environ.items() if k in {"PATH", "HOME", "LANG"}}
        own = {
            "PORT": str(self.port),
            "VAR_DIR": str(self.folder / "var"),
            "MEDIA_ROOT": str(self.folder / "media"),
            "DEMO_CURATOR_PASSWORD": PASSWORD,
            "UNDO_SECONDS": "0",
            "RATE_LIMITS": "off",
            "PYTHONUNBUFFERED": "1",
        }
        return keep | own | self.environment

    def start(self) -> None:
        self.lines.clear()
        self._queue = queue.Queue()
        self.process = subprocess.Popen(
            [sys.executable, "-m", self.module],
            cwd=ROOT,
            env=self.all_environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        pipe = [self.process.stdout, self._queue]
        threading.Thread(target=self._read, args=pipe, daemon=True).start()

    def _read(self, stream, lines: queue.Queue) -> None:
        for line in stream:
            lines.put(line)
        lines.put(None)

    def wait_for_line(self, words: str, seconds: float = 120) -> str:
        """Read the output up to a line with `words`. Raises where it ends or takes too long."""
        while True:
            line = self._queue.get(timeout=seconds)
            if line is None:
                raise AssertionError(f"it ended before {words!r}:\n" + "".join(self.lines))
            self.lines.append(line)
            if words in line:
                return line

    def stop(self) -> int:
        """Ctrl-C; returns the exit code."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
        try:
            return self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise


@functools.cache
def first_site() -> tuple[Path, str]:
    """The folder and the database of a site that was started once, and stopped.

    Others begin as its copies: that spares each the migrations, static files and demo content.
    """
    folder = Path(tempfile.mkdtemp(prefix="askwell-first-site-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    database = contextlib.ExitStack()
    atexit.register(database.close)
    site = Site(folder, {"DATABASE_URL": database.enter_context(database_url(folder))})
    site.start()
    site.wait_for_line("Ready")
    site.stop()
    return folder, site.environment["DATABASE_URL"].rsplit("/", 1)[1]


@contextlib.contextmanager
def running(folder: Path, **environment):
    """A site with demo content, ready for requests; stopped afterwards."""
    first, database = first_site()
    shutil.copytree(first, folder, dirs_exist_ok=True)
    with database_url(folder, template=database) as url:
        site = Site(folder, {"DATABASE_URL": url, **environment})
        site.start()
        try:
            site.wait_for_line("Ready")
            yield site
        finally:
            site.stop()


@contextlib.contextmanager
def database_url(folder: Path, template: str = "template1"):
    """A database of the kind that the tests run on, gone afterwards; empty, or like another.

    Of SQLite it is a file of `folder`, and `template` does nothing.
    """
    given = os.environ.get("DATABASE_URL", "")
    if not given.startswith("postgres"):
        yield f"sqlite:///{folder / 'site.sqlite3'}"
        return
    import psycopg

    name = f"askwell_site_{os.getpid()}_{free_port()}"
    with psycopg.connect(given, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        try:
            yield given.rsplit("/", 1)[0] + f"/{name}"
        finally:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
