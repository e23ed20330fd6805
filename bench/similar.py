"""bin/bench similar: how well a new question finds the answered one, on four judged sets.

Against SQLite's FTS5 with porter stems and BM25, in the same run and on one processor. R@k is the
share of the questions with a match that have one among the first k. "silent" is the share of the
questions without a match that are shown nothing, "off" that of the questions in off_topic.txt.
What is counted is what the site shows: nothing, where `similar` thinks that nothing fits. Weights
and thresholds were chosen on the half of the queries whose R@5 is printed under "chosen", and not
on the "other" (docs/adr/0012). Times are of the processor, for each question, everything included;
MB is what the process holds at that moment.
"""

import argparse
import csv
import hashlib
import json
import os
import random
import sqlite3
import tempfile
import time
from itertools import chain, islice
from pathlib import Path

SETS = ("rqe_consumer_faq", "meqsum", "rqe_clinical", "medquad_cross_source")
OFF_TOPIC = Path(__file__).parent / "off_topic.txt"


def main(args: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="bin/bench similar")
    parser.add_argument("--data", type=Path, default=os.environ.get("ASKWELL_DATA", "data"))
    parser.add_argument(
        "--models", default="static,minilm", help="those not installed are left out"
    )
    parser.add_argument("--most", type=int, default=10**6, help="queries of each set")
    parser.add_argument("--sizes", default="100000", help="archives to take times at, or nothing")
    options = parser.parse_args(args)
    with tempfile.TemporaryDirectory() as folder:
        _set_up(folder)
        sets = {name: read(Path(options.data) / "similar_questions" / name) for name in SETS}
        print(
            f"{'set':22}{'method':18}",
            "   R@1    R@5  chosen  other  MRR@10  silent   off     ms   MB",
        )
        for name, method in _methods(options.models):
            rows = [_row(key, name, method, judged, options.most) for key, judged in sets.items()]
            one, five, chosen, other = (sum(row) / len(row) for row in zip(*rows, strict=True))
            print(f"{'mean':22}{name:18}{one:7.3f}{five:7.3f}{chosen:8.3f}{other:7.3f}\n")
        for size in filter(None, options.sizes.split(",")):
            for name, method in _methods(options.models):
                _times(int(size), name, method, sets)


def read(folder: Path) -> tuple[list[str], list[str], list[set[int]], list[bool]]:
    """Queries, corpus, for each query the places in the corpus of what matches it, and its half."""
    queries, corpus = (
        [json.loads(line) for line in (folder / f"{name}.jsonl").open(encoding="utf-8")]
        for name in ("queries", "corpus")
    )
    places = {row["docid"]: place for place, row in enumerate(corpus)}
    matches = {row["qid"]: set() for row in queries}
    with (folder / "qrels.tsv").open(encoding="utf-8") as file:
        for qid, docid, judged in list(csv.reader(file, delimiter="\t"))[1:]:
            if judged == "1":
                matches[qid].add(places[docid])
    texts = ([row["text"] for row in rows] for rows in (queries, corpus))
    return *texts, list(matches.values()), [is_chosen(qid) for qid in matches]


class Fts5:
    """Any of the words, without those that say nothing, by BM25."""

    def fill(self, corpus) -> None:
        self.database = sqlite3.connect(":memory:")
        self.database.execute(
            "CREATE VIRTUAL TABLE known USING fts5 (text, tokenize = 'porter unicode61')"
        )
        self.database.executemany(
            "INSERT INTO known (rowid, text) VALUES (?, ?)", enumerate(corpus)
        )

    def __call__(self, query: str) -> list[int]:
        from qa.search.words import STOP, WORD

        words = dict.fromkeys(WORD.findall(query.lower()))
        words = [word for word in words if word not in STOP] or list(words)
        found = self.database.execute(
            "SELECT rowid FROM known WHERE known MATCH ? ORDER BY bm25(known) LIMIT 10",
            [" OR ".join(f'"{word}"' for word in words)],
        )
        return [row[0] for row in found]


