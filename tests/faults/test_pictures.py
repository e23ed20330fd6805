"""Odd, hostile and damaged pictures through the real upload: nothing crashes, nothing leaks.

bin/test tests/faults/test_pictures.py -m slow -s
"""

import random
import struct
import threading
import time
import zlib
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from pathlib import Path

import pytest

from qa.imaging.metadata import only_pixels
from tests.faults.people import ASK, Asker, noise
from tests.qa.imaging.conftest import odd_images  # noqa: F401 (a fixture)
from tests.qa.imaging.test_odd_images import damaged

MB = 1024 * 1024
WEB_GROWTH, DECODER = 300 * MB, 512 * MB
SHORT, MUTATIONS = 40, 1000
LEAKS = (
    b"Exif",
    b"ICC_PROFILE",
    b"ns.adobe",
    b"<?xpacket",
    b"<?php",
    b"<script",
    b"alert(",
    b"SEED-",
)
numbers = count(7001)


class Memory:
    """Watches the peak memory of web processes and decoders while it is open; in bytes."""

    def __init__(self, target):
        self.target, self.done = target, threading.Event()
        self.decoder = 0

    def __enter__(self):
        self.processes = self.target.web()
        for pid in self.processes:
            Path(f"/proc/{pid}/clear_refs").write_text("5")  # the peak starts anew: proc(5)
        self.idle = {pid: status(pid, "VmRSS") for pid in self.processes}
        self.thread = threading.Thread(target=self.watch)
        self.thread.start()
        return self

    def watch(self):
        while not self.done.wait(0.02):
            peaks = [status(pid, "VmHWM") for pid in self.target.decoders()]
            self.decoder = max([self.decoder, *peaks])

    def __exit__(self, *error):
        self.done.set()
        self.thread.join()
        peaks = [status(pid, "VmHWM") - idle for pid, idle in self.idle.items()]
        self.growth = max(peaks)

    @property
    def crashes(self) -> int:
        return len(set(self.processes) - set(self.target.web()))


