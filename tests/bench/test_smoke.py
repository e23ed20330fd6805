"""bin/bench runs from end to end, on a few made-up questions and without wrk and nginx."""

import re
import subprocess
import sys

from tests.site import ROOT

TABLES = [
    "Finished pages",
    "Pages rendered each time",
    "Searching",
    "Asking, text only",
    "Publishing while 32 readers hammer one page",
    "2,000 questions",
]


def test_every_table_is_printed_without_an_error_in_it():
    done = subprocess.run(
        [sys.executable, "-m", "bench", "smoke"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=180,
    )

    assert done.returncode == 0, done.stderr
    titles = re.findall(r"^### (.*)$", done.stdout, re.M)
    assert [title.startswith(name) for title, name in zip(titles, TABLES, strict=True)] == [
        True
    ] * len(TABLES)
    for table in done.stdout.split("### ")[1:]:
        head, _, *rows = [
            line.strip("| ").split(" | ") for line in table.splitlines() if line.startswith("|")
        ]
        assert rows
        assert {row[head.index("errors")] for row in rows} == {"0"}, table
    stale = re.search(r"stale after 1 s.*\n.*\n\| \d+ \| [\d,]+ \| (\d+) \|", done.stdout)
    assert stale[1] == "0"
