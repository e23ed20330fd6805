"""A scripted curator clears a queue of messy questions, by keys alone and by thumb.

`bin/test tests/browser/test_queue_zero.py -m slow -s` clears 30 in each way and prints the table.
"""

import json
import os
import re
from collections import defaultdict
from pathlib import Path

import pytest
from playwright.sync_api import expect

from qa.desk.redaction import findings
from tests.browser import askers
from tests.browser.curator import Effort, KeyCurator, ThumbCurator
from tests.browser.test_desk import sign_in
from tests.site import ROOT, text_of

pytestmark = pytest.mark.browser
SAMPLE = ROOT / "tests/qa/desk/redaction/questions.jsonl"
ALL = Path(os.environ.get("ASKWELL_DATA", ROOT.parent / "shared" / "data"))
WHOLE = ALL / "messy_questions" / "messy_questions.jsonl"

# How often each decision is taken among thirty questions; CI takes each once.
TIMES = {
    "publish": 6,
    "private": 4,
    "changes": 2,
    "decline": 3,
    "known": 2,
    "merge": 2,
    "spam": 2,
    "move": 1,
    "redact": 3,
    "snippet": 3,
    "undo": 2,
}
ONCE = list(TIMES)
THIRTY = [kind for turn in range(6) for kind, times in TIMES.items() if turn < times]
MOST_SECONDS, MOST_KEYS = 40, 8

ANSWER = "This is **worth a visit** to your doctor, who can examine you."
WORDS = "Please say since when, and which medicines you take."
TOPIC = "Vitamin D"
STATES = {
    "private": "answered",
    "changes": "needs_changes",
    "decline": "declined",
    "known": "merged",
    "merge": "merged",
    "spam": "spam",
}
SUBJECTS = {
    "private": "Your question is answered: ",
    "changes": "About your question: ",
    "decline": "Your question cannot be answered here: ",
    "known": "An answer to your question: ",
    "merge": "An answer to your question: ",
}
PUBLISHED = ("published", "Your question is answered: ")


@pytest.fixture(scope="module")
def site(desk_site):
    return desk_site


def sampled() -> list[tuple[str, str]]:
    """Title and text of the questions in the repository, without their labels."""
    lines = SAMPLE.read_text("utf-8").splitlines()
    texts = [re.sub(r"⟦[\w-]+:(.*?)⟧", r"\1", json.loads(line)["text"]) for line in lines]
    return [tuple(text.split("\n\n", 1)) if "\n\n" in text else ("", text) for text in texts]


def collected() -> list[tuple[str, str]]:
    """Title and text of all messy questions."""
    if not WHOLE.is_file():
        pytest.skip(f"There are no messy questions in {WHOLE}; set ASKWELL_DATA.")
    rows = [json.loads(line) for line in WHOLE.read_text("utf-8").splitlines()]
    return [(row["subject_filled"], row["message_filled"]) for row in rows]


def tells_who(text: str) -> bool:
    return any(found.kind in {"e-mail", "phone"} for found in findings(text))


def questions(texts: list[tuple[str, str]], decisions: list[str]) -> list[dict]:
    """One for each decision, as the form would have taken it: with a title and enough text."""
    fit = [(title if 10 <= len(title) <= 150 else body[:60], body) for title, body in texts]
    fit = [(title, body) for title, body in fit if len(body) >= 60]
    telling = iter([row for row in fit if tells_who(row[1])])
    others = iter([row for row in fit if not tells_who(row[1])])
    rows = []
    for place, decision in enumerate(decisions):
        title, body = next(telling if decision == "redact" else others)
        rows.append(
            {
                "title": " ".join(title.split()),
                "body": body,
                "pictures": place % 3,
                "spam": "Several links" if decision == "spam" else "",
                "known": decision in {"known", "merge"},
            }
        )
    return rows


class Work:
    """One decision of each kind, as a curator of either way does it."""

    def __init__(self, curator, rows: list[dict]):
        self.curator, self.rows = curator, rows

    def do(self, decision: str, row: dict) -> None:
        self.curator.open_oldest()
        getattr(self, decision)(row)

    def publish(self, row) -> None:
        self.curator.answer(ANSWER)

    def private(self, row) -> None:
        self.curator.answer_privately(ANSWER)

    def changes(self, row) -> None:
        self.curator.request_changes(WORDS)

    def decline(self, row) -> None:
        self.curator.decline()

    def spam(self, row) -> None:
        self.curator.mark_spam()

    def known(self, row) -> None:
        self.curator.send_known_answer()

    def merge(self, row) -> None:
        self.curator.merge(row["known"].removeprefix("Q-").lstrip("0"))

    def move(self, row) -> None:
        self.curator.move(TOPIC)
        self.curator.open_oldest()
        self.curator.answer(ANSWER)

    def redact(self, row) -> None:
        self.curator.replace_details()
        self.curator.answer(ANSWER)

    def snippet(self, row) -> None:
        self.curator.insert_snippet(askers.SNIPPET[0])
        self.curator.write(f"\n\n{ANSWER}")
        self.curator.publish()

    def undo(self, row) -> None:
        """Declined, taken back, and answered after all."""
        self.curator.decline()
        self.curator.undo()
        self.curator.answer(ANSWER)