def status(pid: int, name: str) -> int:
    """A figure of /proc/PID/status, in bytes; 0 once the process has ended."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith(name)), 0)


class Uploads:
    """Sends pictures with the form, and reads back every byte that was stored or is served."""

    def __init__(self, target):
        self.target = target
        self.wrong: list[str] = []

    def outcome(self, name: str, data: bytes) -> str:
        """Return "accept" or "refuse"; what must not be goes into `wrong`."""
        asker = Asker(self.target.url, next(numbers), [])
        form = asker.insist(asker.get, ASK).form(ASK)
        answer = asker.post(
            ASK,
            form.fields | asker.words,
            [("images", name, data)],
            X_Forwarded_For=asker.address,
        )
        if answer.status == 303:
            self.read_back(asker, answer.location.split("/")[2], name)
            return "accept"
        if answer.status != 422 or "was not taken" not in answer.text:
            self.wrong.append(f"{name}: {answer.status}")
        return "refuse"

    def read_back(self, asker, key: str, name: str) -> None:
        page = asker.insist(asker.get, f"/asked/{key}/preview/")
        stored = self.target.look()
        (question,) = [pk for pk, row in stored.questions.items() if row[0] == key]
        (row,) = [row for row in stored.images if row[0] == question]
        names = sorted(file.name for file in (stored.private / row[1]).iterdir())
        address = page.text.partition(f"/asked/{key}/images/")[2].partition("/")[0]
        for file in names:
            self.inspect(name, (stored.private / row[1] / file).read_bytes())
            if not file.startswith("master"):
                served = asker.get(f"/asked/{key}/images/{address}/{file}")
                self.inspect(name, served.body)
                self.inspect_headers(name, served)

    def inspect(self, name: str, data: bytes) -> None:
        if not only_pixels(data) or any(leak in data for leak in LEAKS):
            self.wrong.append(f"{name}: more than pixels")

    def inspect_headers(self, name: str, served) -> None:
        headers = served.headers
        if headers["content-type"] not in {"image/webp", "image/jpeg"}:
            self.wrong.append(f"{name}: {headers['content-type']}")
        if "no-store" not in headers["cache-control"]:
            self.wrong.append(f"{name}: may be kept")


def fire(target, shots: list[tuple[str, bytes, str]]) -> dict:
    """Upload (name, bytes, expected) under watch; check all that holds for every picture."""
    uploads = Uploads(target)
    uploads.outcome("warm.jpg", noise(1))
    began = time.monotonic()
    with Memory(target) as memory, ThreadPoolExecutor(3) as pool:
        outcomes = list(pool.map(lambda shot: uploads.outcome(*shot[:2]), shots))
    for (name, _, expected), found in zip(shots, outcomes, strict=True):
        if expected not in {found, "either"}:
            uploads.wrong.append(f"{name}: {found} instead of {expected}")
    print(
        f"\n{len(shots)} pictures in {time.monotonic() - began:.0f} s: {outcomes.count('accept')} "
        f"accepted, {outcomes.count('refuse')} refused, {len(uploads.wrong)} faults, "
        f"{memory.crashes} crashes; web +{memory.growth / MB:.0f} MB, decoder "
        f"{memory.decoder / MB:.0f} MB"
    )
    assert uploads.wrong == []
    assert memory.crashes == 0
    assert memory.growth <= WEB_GROWTH
    assert 0 < memory.decoder <= DECODER
    return dict(zip([shot[0] for shot in shots], outcomes, strict=True))


def shots(odd, rows) -> list[tuple[str, bytes, str]]:
    """Files of the manifest, with a seed in the metadata of those that are to be accepted."""
    folder = odd[0]
    found = []
    for row in rows:
        data = (folder / row["file"]).read_bytes()
        if row["expected"] == "accept":
            data = seeded(data)
        name = row["upload_name"] or Path(row["file"]).name
        found.append((name, data, row["expected"]))
    return found


def seeded(data: bytes, seed: bytes = b"SEED-ada@example.org") -> bytes:
    """The picture with `seed` in its metadata, or behind its end."""
    if data.startswith(b"\xff\xd8"):
        length = struct.pack(">H", len(seed) + 2)
        exif = b"Exif\0\0MM\0\x2a\0\0\0\x08\0\0" + seed
        app1 = b"\xff\xed" + struct.pack(">H", len(exif) + 2) + exif
        return data[:2] + b"\xff\xfe" + length + seed + app1 + data[2:] + seed
    if data.startswith(b"\x89PNG"):
        body = b"tEXtComment\0" + seed
        chunk = struct.pack(">I", len(body) - 4) + body + struct.pack(">I", zlib.crc32(body))
        return data[:33] + chunk + data[33:] + seed
    return data + seed


def sample(rows) -> list:
    """One of every category and kind, and others up to SHORT, by a seed."""
    chance = random.Random(3)
    rows = chance.sample(rows, len(rows))
    first = {(row["category"], row["expected"]): row for row in rows}.values()
    others = [row for row in rows if row not in list(first)]
    return [*first, *others][:SHORT]


def mutations(odd, number: int, seed: int) -> list[tuple[str, bytes, str]]:
    folder, rows = odd
    chance = random.Random(seed)
    names = [row["file"] for row in rows if 0 < int(row["bytes"]) < MB]
    chosen = [chance.choice(names) for _ in range(number)]
    return [
        (f"{turn}-{Path(name).name}", damaged((folder / name).read_bytes(), chance), "either")
        for turn, name in enumerate(chosen)
    ]


def test_forty_odd_pictures(target, odd_images):  # noqa: F811
    rows = sample(odd_images[1])

    outcomes = fire(target, shots(odd_images, rows) + mutations(odd_images, 10, seed=1))

    assert set(outcomes.values()) == {"accept", "refuse"}


@pytest.mark.slow
def test_every_odd_picture(target, odd_images):  # noqa: F811
    fire(target, shots(odd_images, odd_images[1]))


@pytest.mark.slow
def test_a_thousand_damaged_pictures(target, odd_images):  # noqa: F811
    fire(target, mutations(odd_images, MUTATIONS, seed=2))
