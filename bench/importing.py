"""bin/bench import: how fast answered questions come in, and that nothing comes in twice."""

import re
import resource
from pathlib import Path

from bench import data, databases
from bench.site import Site, remove, table, temporary

HEAD = ["what", "questions/s", "seconds", "its own processor, s", "taken", "known", "refused"]
SAID = re.compile(r"([\d,]+) questions in ([\d.]+) s .*\. ([\d,]+) were here .*\. ([\d,]+) lines")


def main(source: Path, most: int | None) -> None:
    folder = temporary()
    try:
        with databases.own("askwell_bench_import"):
            site = Site(folder)
            site.manage("migrate", "-v0")
            file = folder / "questions.jsonl"
            data.write(file, source, most)
            rows = [
                run(site, "looked at (--check)", file, "--check"),
                run(site, "imported", file),
                run(site, "imported once more", file),
            ]
        table("Import", HEAD, rows)
    finally:
        remove(folder)


def run(site: Site, name: str, file: Path, *options: str) -> list:
    """One import as a process of its own. What PostgreSQL's server uses is not in its processor."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    said = site.manage("import_questions", "--create-topics", *options, str(file))
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    taken, seconds, known, refused = SAID.search(said).groups()
    taken, known, refused = (int(text.replace(",", "")) for text in (taken, known, refused))
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    rate = (taken + known) / max(float(seconds), 0.1)
    return [name, round(rate), float(seconds), used, taken, known, refused]
