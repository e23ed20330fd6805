"""kill -9 at named points, under real requests: what was called received is there, whole and once.

FAULTS_FOLDER=$(mktemp -d) FAULTS_SEED=7 bin/test tests/faults/test_kill.py -m slow -s
"""

import os
import queue
import random
import re
import threading
import time
from collections import Counter, defaultdict
from itertools import count

import pytest

from tests.faults.people import Asker, Curator, noise
from tests.faults.target import children, words

CASE = "Case "
SHORT = 40
FULL = int(os.environ.get("FAULTS_KILLS", "1000"))
SEED = int(os.environ.get("FAULTS_SEED", "1"))
ASKERS = 3
# Points by step (points.py); a number in brackets is drawn anew each time.
POINTS = [
    ("form", "upload", (1, 2)),
    ("form", "before-staging", (1, 2)),
    ("form", "file", (1, 6)),
    ("form", "staged", (1, 2)),
    ("form", "statement", (1, 25)),
    ("form", "before-commit", (1, 4)),
    ("form", "after-commit", (1, 4)),
    ("form", "before-response", (1, 1)),
    ("preview", "before-response", (1, 1)),
    ("submit", "statement", (1, 25)),
    ("submit", "before-commit", (1, 1)),
    ("submit", "after-commit", (1, 1)),
    ("submit", "before-response", (1, 1)),
    ("publish", "file", (1, 4)),
    ("publish", "before-commit", (1, 1)),
    ("publish", "after-commit", (1, 1)),
    ("unpublish", "before-commit", (1, 1)),
    ("unpublish", "after-commit", (1, 1)),
    ("unpublish", "delete", (1, 1)),
]
WORKER = ["claimed", "handed-over", "accepted"]
OUTSIDE = ["a web process", "the web server", "the worker", "everything"]
numbers = count(1)


class Battle:
    """Askers and a curator at work on one target until it has been killed `goal` times."""

    def __init__(self, target, mailbox, goal: int, seed: int):
        self.target, self.mailbox, self.goal = target, mailbox, goal
        self.chance = random.Random(seed)
        self.lock = threading.Lock()
        self.plans = queue.Queue()
        self.received: list[Asker] = []
        self.wrong: list[str] = []
        self.over = threading.Event()
        self.before = target.kills()

    @property
    def kills(self) -> Counter:
        return self.target.kills() - self.before

    def run(self) -> None:
        self.curator = Curator(self.target.url, self.look_for_halves).sign_in()
        threads = [threading.Thread(target=self.guarded, args=[self.ask]) for _ in range(ASKERS)]
        threads.append(threading.Thread(target=self.guarded, args=[self.kill_worker]))
        for thread in threads:
            thread.start()
        try:
            self.guarded(self.plan)
        finally:
            self.over.set()
            for thread in threads:
                thread.join()

    def guarded(self, act) -> None:
        try:
            while not self.over.is_set():
                act()
        except Exception as error:
            self.wrong.append(f"{type(error).__name__}: {error}")
            self.over.set()

    # --- What goes on -------------------------------------------------------------------

    def plan(self) -> None:
        """One round: every point once, in an order of its own, and then a blow from outside."""
        for step, point, (low, high) in self.chance.sample(POINTS, len(POINTS)):
            self.plans.put((step, f"{point}:{self.chance.randint(low, high)}"))
        while not self.plans.empty() and not self.over.is_set():
            time.sleep(0.05)  # the askers draw from it
            if sum(self.kills.values()) >= self.goal:
                self.over.set()
        self.strike(self.chance.choices(OUTSIDE, [6, 2, 2, 1])[0])

    def ask(self) -> None:
        step, point = self.plans.get()
        with self.lock:
            number = next(numbers)
        pictures = [noise(2 * number + half, 320, 240) for half in range(2)]
        asker = Asker(self.target.url, number, pictures, broken=self.look_for_halves)
        asker.ask(**{step: point})
        self.look_for(asker)
        self.received.append(asker)
        if step in {"publish", "unpublish"}:
            with self.lock:  # there is one curator
                self.decide(asker.number, step, point)

    def decide(self, number: int, step: str, point: str) -> None:
        def becomes(status):
            return lambda: self.target.look().questions[number][1] == status

        kill = point if step == "publish" else ""
        self.curator.decide(number, "publish", becomes("published"), kill)
        if step == "unpublish":
            self.curator.decide(number, "unpublish", becomes("pending"), point)

    def kill_worker(self) -> None:
        """The worker meets its order with the next mail; a mail is due with every question."""
        for point in WORKER:
            self.target.order_worker(point)
            while self.target.worker_has_order() and not self.over.is_set():
                time.sleep(0.05)  # another process removes it

    def strike(self, whom: str) -> None:
        target = self.target
        if whom == "a web process":
            target.kill(whom, target.web()[:1])
        elif whom == "the web server":
            target.kill(whom, [target.server()])
        elif whom == "the worker":
            found = [pid for pid in children(target.process.pid) if "worker" in words(pid)]
            target.kill(whom, found)
        else:
            target.kill(whom, target.everything())
        if whom == "everything":
            target.process.wait()
            target.start()
            target.wait_for_line("Ready")

    # --- What must hold -------------------------------------------------------------------

    def look_for_halves(self) -> None:
        self.wrong += self.target.look().half_written(CASE)

    def look_for(self, asker: Asker) -> None:
        """Somebody has just read “we have your question”: it is there, with all that belongs."""
        stored = self.target.look()
        if stored.titled(asker.title) != [asker.number]:
            self.wrong.append(f"{asker.title}: {stored.titled(asker.title)}")
        if stored.pictures(asker.number) != len(asker.files):
            self.wrong.append(f"{asker.title}: {stored.pictures(asker.number)} pictures")
        if stored.mails[f"question:{asker.number}"] != 1:
            self.wrong.append(f"{asker.title}: {stored.mails[f'question:{asker.number}']} mails")

    def settle(self) -> None:
        """Wait until all mail has left; leases of killed workers end after some seconds."""
        (self.target.orders / "worker").unlink(missing_ok=True)
        comes_true(lambda: not self.target.look().unsent, 60)
        self.wrong += [f"never mailed: {mail}" for mail in self.target.look().unsent]

    def check_all(self) -> None:
        self.arrived = self.received_mails()
        for asker in self.received:
            self.look_for(asker)
            if len(self.arrived[asker.email]) != 1:
                self.wrong.append(f"{asker.title}: mails {self.arrived[asker.email]}")
        self.look_for_halves()
        self.target.sweep()
        self.wrong += self.target.look().orphans()

    def received_mails(self) -> dict[str, Counter]:
        """How often each “we have your question” arrived, by address and Message-ID."""
        found = defaultdict(Counter)
        for mail in self.mailbox.mails:
            if "answer" not in mail["Subject"].lower():
                found[mail["To"]][mail["Message-ID"]] += 1
        return found

    def table(self, seconds: float) -> str:
        rows = [f"{number:6}  {point}" for point, number in sorted(self.kills.items())]
        twice = sum(self.arrived[asker.email].total() - 1 for asker in self.received)
        rows.append(f"{sum(self.kills.values()):6}  kills in {seconds:.0f} s")
        rows.append(f"{len(self.received):6}  questions called received, {len(self.wrong)} faults")
        rows.append(f"{twice:6}  mails sent again under the same Message-ID")
        return "\n".join([*rows, *self.wrong])


