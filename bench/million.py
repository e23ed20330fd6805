"""bin/bench million: what reading, searching and publishing cost among a million questions."""

import time
from collections.abc import Callable
from pathlib import Path
from statistics import median, quantiles
from urllib.parse import quote_plus

from bench import filling, load, servers
from bench.load import Request
from bench.search import beginnings, queries
from bench.site import Site, fetch, table

CONNECTIONS = 2  # one for each processor: what one reader waits for, not how many can be served
PAGES, TITLES, CALLS = 500, 5_000, 200
HEAD = ["what", "p50 ms", "p99 ms", "at most: p50", "p99", "processor ms", "different", "errors"]
ONCE = ("/sitemap.xml", "/sitemap-pages.xml", "/sitemap-questions-0.xml", "/answered/all/", "/")


def main(site: Site, source: Path | None, number: int, seconds: float) -> None:
    filling.fill(site, source, number)
    site.django()
    from qa.models import Question

    numbers = Question.objects.published().order_by("pk").values_list("pk", flat=True)
    every = max(1, number // TITLES)
    numbers = range(numbers[0], numbers.last() + 1, every)
    sample = [row for at in range(0, len(numbers), 500) for row in _rows(numbers[at : at + 500])]
    calls = CALLS if seconds >= 1 else 10
    rows = [*_similar(sample, calls), *_publishing(sample, calls // 5)]
    while Question.prepare_pages():  # as the worker does within a minute
        pass
    environment = site.environment | {"PAGE_CACHE_MB": "0"}
    with servers.granian("config.wsgi:application", environment, "/healthz") as url:
        for _ in range(4 * servers.WORKERS):  # each process reads the vectors once
            fetch(f"{url}/search/suggest/?q=asthma")
        rows += [_asked(url, seconds, *kind) for kind in _kinds(sample)]
        rows += [_once(url, path) for path in ONCE]
        table(f"{number:,} questions, {CONNECTIONS} connections, no page cache", HEAD, rows)
        print(f"Memory of a web process: {servers.memory(url)} MB (at most 300)")
    print(f"Size: {filling.size(site) / 1e9:.1f} GB")


def _rows(numbers) -> list:
    from qa.models import Question

    rows = Question.objects.published().select_related("topic").filter(pk__in=numbers)
    return list(rows.order_by("pk"))


def _kinds(sample: list) -> list[tuple]:
    """Name, addresses, and how many milliseconds half and all but one in a hundred may take."""
    from qa.archive.keyset import Cursor, address
    from qa.search import telling_words

    some = sample[:: max(1, len(sample) // PAGES)]
    topics = sorted({row.topic.get_absolute_url() for row in some})
    words = queries([words for row in sample if (words := telling_words(row.title))])
    asked = [f"/search/?q={quote_plus(query)}" for query in words]
    typed = [f"/search/suggest/?q={quote_plus(text)}" for text in beginnings([[w] for w in words])]
    within = [
        f"{path}&topic={some[at % len(some)].topic.slug}" for at, path in enumerate(asked[:PAGES])
    ]
    # Before the oldest there is no page.
    later = sorted(some, key=lambda row: (row.published_at, row.pk))[1:]
    lists = [address(f"{row.topic.get_absolute_url()}answered/", Cursor.of(row)) for row in later]
    months = sorted({f"/answered/{row.published_at:%Y/%m}/" for row in some})
    return [
        ("question page", [row.get_absolute_url() for row in some], None, 25),
        ("archive, deep pages", [address("/answered/", Cursor.of(row)) for row in later], None, 25),
        ("topic page", topics, None, 25),
        ("topic's list, deep pages", lists, None, 25),
        ("search", asked, 25, 150),
        ("search in a topic", within, 25, 150),
        ("suggestions while typing", typed, None, 150),
        ("month", months, None, None),
    ]


def _asked(url: str, seconds: float, name: str, paths: list[str], half, most) -> list:
    requests = [Request(path) for path in paths]
    load.run(url, requests, CONNECTIONS, min(seconds, 2))
    before = servers.processor(url)
    result = load.run(url, requests, CONNECTIONS, seconds * 2)
    used = 1000 * (servers.processor(url) - before) / max(1, result.answers)
    limits = [half or "", most or ""]
    return [name, result.p50, result.p99, *limits, used, len(set(paths)), result.errors]


def _once(url: str, path: str) -> list:
    """A page that is large: five times, and the slowest instead of a percentile."""
    before, times = servers.processor(url), _times(5, lambda at: fetch(url + path))
    used = 1000 * (servers.processor(url) - before) / 5
    return [path, median(times), max(times), "", 1000 if at_once(path) else "", used, 1, 0]


def at_once(path: str) -> bool:
    return path == "/sitemap.xml"


def _similar(sample: list, calls: int) -> list[list]:
    from qa import search

    texts = [f"{row.title} {row.body}" for row in sample[:: max(1, len(sample) // calls)]]
    first = _times(1, lambda at: search.similar(texts[-1]))
    before = time.process_time()
    times = _times(len(texts), lambda at: search.similar(texts[at]))
    used = 1000 * (time.process_time() - before) / len(texts)
    return [
        ["similar, the first in a process", *first, *first, "", "", "", 1, 0],
        ["similar", median(times), _p99(times), "", 150, used, len(texts), 0],
    ]


def _publishing(sample: list, calls: int) -> list[list]:
    """Taken back and published again, with search index and related questions."""
    from accounts.models import User

    User.objects.filter(email="bench@example.org").delete()
    cora = User.objects.create_superuser("bench@example.org", "a password of the benchmark")
    some = sample[1 :: max(1, len(sample) // calls)]
    back = _times(len(some), lambda at: some[at].unpublish(by=cora))
    before = time.process_time()
    times = _times(len(some), lambda at: some[at].publish(by=cora, mails=False))
    used = 1000 * (time.process_time() - before) / len(some)
    return [
        ["unpublish", median(back), _p99(back), "", "", "", len(some), 0],
        ["publish", median(times), _p99(times), "", 100, used, len(some), 0],
    ]


def _times(calls: int, call: Callable[[int], object]) -> list[float]:
    """Milliseconds of each call."""
    times = []
    for at in range(calls):
        began = time.perf_counter()
        call(at)
        times.append(1000 * (time.perf_counter() - began))
    return times


def _p99(times: list[float]) -> float:
    return quantiles(times, n=100, method="inclusive")[98] if len(times) > 1 else times[0]