def clear(curator, rows: list[dict], decisions: list[str]) -> list[tuple[str, Effort]]:
    """Decide about everything; returns what each decision took."""
    work, efforts = Work(curator, rows), []
    for decision, row in zip(decisions, rows, strict=True):
        curator.begin()
        work.do(decision, row)
        efforts.append((decision, curator.effort))
        expect(curator.page.locator(".messagelist")).to_be_visible()
    return efforts


def report(way: str, efforts: list[tuple[str, Effort]]) -> None:
    """For each kind of decision the most that it took."""
    kinds = defaultdict(list)
    for decision, effort in efforts:
        kinds[decision].append(effort)
    print(f"\n{len(efforts)} questions by {way}; from the list to the next page, the most of each")
    print("  decision   times  keys  taps  swipes  machine s  all s")
    for decision, rows in kinds.items():
        most = max(rows, key=lambda row: row.seconds)
        print(
            f"  {decision:10} {len(rows):5} {most.keys:5} {most.taps:5} {most.swipes:7}"
            f" {most.machine:10.1f} {most.seconds:6.1f}"
        )
    mean = sum(effort.seconds for _, effort in efforts) / len(efforts)
    print(f"  on average {mean:.1f} s for each question, reading and writing apart")


def check(site, mailbox, rows: list[dict], decisions: list[str]) -> None:
    """Each question stands as decided, and each asker has the mail of that decision alone."""
    askers.call(site, "hurry")
    found = askers.call(site, "outcome", [row["pk"] for row in rows])
    for decision, row, now in zip(decisions, rows, found, strict=True):
        status, subject = STATES.get(decision, PUBLISHED[0]), SUBJECTS.get(decision, PUBLISHED[1])
        assert now["status"] == status, decision
        assert now["merged_into"] == row["known"], decision
        assert (now["topic"] == TOPIC) == (decision == "move"), decision
        answered = decision not in {"changes", "decline", "known", "merge", "spam"}
        beginning = f"{askers.SNIPPET[1]}\n\n" if decision == "snippet" else ""
        assert now["answer"] == (beginning + ANSWER if answered else ""), decision
        assert not (decision == "redact" and tells_who(now["body"])), now["body"]
        if decision != "spam":
            mailbox.wait_for(row["email"], subject)
    for decision, row in zip(decisions, rows, strict=True):
        subjects = [mail["Subject"] for mail in mailbox.to(row["email"])]
        mailed = [text for text in subjects if not text.startswith("We have your question")]
        assert len(mailed) == (decision != "spam"), (decision, subjects)
        if decision == "changes":
            mail = mailbox.wait_for(row["email"], SUBJECTS["changes"])
            assert WORDS in text_of(mail)


def run(visitor, site, mailbox, way: str, texts, decisions: list[str]) -> None:
    rows = questions(texts, decisions)
    made = askers.call(site, "put", rows)
    rows = [row | new for row, new in zip(rows, made, strict=True)]
    if way == "touch":
        phone = {"width": 375, "has_touch": True, "is_mobile": True}
        curator = ThumbCurator(sign_in(visitor(**phone)))
        curator.page.set_viewport_size({"width": 375, "height": 667})
    else:
        curator = KeyCurator(sign_in(visitor()))

    efforts = clear(curator, rows, decisions)

    report(way, efforts)
    curator.begin()
    expect(curator.page.locator("[data-desk-open]")).to_have_count(0)
    expect(curator.page.locator(".queue-empty")).to_be_visible()
    check(site, mailbox, rows, decisions)
    assert max(effort.seconds for _, effort in efforts) <= MOST_SECONDS
    assert max(effort.keys for decision, effort in efforts if decision == "publish") <= MOST_KEYS


@pytest.mark.parametrize("way", ["keys", "touch"])
def test_curator_reaches_queue_zero(visitor, site, mailbox, way):
    run(visitor, site, mailbox, way, sampled(), ONCE)


@pytest.mark.slow
@pytest.mark.parametrize("way", ["keys", "touch"])
def test_curator_clears_thirty_questions(visitor, site, mailbox, way):
    run(visitor, site, mailbox, way, collected(), THIRTY)
