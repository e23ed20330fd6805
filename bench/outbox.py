"""How fast the outbox sends: `bin/bench outbox [--mails 2000] [--rows 100000]`.

Measures, with a database and a mail server of its own that are gone afterwards, sender and server
together on one core: mails a second with a commit before and after each; and for a letter to many,
the seconds from its start to the first mail at the server and to the first hundred, and the peak
of the sender's memory. Ends with 1 where a promise is broken (docs/architecture.md).
"""

import argparse
import os
import resource
import socketserver
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
RATE, START, MEMORY = 50, 10, 150  # mails a second, seconds, megabytes


class Sink(socketserver.StreamRequestHandler):
    """An SMTP server that says yes to everything and keeps nothing."""

    def handle(self):
        self.say("220 sink")
        while line := self.rfile.readline():
            verb = line[:4].upper()
            if verb == b"DATA":
                self.say("354 go on")
                while self.rfile.readline() not in (b".\r\n", b""):
                    pass
            elif verb == b"QUIT":
                return self.say("221 bye")
            self.say("250 OK")
        return None

    def say(self, words):
        self.wfile.write(words.encode() + b"\r\n")


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = daemon_threads = True


def main(args) -> int:
    parse(args)  # a wrong one ends here
    core = {min(os.sched_getaffinity(0))}
    with tempfile.TemporaryDirectory() as folder, Server(("127.0.0.1", 0), Sink) as sink:
        threading.Thread(target=sink.serve_forever, daemon=True).start()
        environment = dict(os.environ) | {
            "VAR_DIR": folder,
            "DATABASE_URL": os.environ.get("DATABASE_URL") or f"sqlite:///{folder}/bench.sqlite3",
            "EMAIL_URL": f"smtp://127.0.0.1:{sink.server_address[1]}",
            "DJANGO_SETTINGS_MODULE": "config.settings",
        }
        os.sched_setaffinity(0, core)
        command = [sys.executable, "-m", "bench.outbox", "--inside", *map(str, args)]
        try:
            return subprocess.run(command, cwd=ROOT, env=environment).returncode  # noqa: S603
        finally:
            sink.shutdown()


def parse(args):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--mails", type=int, default=2000)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    return parser.parse_args(args)


def inside(options) -> int:
    """The measurement itself, in the empty database that `main` named."""
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    rate = measure_rate(options.mails)
    print(f"{options.mails} mails: {rate:.0f} a second")
    first, hundred = measure_start(options.rows)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"letter to {options.rows}: first mail after {first:.1f} s, a hundred after "
        f"{hundred:.1f} s; peak memory {memory:.0f} MB"
    )
    return int(rate < RATE or first > START or memory > MEMORY)


def measure_rate(count: int) -> float:
    from outbox.delivery import deliver_due
    from outbox.mail import queue_all

    words = {"subject": "Hello", "text": "Good day.\n" * 200, "html": "<p>Good day.</p>" * 200}
    queue_all(
        {"to": f"reader{n}@example.org", "purpose": "bench", "dedupe_key": f"bench:{n}", **words}
        for n in range(count)
    )
    sent, started = 0, time.monotonic()
    while sent < count:
        sent += deliver_due().sent
    return count / (time.monotonic() - started)


def measure_start(count: int) -> tuple[float, float]:
    """Seconds until the first mail of a letter has left, and until the first hundred."""
    from django.utils import timezone

    from newsletter.models import Issue, Subscriber
    from outbox.worker import Worker

    now = timezone.now()
    for begin in range(0, count, 1000):  # not all at once: their memory is not the sender's
        Subscriber.objects.bulk_create(
            Subscriber(email=f"reader{n}@example.org", status="confirmed", confirmed_at=now)
            for n in range(begin, min(begin + 1000, count))
        )
    started = time.monotonic()
    issue = Issue.objects.create(
        subject="A letter", slug="a-letter", body="Dear reader.\n\n" * 50, status="sent",
        sent_at=now, audience_at=timezone.now(),
    )  # fmt: skip
    worker, times = Worker(recurring=[("newsletter.housekeeping.finish_sending", 5)]), []
    while len(times) < 2:
        worker.turn()
        sent = issue.mails.filter(status="sent").count()
        if sent >= (100 if times else 1):
            times.append(time.monotonic() - started)
    while issue.mails.count() < count:  # all rows, for the peak of memory
        issue.finish_sending()
    worker.turn()
    return times[0], times[1]


if __name__ == "__main__":
    arguments = sys.argv[1:]
    sys.exit(inside(parse(arguments)) if "--inside" in arguments else main(arguments))