def fight(target, mailbox, goal: int) -> Battle:
    battle = Battle(target, mailbox, goal, SEED)
    began = time.monotonic()
    battle.run()
    battle.settle()
    battle.check_all()
    print(f"\n{battle.table(time.monotonic() - began)}")
    return battle


def test_forty_kills_lose_nothing(target, mailbox):
    battle = fight(target, mailbox, SHORT)

    assert battle.wrong == []
    assert sum(battle.kills.values()) >= SHORT
    assert len(battle.received) >= SHORT / 3


@pytest.mark.slow
def test_a_thousand_kills_lose_nothing(target, mailbox):
    battle = fight(target, mailbox, FULL)

    assert battle.wrong == []
    assert sum(battle.kills.values()) >= FULL


def test_web_processes_end_with_the_server_that_started_them(target):
    """Left alone they would keep the port and go on answering with yesterday's code."""
    before = target.web()

    target.kill("the web server", [target.server()])

    assert before
    assert comes_true(lambda: not any("granian" in words(pid) for pid in before))
    assert comes_true(lambda: len(target.web()) == len(before))


def test_picture_taken_out_of_the_archive_is_gone_though_the_server_died(target):
    """Killed between the commit and the deletion of the public files."""
    asker = Asker(target.url, next(numbers), [noise(1)])
    asker.ask()
    curator = Curator(target.url).sign_in()

    def status():
        return target.look().questions[asker.number][1]

    curator.decide(asker.number, "publish", lambda: status() == "published")
    page = curator.get(f"/questions/{asker.number}/x/").location
    picture = re.search(r"/media/([\w-]+)/\d+\.jpg", curator.get(page).text)
    published = curator.get(picture[0]).status
    curator.decide(asker.number, "unpublish", lambda: status() == "pending", "delete")
    folder = target.folder / "media" / "public" / picture[1]
    left = folder.exists()
    os.utime(folder, (time.time() - 120,) * 2)  # as if it had been published for a while
    target.run("import qa.housekeeping as h; h.purge_public_orphans()")

    assert (published, left) == (200, True)
    assert curator.insist(curator.get, picture[0], fine=(404,)).status == 404


def comes_true(condition, seconds: float = 30) -> bool:
    """Whether something that other processes do is done in time."""
    deadline = time.monotonic() + seconds
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.05)  # a process's birth and death make no event here
    return condition()
