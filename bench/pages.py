"""bin/bench pages: how fast public pages are, finished and rendered each time."""

import json
import re
from contextlib import ExitStack
from pathlib import Path
from statistics import median

from bench import bare, load, servers
from bench.load import Request, Result
from bench.site import Site, fetch, table

ADDRESSES = 500
CONNECTIONS = 32
HEAD = ["what", "answers/s", "of the bare answer", "of nginx", "p50 ms", "p99 ms", "errors"]


def main(site: Site, seconds: float, rounds: int) -> None:
    paths = question_paths(site, ADDRESSES)
    turns = max(1, round(rounds * seconds))
    print(f"{len(paths)} question pages, {CONNECTIONS} connections, {turns} turns")
    finished(site, paths, seconds, turns)
    rendered(site, paths, seconds, turns)


def finished(site: Site, paths: list[str], seconds: float, turns: int) -> list[list]:
    """Pages from the page cache beside the limits of this machine.

    All servers are up, and are asked for a second each in turn: this machine's speed changes by
    half from one minute to the next, so that only neighbours can be compared. The site's processes
    keep to a processor each; the bare answer's do not, which is faster for it (docs/adr/0030).
    """
    with servers.granian("config.wsgi:application", site.environment, "/healthz") as url:
        fetched = {path: fetch(url + path) for path in paths}
    pages = {path: body for path, (body, _) in fetched.items()}
    dictionary = {bare.FILE: str(write(site.folder / "pages.json", fetched))}
    plain = [Request(path) for path in paths]
    zipped = [Request(path, (("Accept-Encoding", "br"),)) for path in paths]
    with ExitStack() as up:
        bare_url = up.enter_context(servers.granian("bench.bare:application"))
        same = up.enter_context(servers.granian("bench.bare:pages", dictionary, paths[0]))
        url = up.enter_context(
            servers.granian("config.wsgi:application", site.environment, "/healthz")
        )
        # Their addresses have the port in them, so each server has ETags of its own.
        known = [Request(path, (("If-None-Match", etag(url + path)),)) for path in paths]
        asked = {
            "bare WSGI answer": (bare_url, plain),
            "dictionary, same bytes": (same, plain),
            "finished page": (url, plain),
            "finished page, br": (url, zipped),
            "finished page, 304": (url, known),
        }
        if servers.NGINX:
            nginx = up.enter_context(servers.nginx(site.folder / "nginx", pages))
            asked["nginx, same bytes"] = (nginx, plain)
        for address, requests in asked.values():
            warm(address, requests, seconds)
        found = {name: [] for name in asked}
        for _ in range(turns):
            for name, (address, requests) in asked.items():
                found[name].append(measure(address, requests, min(1, seconds)))
    size = sum(map(len, pages.values())) // len(pages)
    rows = [[name, *middle(found, results)] for name, results in found.items()]
    table(f"Finished pages, {size:,} bytes on average", HEAD, rows)
    if not servers.NGINX:
        print("nginx is missing (apt-get install nginx): no comparison with it.")
    return rows


def write(file: Path, fetched: dict) -> Path:
    """What bench.bare:pages answers, without what is the server's or this connection's own."""
    own = {"server", "date", "connection"}
    file.write_text(
        json.dumps(
            {
                path: ([(k, v) for k, v in headers.items() if k.lower() not in own], body.decode())
                for path, (body, headers) in fetched.items()
            }
        )
    )
    return file


def etag(address: str) -> str:
    return fetch(address)[1]["ETag"]


def rendered(site: Site, paths: list[str], seconds: float, turns: int) -> None:
    """The same site without its page cache, each kind of page for a second in turn."""
    environment = site.environment | {"PAGE_CACHE_MB": "0"}
    with servers.granian("config.wsgi:application", environment, "/healthz") as url:
        kinds = {
            "question page": paths,
            "topic page": topic_paths(url),
            "list, first page": ["/answered/"],
            "list, deep page": [deep_page(site)],
            "topic's list": [f"{path}answered/" for path in topic_paths(url)],
            "home": ["/"],
        }
        asked = {name: [Request(path) for path in some] for name, some in kinds.items()}
        for requests in asked.values():
            load.run(url, requests, CONNECTIONS, min(seconds, 1))
        found = {name: [] for name in kinds}
        for _ in range(turns):
            for name, requests in asked.items():
                found[name].append(measure(url, requests, min(1, seconds)))
        rows = []
        for name, addresses in kinds.items():
            eight = load.run(url, asked[name], 8, seconds)
            size = len(fetch(url + addresses[0])[0])
            rate = median(result.rate for result in found[name])
            errors = sum(result.errors for result in found[name])
            rows.append([name, rate, eight.p50, eight.p99, size, errors])
        head = ["rendered each time", "answers/s at 32", "p50 ms at 8", "p99 ms at 8", "bytes"]
        table("Pages rendered each time", [*head, "errors"], rows)
        parts = zip(found["list, deep page"], found["list, first page"], strict=True)
        part = median(deep.rate / first.rate for deep, first in parts)
        print(f"The deep page is given {part:.2f} times as often as the first.")
        print(f"Memory of a web process: {servers.memory(url)} MB")


def warm(url: str, requests: list[Request], seconds: float) -> None:
    """Ask until every process has every page: the rate grows no more."""
    most = 30 if seconds >= 1 else 2
    last, rate = -1.0, 0.0
    while most and rate > 1.2 * last:
        last, most = rate, most - 1
        rate = load.run(url, requests, CONNECTIONS, min(seconds, 2)).rate
        if rate < 5 * len(requests):
            last = -1.0  # far from done


def measure(url: str, requests: list[Request], seconds: float) -> Result:
    return load.run(url, requests, CONNECTIONS, seconds)


def middle(found: dict[str, list[Result]], results: list[Result]) -> list:
    """What is in the middle of all turns: the rate, its part of two others' in the same turn, and
    the times; and all errors.
    """
    parts = [
        [one.rate / other.rate for one, other in zip(results, found.get(name, []), strict=False)]
        for name in ("bare WSGI answer", "nginx, same bytes")
    ]
    return [
        median(result.rate for result in results),
        *(median(part) if part else "–" for part in parts),
        median(result.p50 for result in results),
        median(result.p99 for result in results),
        sum(result.errors for result in results),
    ]


def question_paths(site: Site, number: int) -> list[str]:
    """Addresses from all over the archive, of questions old and new."""
    site.django()
    from qa.models import Question

    rows = Question.objects.published().order_by("pk").values_list("pk", "slug")
    step = max(1, rows.count() // number)
    chosen = [row for at, row in enumerate(rows.iterator()) if at % step == 0]
    return [f"/questions/{pk}/{slug}/" for pk, slug in chosen[:number]]


def topic_paths(url: str) -> list[str]:
    text = fetch(f"{url}/topics/")[0].decode()
    return sorted(set(re.findall(r'href="(/topics/[a-z0-9-]+/)"', text)))


def deep_page(site: Site) -> str:
    """The page in the middle of the archive."""
    site.django()
    from qa.archive.keyset import Cursor, address
    from qa.models import Question

    rows = Question.objects.published().newest_first()
    return address("/answered/", Cursor.of(rows[rows.count() // 2]))
