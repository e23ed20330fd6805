"""bin/serve's supervisor, as a real process."""

import os
import signal
import sqlite3
import subprocess
import time
import urllib.request
from pathlib import Path

import pytest

from config import processors
from config.checks import may_lose_pages
from tests.site import ROOT, Site, database_url, running


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("serve")


@pytest.fixture(scope="module")
def url(folder):
    with database_url(folder) as url:
        yield url


def children(pid: int) -> dict[str, int]:
    """Process numbers of the web server and the worker that a supervisor runs."""
    found = {}
    for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
        words = Path(f"/proc/{child}/cmdline").read_bytes().decode().split("\0")
        found["worker" if "worker" in words else "web"] = int(child)
    return found


def start_and_stop(site: Site) -> float:
    """Seconds until the site took requests."""
    began = time.monotonic()
    site.start()
    site.wait_for_line("Ready")
    seconds = time.monotonic() - began
    assert site.stop() == 0
    return seconds


def test_first_start_says_all_then_second_is_fast_and_prints_no_password(folder, url):
    site = Site(folder, {"DATABASE_URL": url})
    start_and_stop(site)
    first = "".join(site.lines)
    # The best of three: other tests may be using the machine meanwhile.
    seconds = min(start_and_stop(site) for _ in range(3))
    second = "".join(site.lines)

    assert f"The site: {site.url}/" in first
    assert "curator@example.org" in first
    assert "Second factor for staff: off" in first
    old_sqlite = url.startswith("sqlite") and may_lose_pages(sqlite3.sqlite_version_info)
    assert first.count("Warning (askwell.W001)") == old_sqlite
    assert "curator@example.org" not in second
    assert seconds < 3


def test_crashed_worker_is_restarted_and_ctrl_c_ends_both(folder, url):
    site = Site(folder, {"DATABASE_URL": url})
    site.start()
    site.wait_for_line("Ready")
    before = children(site.process.pid)

    os.kill(before["worker"], signal.SIGKILL)
    line = site.wait_for_line("The worker ended")
    deadline = time.monotonic() + 10
    while "worker" not in (after := children(site.process.pid)) and time.monotonic() < deadline:
        time.sleep(0.05)  # a process's birth makes no event here
    with urllib.request.urlopen(f"{site.url}/healthz") as response:
        status = response.status
    code = site.stop()

    assert line == "The worker ended with code -9; starting it again in 0.4 s.\n"
    assert after["web"] == before["web"]
    assert after["worker"] != before["worker"]
    assert (status, code) == (200, 0)
    assert not any(Path(f"/proc/{pid}").exists() for pid in after.values())


@pytest.mark.skipif(not hasattr(os, "SCHED_BATCH"), reason="a policy of Linux alone")
def test_no_process_of_the_site_interrupts_another(folder, url):
    site = Site(folder, {"DATABASE_URL": url})
    site.start()
    site.wait_for_line("Ready")
    web = children(site.process.pid)["web"]
    workers = Path(f"/proc/{web}/task/{web}/children").read_text().split()
    threads = [int(task.name) for pid in workers for task in Path(f"/proc/{pid}/task").iterdir()]
    policies = {os.sched_getscheduler(thread) for thread in threads}
    site.stop()

    assert len(threads) > len(workers) > 0
    assert policies == {os.SCHED_BATCH}


def places(web: int) -> list[tuple[list[int], bool]]:
    """For each process of the web server where it runs, and whether a thread of it runs on any."""
    found = []
    for pid in Path(f"/proc/{web}/task/{web}/children").read_text().split():
        threads = [int(task.name) for task in Path(f"/proc/{pid}/task").iterdir()]
        anywhere = processors.ALL in [os.sched_getaffinity(thread) for thread in threads]
        found.append(([*os.sched_getaffinity(int(pid))], anywhere))
    return sorted(found)


@pytest.mark.skipif(not processors.ALL, reason="a call of Linux alone")
def test_each_web_process_has_a_processor_and_renders_on_any(folder, url):
    site = Site(folder, {"DATABASE_URL": url, "WORKERS": str(len(processors.ALL))})
    site.start()
    site.wait_for_line("Ready")
    web = children(site.process.pid)["web"]
    expected = [([processor], True) for processor in sorted(processors.ALL)]
    deadline = time.monotonic() + 10  # "Ready" is said when the first of them answers
    while (found := places(web)) != expected and time.monotonic() < deadline:
        # On a connection of its own, of which each process takes some: its threads start then.
        urllib.request.urlopen(f"{site.url}/healthz").close()
    site.stop()

    assert found == expected


def test_taken_port_is_said_in_a_sentence(folder, url):
    site = Site(folder, {"DATABASE_URL": url})
    site.start()
    site.wait_for_line("Ready")
    second = Site(folder, {"DATABASE_URL": url}, port=site.port)
    second.start()
    line = second.wait_for_line("taken")
    code = second.process.wait(10)
    site.stop()

    assert line == (f"Askwell cannot start: port {site.port} is taken; PORT chooses another.\n")
    assert code == 1


def test_old_python_is_said_in_a_sentence(tmp_path):
    old = tmp_path / "python3"
    old.write_text(
        '#!/bin/sh\ncase "$2" in *sys.exit*) exit 1;; *python_version*) echo 3.9.2;; esac\n'
    )
    old.chmod(0o755)
    done = subprocess.run(
        [ROOT / "bin/serve"],
        env={"PATH": f"{tmp_path}:/usr/bin:/bin"},
        capture_output=True,
        text=True,
    )

    assert done.returncode == 1
    assert done.stderr == "Askwell: Python 3.11 or newer is needed; python3 is 3.9.2.\n"


def test_settings_mistake_ends_the_start_with_its_sentence(tmp_path):
    site = Site(tmp_path, {"STAFF_MFA": "perhaps"})
    site.start()
    line = site.wait_for_line("cannot start")

    assert line == "Askwell cannot start: STAFF_MFA must be on or off, not 'perhaps'.\n"
    assert site.process.wait(10) == 1


def test_data_is_never_overwritten(tmp_path):
    with running(tmp_path) as site:
        marker = tmp_path / "media" / "private" / "marker"
        marker.parent.mkdir(parents=True, exist_ok=True)
        marker.write_text("mine")
        site.stop()
        site.start()
        site.wait_for_line("Ready")

        assert marker.read_text() == "mine"
        assert "Loading the demo content" not in "".join(site.lines)


def test_what_the_site_keeps_is_for_its_owner_only(folder, url):
    site = Site(folder, {"DATABASE_URL": url})
    (folder / "var").chmod(0o755)
    left = folder / "var" / "uploads" / "left.upload"
    left.write_bytes(b"a picture as it came")
    os.utime(left, (0, 0))
    site.start()
    site.wait_for_line("Ready")
    site.stop()

    assert (folder / "var").stat().st_mode & 0o777 == 0o700
    assert not left.exists()
    readable = [path for path in folder.glob("*.sqlite3*") if path.stat().st_mode & 0o077]
    assert not readable
