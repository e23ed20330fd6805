"""Requests at a steady number of connections, by `wrk` (Debian: apt-get install wrk).

Where it is missing, a small Python client stands in: enough to see that all works, not to measure.
"""

import http.client
import json
import shutil
import subprocess
import tempfile
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import quantiles
from urllib.parse import urlsplit

WRK = shutil.which("wrk")
SCRIPT = Path(__file__).with_name("wrk.lua")
MISSING = "wrk is missing (apt-get install wrk): these figures come from a slow Python client.\n"


@dataclass(frozen=True)
class Request:
    """A path and headers, to be asked for with GET; with a body, with POST."""

    path: str
    headers: tuple[tuple[str, str], ...] = ()
    body: str = ""

    def as_dict(self) -> dict:
        return {"path": self.path, "headers": dict(self.headers), "body": self.body}


@dataclass(frozen=True)
class Result:
    """What came of it: answers a second, milliseconds, and those that were not 2xx or 3xx."""

    rate: float
    p50: float
    p99: float
    answers: int
    errors: int


def run(url: str, requests: Sequence[Request], connections: int, seconds: float) -> Result:
    """Send the requests in turn, from the first again after the last."""
    if not WRK:
        return run_in_python(url, requests, connections, seconds)
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as file:
        items = ",\n".join(_lua(request) for request in requests)
        file.write(f"return {{\n{items}\n}}\n")
        file.flush()
        command = [
            WRK,
            "-t1",
            f"-c{connections}",
            f"-d{max(1, round(seconds))}s",
            "--timeout",
            "10s",
        ]
        command += ["-s", str(SCRIPT), url, "--", file.name]
        done = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603
    found = json.loads(done.stdout.strip().splitlines()[-1])
    return Result(**found)


def _lua(request: Request) -> str:
    quoted = json.dumps(request.path)
    headers = ", ".join(f"[{json.dumps(k)}] = {json.dumps(v)}" for k, v in request.headers)
    body = json.dumps(request.body) if request.body else "nil"
    return f"{{path = {quoted}, headers = {{{headers}}}, body = {body}}}"


def run_in_python(url, requests, connections: int, seconds: float) -> Result:
    """The same with threads and http.client."""
    times, errors, number = [], [], iter(range(10**9))
    until = time.perf_counter() + seconds

    def reader():
        client = http.client.HTTPConnection(urlsplit(url).netloc, timeout=10)
        while time.perf_counter() < until:
            request = requests[next(number) % len(requests)]
            began = time.perf_counter()
            method = "POST" if request.body else "GET"
            client.request(method, request.path, request.body or None, dict(request.headers))
            answer = client.getresponse()
            answer.read()
            times.append(1000 * (time.perf_counter() - began))
            if answer.status >= 400:
                errors.append(answer.status)
        client.close()

    threads = [threading.Thread(target=reader) for _ in range(connections)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    points = quantiles(times, n=100) if len(times) > 1 else [0.0] * 99
    return Result(len(times) / seconds, points[49], points[98], len(times), len(errors))