class Ours:
    """What the site does."""

    def __init__(self, model: str):
        self.model = model

    def fill(self, corpus) -> None:
        from django.conf import settings
        from django.db import connection, transaction

        from qa.search import add, embedding, vectors

        settings.SIMILAR_MODEL = self.model
        embedding.current.cache_clear()
        with connection.cursor() as cursor:
            for table in ("qa_search", "qa_title", "qa_vector"):
                cursor.execute(f"DELETE FROM {table}")  # noqa: S608 (no visitor's word)
        with transaction.atomic():
            add((place + 1, 1, text, "") for place, text in enumerate(corpus))
            while vectors.fill(60):
                pass

    def draw(self, corpus) -> None:
        """The same, with vectors that are drawn: the time of a search is the same."""
        from django.db import connection, transaction

        from qa.search import embedding, lexical

        self.fill([])
        model, draw = embedding.current(), random.Random(5)  # noqa: S311 (no secret)
        width = len(model.embed("salt"))
        rows = enumerate(corpus, 1)
        with transaction.atomic(), connection.cursor() as cursor:
            while some := list(islice(rows, 10_000)):
                lexical.add((place, 1, text, "") for place, text in some)
                cursor.executemany(
                    "INSERT INTO qa_vector (question_id, model, vector) VALUES (%s, %s, %s)",
                    ((place, model.name, draw.randbytes(width)) for place, _ in some),
                )

    def __call__(self, query: str) -> list[int]:
        from qa.search import similar

        return [pk - 1 for pk in similar(query, limit=10)]


def _methods(models: str):
    from qa.search import minilm

    yield "fts5 porter bm25", Fts5()
    for model in models.split(","):
        if model != "minilm" or minilm.installed():
            yield model, Ours(model)


def _row(key: str, name: str, method, judged, most: int) -> tuple[float, ...]:
    """Measure one method on one set, print it, return R@1, R@5 and R@5 of both halves."""
    queries, corpus, matches, halves = judged
    method.fill(corpus)
    method(queries[0])
    began = time.process_time()
    found = [method(query) for query in queries[:most]]
    took = (time.process_time() - began) / len(found)
    ranks, silent = {True: [], False: []}, []
    for rows, right, half in zip(found, matches, halves, strict=False):
        if right:
            rank = next((n for n, place in enumerate(rows, 1) if place in right), 99)
            ranks[half].append(rank)
        else:
            silent.append(not rows)
    every = ranks[True] + ranks[False]
    recalls = _recall(every, 1), *(_recall(some, 5) for some in (every, ranks[True], ranks[False]))
    mrr = sum(1 / rank for rank in every if rank <= 10) / len(every)
    quiet = f"{sum(silent) / len(silent):8.2f}" if silent else " " * 8
    off = [not method(query) for query in OFF_TOPIC.read_text().splitlines()]
    figures = "{:7.3f}{:7.3f}{:8.3f}{:7.3f}".format(*recalls)
    figures += f"{mrr:8.3f}{quiet}{sum(off) / len(off):6.2f}{took * 1000:7.1f}{_resident():6}"
    print(f"{key:22}{name:18}{figures}", flush=True)
    return recalls


def is_chosen(qid: str) -> bool:
    """Whether a query is in the half that weights and thresholds were chosen on."""
    return hashlib.sha256(f"askwell:{qid}".encode()).digest()[0] % 2 == 0


def _recall(ranks: list[int], k: int) -> float:
    return sum(rank <= k for rank in ranks) / max(len(ranks), 1)


def _resident() -> int:
    """Megabytes that this process holds."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") >> 20


def _times(size: int, name: str, method, sets) -> None:
    """The time of a query where there are `size` questions, made of those of the sets."""
    known = [text for _, corpus, *_ in sets.values() for text in corpus]
    half = len(known) // 2
    corpus = (f"{known[n % half]} {known[-1 - n // half][:40]}" for n in range(size))
    (method.draw if isinstance(method, Ours) else method.fill)(corpus)
    queries = [text for texts, *_ in sets.values() for text in texts[:100]]
    method(queries[0])
    took = []
    for query in queries:
        began = time.process_time()
        method(query)
        took.append((time.process_time() - began) * 1000)
    took.sort()
    print(
        f"{size:,} questions, {name}: mean {sum(took) / len(took):.1f} ms, p50"
        f" {took[len(took) // 2]:.1f}, p99 {took[int(len(took) * 0.99)]:.1f};"
        f" {_resident()} MB",
        flush=True,
    )


def _set_up(folder: str) -> None:
    """The index alone, in a database of its own."""
    import django
    from django.db import connection

    os.environ["DATABASE_URL"] = f"sqlite:///{folder}/similar.sqlite3"
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    django.setup()
    from qa.search import create_sql, titles, vectors

    tables = [create_sql("sqlite"), titles.create_sql(), vectors.create_sql("sqlite")]
    with connection.cursor() as cursor:
        for statement in chain(*tables):
            cursor.execute(statement)
