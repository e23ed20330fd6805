"""What the redaction aid finds of labelled questions, and what it marks for nothing.

`bin/test tests/qa/desk/redaction -s` prints recall and precision of each kind.
"""

import json
import re
from collections import Counter
from pathlib import Path

import pytest

from qa.desk.names import GIVEN
from qa.desk.redaction import LABELS, findings

LABEL = re.compile(r"⟦([\w-]+):(.*?)⟧", re.DOTALL)
UNLISTED = [
    ("Thulisile", "Achterberg"),
    ("Oyinkan", "Quispe"),
    ("Bronwyth", "Featherstone"),
    ("Zsófia", "Ndlovu"),
    ("Tjaša", "Szczepański"),
    ("Hrafnhildur", "Oyelaran"),
    ("Nkechinyere", "Brandstätter"),
    ("Yevheniia", "Koroma"),
    ("Ximo", "Vlahović"),
    ("Gwenllian", "Tanaka"),
]


def rows(name: str) -> list[str]:
    lines = Path(__file__).with_name(name).read_text("utf-8").splitlines()
    return [json.loads(line)["text"] for line in lines]


def labelled(marked: str) -> tuple[str, list[tuple[int, int, str]]]:
    """The text without its labels, and where they stood."""
    text, spans, at = "", [], 0
    for label in LABEL.finditer(marked):
        text += marked[at : label.start()]
        spans.append((len(text), len(text) + len(label[2]), label[1]))
        text, at = text + label[2], label.end()
    return text + marked[at:], spans


def measure(texts: list[str]) -> dict[str, tuple[int, float, float]]:
    """For each kind: labels, recall, precision. A label counts as found when all of it was."""
    labels, found, marks, right = Counter(), Counter(), Counter(), Counter()
    for marked in texts:
        text, spans = labelled(marked)
        seen = findings(text)
        for start, end, kind in spans:
            labels[kind] += 1
            found[kind] += any(f.kind == kind and f.start <= start and f.end >= end for f in seen)
        for finding in seen:
            marks[finding.kind] += 1
            right[finding.kind] += any(
                kind == finding.kind and start < finding.end and end > finding.start
                for start, end, kind in spans
            )
    return {
        kind: (labels[kind], share(found[kind], labels[kind]), share(right[kind], marks[kind]))
        for kind in LABELS
    }


def share(part: int, whole: int) -> float:
    return part / whole if whole else 1.0


def report(title: str, measured: dict) -> None:
    print(f"\n{title}")
    for kind, (labels, recall, precision) in measured.items():
        print(f"  {kind:8} {labels:4} labels  recall {recall:.3f}  precision {precision:.3f}")


@pytest.mark.parametrize("half", [0, 1], ids=["tuned-on", "held-out"])
@pytest.mark.parametrize("name", ["questions.jsonl", "written.jsonl"])
def test_personal_details_are_found(name, half):
    measured = measure(rows(name)[half::2])
    report(f"{name}, {'held out' if half else 'tuned on'}", measured)

    recall = {kind: value for kind, (_, value, _) in measured.items()}
    precision = {kind: value for kind, (_, _, value) in measured.items()}
    assert recall["e-mail"] >= 0.95
    assert recall["phone"] >= 0.95
    assert recall["name"] >= (0.75 if name == "written.jsonl" else 0.8)
    assert min(precision["e-mail"], precision["phone"], precision["name"]) >= 0.8


@pytest.mark.parametrize("half", [0, 1], ids=["tuned-on", "held-out"])
def test_names_that_are_on_no_list_are_found(half):
    assert not {part.lower() for name in UNLISTED for part in name} & GIVEN

    measured = measure(
        [renamed(text, n) for n, text in enumerate(rows("questions.jsonl")[half::2])]
    )
    report(f"names on no list, {'held out' if half else 'tuned on'}", measured)

    assert measured["name"][1] >= 0.8


def renamed(marked: str, seed: int) -> str:
    """The same text with other names, alike where they were alike."""
    firsts: dict[str, int] = {}

    def other(label: re.Match) -> str:
        if label[1] != "name":
            return label[0]
        first, *rest = label[2].split()
        number = firsts.setdefault(first, len(firsts) + seed)
        name = UNLISTED[number % len(UNLISTED)]
        return f"⟦name:{' '.join(name if rest else name[:1])}⟧"

    return LABEL.sub(other, marked)
