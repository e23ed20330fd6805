"""bin/bench search: searching with thousands of different queries, and what readers type."""

import random
from urllib.parse import quote_plus

from bench import load, servers
from bench.load import Request
from bench.site import Site, table

QUERIES, CONNECTIONS = 2_500, 8
HEAD = ["what", "answers/s", "p50 ms", "p99 ms", "different queries", "errors"]


def main(site: Site, seconds: float, rounds: int) -> None:
    words = titles(site)
    kinds = {
        "search": [f"/search/?q={quote_plus(query)}" for query in queries(words)],
        "suggestions while typing": [
            f"/search/suggest/?q={quote_plus(query)}" for query in beginnings(words)
        ],
    }
    rows = []
    environment = site.environment | {"PAGE_CACHE_MB": "0"}
    with servers.granian("config.wsgi:application", environment, "/healthz") as url:
        for name, paths in kinds.items():
            requests = [Request(path) for path in paths]
            load.run(url, requests, CONNECTIONS, min(seconds, 1))
            result = load.run(url, requests, CONNECTIONS, seconds * rounds)
            rows.append([name, result.rate, result.p50, result.p99, len(set(paths)), result.errors])
        table(f"Searching, {CONNECTIONS} connections, no page cache", HEAD, rows)
        print(f"Memory of a web process: {servers.memory(url)} MB")


def titles(site: Site) -> list[list[str]]:
    """The telling words of the questions' titles."""
    site.django()
    from qa.models import Question
    from qa.search import telling_words

    rows = Question.objects.published().values_list("title", flat=True)
    return [words for words in map(telling_words, rows.iterator()) if words]


def queries(words: list[list[str]]) -> list[str]:
    """One to three words of one title each, all different; the same in each run."""
    draw, found = random.Random(1), {}  # noqa: S311
    for _ in range(40 * QUERIES):
        chosen = draw.choice(words)
        found[" ".join(draw.sample(chosen, min(len(chosen), draw.randint(1, 3))))] = None
        if len(found) == QUERIES:
            break
    return list(found)


def beginnings(words: list[list[str]]) -> list[str]:
    """Queries as they are after some letters."""
    draw = random.Random(2)  # noqa: S311
    cut = [query[: draw.randint(3, max(3, len(query)))] for query in queries(words)]
    return list(dict.fromkeys(cut))
