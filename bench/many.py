"""As many different questions as wanted, made of those of bench.data, the same in each run.

The first turn takes them as they are, with a piece of their answer. Each further turn asks two of
the same topic at once, at another age and place, and answers with a piece of either answer.
"""

import re
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from qa.models.publishing import public_slug

FIRST_DAY, DAYS = datetime(2012, 1, 1, tzinfo=UTC), 13 * 365
PIECE, PIECES = 300, 8  # characters of a piece: short answers, so that a million fit on small disks
SENTENCE = re.compile(r"(?<=[.!?])\s+")
PLACES = (
    *("Aachen", "Bath", "Cork", "Delft", "Exeter", "Florence", "Ghent", "Hull", "Inverness"),
    *("Jena", "Kendal", "Leeds", "Mainz", "Norwich", "Oban", "Perth", "Quimper", "Ripon", "Sligo"),
)


def questions(rows: list[dict], number: int) -> Iterator[dict]:
    """Made of `rows` in the format of import_questions, in the order of their dates."""
    topics = defaultdict(list)
    for row in rows:
        row["pieces"] = _pieces(row["answer"])
        topics[row["topic"]].append(row)
    places = {id(row): at for same in topics.values() for at, row in enumerate(same)}
    for at in range(number):
        turn, place = divmod(at, len(rows))
        row = rows[place]
        same = topics[row["topic"]]
        other = same[(places[id(row)] + 7 * turn) % len(same)]
        date = FIRST_DAY + timedelta(days=DAYS * at / number)
        yield _question(row, other, turn, PLACES[at % len(PLACES)], date)


def _question(row: dict, other: dict, turn: int, place: str, date: datetime) -> dict:
    both = f"{row['title'][:80]} And: {other['title']}"
    title = f"At {17 + turn}: {both}"[:150] if turn else row["title"]
    pieces, others = row["pieces"], other["pieces"]
    return {
        "topic": row["topic"],
        "title": title,
        "body": f"I am {17 + turn} years old and live in {place}.\n\n{both}",
        "slug": public_slug(title),
        "answer": f"{pieces[turn % len(pieces)]} {others[turn % len(others)]}",
        "location": place,
        "external_id": f"{row['external_id']}-{turn}",
        "date": date,
        "references": row.get("references", []),
    }


def _pieces(answer: str) -> list[str]:
    """Sentences in a row, up to PIECE characters."""
    pieces = [""]
    for sentence in SENTENCE.split(" ".join(answer[:5000].split())):
        if len(pieces[-1]) + len(sentence) > PIECE and pieces[-1]:
            pieces.append("")
        pieces[-1] = f"{pieces[-1]} {sentence}"[: 2 * PIECE].strip()
    return pieces[:PIECES]
