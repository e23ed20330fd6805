"""bin/bench publish: what readers get while questions are published, corrected and taken back."""

import http.client
import threading
import time
from urllib.parse import urlsplit

from bench import servers
from bench.site import Site, table

READERS, WITHIN = 32, 1.0
HEAD = ["changes", "reads", "stale after 1 s", "errors", "slowest change seen, ms", "publish, ms"]


def main(site: Site, seconds: float, rounds: int) -> None:
    site.django()
    from accounts.models import User
    from qa.models import Question

    User.objects.filter(email="bench@example.org").delete()
    cora = User.objects.create_superuser("bench@example.org", "a password of the benchmark")
    question = Question.objects.published().order_by("-pk").first()
    path, answer = question.get_absolute_url(), question.official_answer.body
    with servers.granian("config.wsgi:application", site.environment, "/healthz") as url:
        reads, stop = [], threading.Event()
        readers = [
            threading.Thread(target=_read, args=(url, path, reads, stop)) for _ in range(READERS)
        ]
        for reader in readers:
            reader.start()
        changes, publishing = [], []
        for number in range(max(2, int(seconds * rounds / 1.5))):
            title = f"Is this round {number} of the question?"
            question.edit(by=cora, title=title, body=question.body, answer=answer)
            changes.append((title.encode(), time.monotonic()))
            time.sleep(WITHIN + 0.3)
        question.unpublish(by=cora)
        gone = time.monotonic()
        stop.wait(WITHIN + 0.3)
        stop.set()
        for reader in readers:
            reader.join()
    for _ in range(3):
        began = time.perf_counter()
        question.publish(by=cora, mails=False)
        publishing.append(1000 * (time.perf_counter() - began))
        question.unpublish(by=cora)
    question.publish(by=cora, mails=False)
    stale, slowest = _stale(changes, gone, reads)
    errors = sum(status >= 400 for began, status, _ in reads if began < gone)
    row = [len(changes) + 1, len(reads), stale, errors, slowest, sorted(publishing)[1]]
    table(f"Publishing while {READERS} readers hammer one page", HEAD, [row])


def _read(url: str, path: str, reads: list, stop: threading.Event) -> None:
    client = http.client.HTTPConnection(urlsplit(url).netloc, timeout=20)
    while not stop.is_set():
        began = time.monotonic()
        client.request("GET", path)
        answer = client.getresponse()
        reads.append((began, answer.status, answer.read()))
    client.close()


def _stale(changes: list, gone: float, reads: list) -> tuple[int, float]:
    """How many reads were stale after a second, and milliseconds until none was any more."""
    stale, slowest = 0, 0.0
    ends = [*(at for _, at in changes[1:]), gone]
    titles = [title for title, _ in changes]
    for number, (since, until) in enumerate(zip((at for _, at in changes), ends, strict=True)):
        # The next change may be seen before whoever makes it knows that it is made.
        seen = [(at, body) for at, _, body in reads if since < at < until]
        new = titles[number : number + 2]
        late = [at - since for at, body in seen if not any(title in body for title in new)]
        stale += sum(delay > WITHIN for delay in late)
        slowest = max([slowest, *late])
    late = [at - gone for at, status, _ in reads if at > gone and status == 200]
    return stale + sum(delay > WITHIN for delay in late), 1000 * max([slowest, *late])
