"""bin/bench: measure the site on this machine, and print a table for each question.

pages    finished pages beside a bare answer and nginx; pages rendered each time
search   searching, over thousands of different queries
ask      new questions, text only, with synchronous FULL
publish  what readers get while questions are published
import   how fast answered questions come in
million  what everything costs among a million questions (--questions for another number)
similar  how well, and how fast, answered questions are found for a new one
outbox   mails a second, and a letter to a hundred thousand
smoke    a little of each, to see that it all works
"""

import argparse
import importlib
from pathlib import Path

from bench import data, databases, importing, load, million, servers
from bench.site import Site, remove, temporary, versions

PARTS = ["pages", "search", "ask", "publish"]


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="bin/bench", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("part", choices=[*PARTS, "import", "million", "similar", "outbox", "smoke"])
    parser.add_argument("--data", default="", help="the folder of the data (ASKWELL_DATA)")
    parser.add_argument("--seconds", type=float, default=4, help="of each measurement")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--questions", type=int, help="take only so many")
    parser.add_argument("--keep", type=Path, help="a folder to keep the filled site in, or take")
    args, rest = parser.parse_known_args()
    if args.part == "similar":
        importlib.import_module("bench.similar").main([f"--data={data.folder(args.data)}", *rest])
        return
    if args.part == "outbox":
        raise SystemExit(importlib.import_module("bench.outbox").main(rest))
    source = None if args.part == "smoke" else data.folder(args.data)
    if args.part == "smoke":
        args.seconds, args.rounds, args.questions = 0.2, 1, 64
        load.WRK = servers.NGINX = None  # neither is needed to see that all works
        servers.WORKERS = 1
    print(versions())
    if args.part == "import":
        importing.main(source, args.questions)
        return
    if not load.WRK:
        print(load.MISSING)
    folder = args.keep or temporary()
    try:
        measure(args, Site(folder), source)
    finally:
        if not args.keep:
            remove(folder)


def measure(args, site: Site, source: Path | None) -> None:
    if args.part == "million":
        with databases.own("askwell_bench_million", keep=bool(args.keep)):
            million.main(site, source, args.questions or 1_000_000, args.seconds)
        return
    site.fill(source, args.questions)
    for part in PARTS if args.part == "smoke" else [args.part]:
        importlib.import_module(f"bench.{part}").main(site, args.seconds, args.rounds)
    if args.part == "smoke":
        million.main(site, source, 2_000, args.seconds)


if __name__ == "__main__":
    main()
