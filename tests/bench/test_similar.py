"""bin/bench similar: the table of the judged sets, with some of three questions each."""

import json
import subprocess
import sys

from bench.servers import ROOT
from bench.similar import SETS

KNOWN = [
    "What helps against cramps in the calf at night?",
    "How much vitamin D does a child need?",
    "What are the symptoms of celiac disease?",
]
ASKED = ["My calf cramps at night, what helps?", "celiac disease symptoms"]


def test_every_method_finds_what_is_said_in_other_words(tmp_path):
    for name in SETS:
        folder = tmp_path / "similar_questions" / name
        folder.mkdir(parents=True)
        _write(folder / "corpus.jsonl", "docid", KNOWN)
        _write(folder / "queries.jsonl", "qid", ASKED)
        (folder / "qrels.tsv").write_text("qid\tdocid\tjudged\n0\t0\t1\n1\t2\t1\n")

    medquad = tmp_path / "medquad" / "medquad.jsonl.gz"  # which a folder of the data has
    medquad.parent.mkdir()
    medquad.touch()

    command = [sys.executable, "-m", "bench", "similar", "--data", str(tmp_path)]
    done = subprocess.run(
        [*command, "--models", "static", "--sizes", "20"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )

    means = [line.split() for line in done.stdout.splitlines() if line.startswith("mean")]
    assert [(line[-5], line[-4]) for line in means] == [("bm25", "1.000"), ("static", "1.000")]
    assert [line.split(":")[0] for line in done.stdout.splitlines()[-2:]] == [
        "20 questions, fts5 porter bm25",
        "20 questions, static",
    ]


def _write(path, key, texts) -> None:
    rows = ({key: str(place), "text": text} for place, text in enumerate(texts))
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
