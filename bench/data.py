"""Real questions for the measurements: MedQuAD (CC BY 4.0), in the format of import_questions."""

import gzip
import json
import os
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

SOURCE = "medquad/medquad.jsonl.gz"
FIRST_DAY = datetime(2012, 1, 1, 9, tzinfo=UTC)
APART = timedelta(hours=7)  # between two questions: 16,000 of them fill thirteen years
NAMES = ("Ada", "Ben", "Cleo", "", "Dan", "Eve", "")


def folder(given: str = "") -> Path:
    """Where the data is: as given, else ASKWELL_DATA. Ends with a sentence where it is missing."""
    path = Path(given or os.environ.get("ASKWELL_DATA", "../shared/data"))
    if not (path / SOURCE).exists():
        sys.exit(
            f"The data is missing: there is no {path / SOURCE}. ASKWELL_DATA says where it is."
        )
    return path


def rows(data: Path, most: int | None = None):
    """MedQuAD's questions with their answers, as it has them."""
    with gzip.open(data / SOURCE, "rt") as lines:
        for number, line in enumerate(lines):
            if number == most:
                return
            yield json.loads(line)


def records(data: Path, most: int | None = None):
    """The same as import_questions takes them, with dates, names and a source."""
    for number, row in enumerate(rows(data, most)):
        asked = FIRST_DAY + number * APART
        focus = row["focus"] or row["topic"]
        yield {
            "external_id": row["id"],
            "topic": row["topic"],
            "title": row["question"][:150],
            "body": f"I read about {focus} and would like to understand it better.\n\n"
            f"{row['question']}",
            "answer": row["answer"][:40_000],
            "name": NAMES[number % len(NAMES)],
            "asked_at": asked.isoformat(),
            "answered_at": (asked + timedelta(hours=5)).isoformat(),
            "references": [{"title": f"{row['source']}: {focus}"[:300], "url": row["url"]}],
        }


def write(path: Path, data: Path | None, most: int | None = None) -> int:
    """Write the file for import_questions; returns how many lines it has."""
    lines = [json.dumps(record) for record in (records(data, most) if data else made_up(most))]
    path.write_text("\n".join(lines))
    return len(lines)


def made_up(most: int):
    """A few questions for a look whether everything works, where no data is needed."""
    parts = ["calf", "thigh", "foot", "hand", "neck", "back", "jaw", "toe"]
    for number in range(most):
        part, asked = parts[number % len(parts)], (FIRST_DAY + number * APART).isoformat()
        yield {
            "external_id": f"made-up-{number}",
            "topic": f"cramps-{number % 4}",
            "title": f"Why does my {part} cramp, case {number}?",
            "body": "It wakes me twice a week.\n\nWhat helps?",
            "answer": f"Stretching the {part} helps *some* people.\n\n- Drink.\n- Rest.",
            "asked_at": asked,
            "answered_at": asked,
        }
