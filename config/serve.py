"""What bin/serve runs: prepare the site, then keep the web server and the worker running.

python -m config.serve
"""

import contextlib
import ctypes
import gc
import hashlib
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field

os.umask(0o077)  # the database and uploads are for nobody else on this machine
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
PR_SET_PDEATHSIG = 1
STOP_WITHIN = 10  # seconds before a child that does not end is killed
WORKER_AFTER = 5  # seconds after the web server, if that does not answer before
RESTART_AFTER = (0.2, 30)  # seconds: the first wait, doubled at each further crash, and the last


def main() -> None:
    try:
        prepare()
    except Exception as error:
        known = type(error).__name__ in {"ImproperlyConfigured", "OperationalError"}
        if not known:
            raise
        sys.exit(f"Askwell cannot start: {error}")
    run()


def prepare() -> None:
    """Migrate, collect static files, fill an empty database, and say where the site is."""
    import django

    with loading():
        django.setup()
    require_free_port()
    from django.core.management import call_command

    # The connection that this opens stays open, and with it SQLite's -wal and -shm files do: on a
    # disk that is full nobody could make them anew, and without them nothing can be read.
    call_command("migrate", verbosity=0, interactive=False)
    collect_static()
    tidy()
    greet(sign_in=load_demo())
    warn()


@contextlib.contextmanager
def loading():
    """Load modules without the garbage collector, which finds nothing but takes a seventh of the
    time; nor does it go through them later.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
        gc.freeze()


def require_free_port() -> None:
    from django.conf import settings

    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", settings.PORT))
        except OSError:
            sys.exit(f"Askwell cannot start: port {settings.PORT} is taken; PORT chooses another.")


def collect_static() -> None:
    """Collect and compress the static files, unless that was done for just these files."""
    from django.conf import settings
    from django.core.management import call_command

    stamp = settings.STATIC_ROOT / ".collected"
    state = static_state(settings)
    if stamp.exists() and stamp.read_text() == state:
        return
    say("Collecting the static files …")
    call_command("collectstatic", verbosity=0, interactive=False, clear=True)
    stamp.write_text(state)


def static_state(settings) -> str:
    """A digest that changes with any static file of ours, or with the installed packages."""
    digest = hashlib.sha256((settings.BASE_DIR / "requirements.txt").read_bytes())
    for folder in settings.STATICFILES_DIRS:
        for path in sorted(folder.rglob("*")):
            stat = path.stat()
            digest.update(f"{path} {stat.st_mtime_ns} {stat.st_size}".encode())
    return digest.hexdigest()


def tidy() -> None:
    """Let nobody else read what the site keeps, and delete what a crash left of uploads."""
    from django.conf import settings

    from qa.housekeeping import purge_uploads

    settings.VAR_DIR.chmod(0o700)
    purge_uploads()


def load_demo() -> str:
    """Fill an empty database. Returns what the command says: the curator's sign-in, once."""
    import io

    from django.core.management import call_command

    from qa import demo

    if not demo.is_empty():
        return ""
    say("Loading the demo content …")
    out = io.StringIO()
    call_command("load_demo", stdout=out)
    return out.getvalue()


def greet(sign_in: str) -> None:
    from django.conf import settings

    from accounts.models import User
    from qa.demo import CURATOR_EMAIL

    say(f"\nThe site: {settings.BASE_URL}/\nThe desk: {settings.BASE_URL}/admin/")
    if sign_in:
        say(sign_in.rstrip() + "\n(The password is shown this once; it can be changed or reset.)")
    if "STAFF_MFA" not in os.environ and User.objects.filter(email=CURATOR_EMAIL).exists():
        # The children read it; a database without the demo curator has the second factor on.
        os.environ["STAFF_MFA"] = "off"
        say("Second factor for staff: off, as this is demo content. STAFF_MFA=on turns it on.")
    if not os.environ.get("EMAIL_URL"):
        say(f"Mail is written to {settings.MAIL_DIR}/ (set EMAIL_URL to send it).")


