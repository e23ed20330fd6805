"""The servers that are measured. Others may be up meanwhile, but are not asked anything."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

ROOT = Path(__file__).parent.parent
NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
WORKERS = 2
CONFIG = """
{user} worker_processes {workers}; daemon off; pid {folder}/nginx.pid; error_log {folder}/error.log;
events {{ worker_connections 1024; }}
http {{
    access_log off; sendfile on; tcp_nopush on; keepalive_requests 1000000; default_type text/html;
    client_body_temp_path {folder}/t1; proxy_temp_path {folder}/t2; fastcgi_temp_path {folder}/t3;
    uwsgi_temp_path {folder}/t4; scgi_temp_path {folder}/t5; open_file_cache max=20000;
    server {{ listen 127.0.0.1:{port} backlog=1024; root {folder}/pages; index index.html; }}
}}
"""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextlib.contextmanager
def granian(target: str, environment: dict | None = None, path: str = "/"):
    """The web server with the settings of bin/serve, and any WSGI application. Yields its URL."""
    from config.bodies import WAITERS
    from config.serve import never_interrupt

    port = free_port()
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1"]
    command += ["--port", str(port), "--workers", str(WORKERS), "--no-ws", "--log-level", "error"]
    command += ["--blocking-threads", str(WAITERS), target]
    environment = {**(environment or {}), "PORT": str(port)}
    with running(command, port, environment, path, never_interrupt) as url:
        yield url


@contextlib.contextmanager
def nginx(folder: Path, pages: dict[str, bytes]):
    """nginx with the same bytes as files."""
    for path, body in pages.items():
        place = folder / "pages" / path.strip("/")
        place.mkdir(parents=True, exist_ok=True)
        (place / "index.html").write_bytes(body)
    port = free_port()
    # Started by root its workers would be nobody, who does not find the way to the files.
    user = "user root;" if os.geteuid() == 0 else ""
    config = folder / "nginx.conf"
    config.write_text(CONFIG.format(user=user, workers=WORKERS, folder=folder, port=port))
    with running([NGINX, "-c", str(config)], port, {}, next(iter(pages))) as url:
        yield url


@contextlib.contextmanager
def running(command: list[str], port: int, environment: dict, path: str, prepare=None):
    """The command as a process, from its first answer to `path` to the end of the block; it calls
    `prepare` before the command.
    """
    url = f"http://127.0.0.1:{port}"
    process = subprocess.Popen(  # noqa: S603
        command,
        cwd=ROOT,
        env=os.environ | environment,
        start_new_session=True,
        preexec_fn=prepare,
    )
    try:
        wait_for(url + path, process)
        yield url
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def wait_for(url: str, process, seconds: float = 60) -> None:
    """Until the server answers. Raises RuntimeError where it ends before, or takes too long."""
    until = time.monotonic() + seconds
    while time.monotonic() < until and process.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=5):  # noqa: S310
                return
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.05)
    raise RuntimeError(f"no answer from {url}")


def memory(url: str) -> int:
    """Resident megabytes of the largest process that listens there, by /proc."""
    found = [(process / "status").read_text() for process in _processes(url)]
    return max(int(status.split("VmRSS:")[1].split()[0]) // 1024 for status in found)


def processor(url: str) -> float:
    """Seconds of a processor that the processes that listen there have used."""
    found = [
        (process / "stat").read_text().rpartition(")")[2].split() for process in _processes(url)
    ]
    return sum(int(part[11]) + int(part[12]) for part in found) / os.sysconf("SC_CLK_TCK")


def _processes(url: str) -> list[Path]:
    """Those that listen at the port, as folders of /proc."""
    port = f":{int(url.rsplit(':', 1)[1]):04X} "
    inodes = set()
    for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        if port in line.split()[1] + " " and line.split()[3] == "0A":
            inodes.add(f"socket:[{line.split()[9]}]")
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if any(os.readlink(file) in inodes for file in (process / "fd").iterdir()):
                found.append(process)
    return found
