"""A small file system, really full: reading goes on, asking waits and comes back by itself."""

import os
import shutil
from contextlib import suppress

import pytest

from tests.faults.people import ASK, Asker, Person, noise

STEP = 64 * 1024
READ = ("/", "/topics/causes-of-muscle-cramps/", "/answered/", "/search/?q=cramp", "/feed/", ASK)


@pytest.fixture
def disk(folder, target):
    """Takes up room; all of it is given back afterwards."""
    if not os.path.ismount(folder):
        pytest.skip("only root may mount a small file system")
    filler = Filler(folder)
    yield filler
    filler.empty()


class Filler:
    def __init__(self, folder):
        self.folder, self.path = folder, folder / "filler"

    def leave(self, free: int) -> None:
        """Fill the file system up to `free` bytes, or empty it so far."""
        with open(self.path, "ab") as file:
            for part in (1, 1, 1, 1, 2, 1, 2, 1):  # others write, too, and give room back
                missing = shutil.disk_usage(self.folder).free - free
                size = os.fstat(file.fileno()).st_size
                if missing <= 0:
                    file.truncate(max(size + missing, 0))
                    return
                with suppress(OSError):
                    os.posix_fallocate(file.fileno(), size, max(missing // part, 1))

    def empty(self) -> None:
        self.path.unlink(missing_ok=True)


def still_reads(target, *paths: str) -> bool:
    reader = Person(target.url)
    return [reader.get(path).status for path in (*READ, *paths)] == [200] * len((*READ, *paths))


def keeps_the_text(asker, answer) -> bool:
    return (
        asker.title in answer.text and "What helps?" in answer.text and asker.email in answer.text
    )


def is_put_off(answer) -> bool:
    return (answer.status, answer.headers.get("retry-after")) == (503, "120")


def test_full_disk(target, mailbox, disk, folder):
    before = Asker(target.url, 6001, [noise(6001)])
    before.ask()
    asker = Asker(target.url, 6002, [noise(6002), noise(6003)])
    form = asker.get(ASK).form(ASK)
    filled = [ASK, form.fields | asker.words, asker.files]
    total = shutil.disk_usage(folder).total

    disk.leave(total // 11)
    nearly_full = asker.post(*filled)
    reading = [still_reads(target, before.private)]
    answers = []
    for free in (0, 0, STEP // 4, STEP // 2, STEP, 2 * STEP, 4 * STEP):
        disk.leave(free)
        answers.append(asker.post(*filled, X_Really_Full="yes"))
        reading.append(still_reads(target, before.private))
    disk.empty()
    asker.ask_with(filled)
    stored = target.look()

    assert is_put_off(nearly_full)
    assert keeps_the_text(asker, nearly_full)
    assert all(is_put_off(answer) or answer.status == 303 for answer in answers)
    assert all(keeps_the_text(asker, answer) for answer in answers if answer.status == 503)
    assert is_put_off(answers[0])
    assert all(reading)
    assert stored.titled(asker.title) == [asker.number]
    assert stored.pictures(asker.number) == 2
    assert stored.half_written("Case") == []
    assert mailbox.wait_for(asker.email, seconds=60)