def warn() -> None:
    """Say what may go wrong with this machine, once, where it is read."""
    from config.checks import sqlite_version

    for problem in sqlite_version(databases=["default"]):
        say(f"\nWarning ({problem.id}): {problem.msg} {problem.hint}\n")


@dataclass
class Child:
    """A process that is started again when it crashes."""

    name: str
    command: list[str]
    process: subprocess.Popen | None = None
    crashes: int = 0
    started: float = 0
    due: float = field(default=0)

    def start(self) -> None:
        self.started = time.monotonic()
        self.process = subprocess.Popen(  # noqa: S603 (our own commands)
            self.command, start_new_session=True, preexec_fn=settle
        )

    def look(self) -> None:
        """Start it where it is not running; after a crash, say so and wait a little longer."""
        now = time.monotonic()
        if self.process is None:
            if now >= self.due:
                self.start()
        elif (code := self.process.poll()) is not None:
            self.crashes = 0 if now - self.started > 60 else self.crashes + 1
            wait = min(RESTART_AFTER[0] * 2**self.crashes, RESTART_AFTER[1])
            say(f"The {self.name} ended with code {code}; starting it again in {wait:g} s.")
            self.process, self.due = None, now + wait

    def signal(self, number: int) -> None:
        if self.process and self.process.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, number)

    def end(self, deadline: float) -> None:
        if self.process is None:
            return
        try:
            self.process.wait(max(deadline - time.monotonic(), 0.1))
        except subprocess.TimeoutExpired:
            self.signal(signal.SIGKILL)
            self.process.wait()


def children() -> list[Child]:
    from django.conf import settings

    from config.bodies import WAITERS

    web = [sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1"]
    web += ["--port", str(settings.PORT), "--workers", str(settings.WORKERS), "--no-ws"]
    web += ["--blocking-threads", str(WAITERS), "--respawn-failed-workers"]
    # Its one warning is about the number of threads, most of which only wait (config/threads.py).
    web += ["--log-level", "error", "--workers-kill-timeout", "5", "config.wsgi:application"]
    worker = [sys.executable, "manage.py", "worker"]
    # The web server alone first, which somebody waits for: both take longer on few processors.
    later = time.monotonic() + WORKER_AFTER
    return [Child("web server", web), Child("worker", worker, due=later)]


def run() -> None:
    """Keep the children running until SIGINT or SIGTERM, then end them in good order."""
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    family = children()
    ready = False
    while not stop.is_set():
        for child in family:
            child.look()
        if not ready and (ready := answers()):
            for child in family:
                child.due = 0
                child.look()
            say("Ready. Stop with Ctrl-C.")
        stop.wait(0.5 if ready else 0.1)
    say("\nStopping …")
    for child in family:
        child.signal(signal.SIGTERM)
    deadline = time.monotonic() + STOP_WITHIN
    for child in family:
        child.end(deadline)


def answers() -> bool:
    """Whether the web server takes requests now."""
    from django.conf import settings

    try:
        url = f"http://127.0.0.1:{settings.PORT}/healthz"
        with urllib.request.urlopen(url, timeout=1) as response:
            return response.status == 200
    except urllib.error.HTTPError:
        return True  # it answers, if only that ALLOWED_HOSTS does not name 127.0.0.1
    except (urllib.error.URLError, TimeoutError, ConnectionError):
        return False


def settle() -> None:
    """What a child does before its command."""
    end_with_parent()
    never_interrupt()


def never_interrupt() -> None:
    """Let whoever runs finish his turn when a thread of this process is woken (Linux: sched(7)).

    A request goes through several threads, which wake each other; with a change of thread at each
    waking a finished page takes a tenth longer, and one made anew a twentieth (docs/adr/0028).
    """
    with contextlib.suppress(OSError, AttributeError):
        os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))


def end_with_parent(number: int = signal.SIGTERM) -> None:
    """A killed supervisor leaves no server behind (Linux: prctl(2), PR_SET_PDEATHSIG)."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, number)


def say(text: str) -> None:
    print(text, flush=True)


if __name__ == "__main__":
    main()
