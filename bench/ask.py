"""bin/bench ask: new questions, text only, stored and synced (synchronous FULL) one by one."""

import time
from urllib.parse import urlencode

from bench import load, servers
from bench.load import Request
from bench.site import Site, table

QUESTIONS, CONNECTIONS = 4_000, 8
BETWEEN = 64  # requests between a question's form and its being sent, so that they never overtake
HEAD = ["what", "questions sent/s", "requests/s", "p50 ms", "p99 ms", "errors"]


def main(site: Site, seconds: float, rounds: int) -> None:
    """A reader's whole way: the form becomes a draft, the check page sends it, a mail is queued."""
    site.django()
    from qa.models import Policy, Question, Topic

    if not Policy.objects.current(Policy.Kind.GUIDELINES):
        Policy.objects.create(kind=Policy.Kind.GUIDELINES, version=1, body="Ask one thing.")
    topic = Topic.objects.open().first()
    with servers.granian("config.wsgi:application", site.environment, "/healthz") as url:
        headers = (("Content-Type", "application/x-www-form-urlencoded"), ("Origin", url))
        requests = list(_requests(topic, headers))
        # A process whose first form takes long would let a question's sending overtake it.
        load.run(url, list(_requests(topic, headers))[: BETWEEN // 2], CONNECTIONS, min(seconds, 1))
        before = Question.objects.pending().count()
        result = load.run(url, requests, CONNECTIONS, seconds * rounds)
        sent = Question.objects.pending().count() - before
    took = result.answers / result.rate if result.rate else 1.0
    rows = [["new question", sent / took, result.rate, result.p50, result.p99, result.errors]]
    table(f"Asking, text only, {CONNECTIONS} connections", HEAD, rows)


def _requests(topic, headers):
    """For each question its form, and somewhat later its being sent."""
    from django.core import signing

    from qa.asking.tickets import SALT
    from qa.models.picture import new_key

    keys = [new_key() for _ in range(QUESTIONS)]
    opened = time.time() - 60  # a person has read the form
    for number, key in enumerate(keys):
        fields = {
            "ticket": signing.dumps([key, topic.pk, opened], salt=SALT),
            "title": f"Why do my calves cramp at night, number {number}?",
            "body": "It wakes me twice a week, mostly in the left leg.\n\nWhat helps against it?",
            "email": f"reader{number}@example.org",
            "name": "Ada",
            "guidelines": "on",
        }
        yield Request(f"/topics/{topic.slug}/ask/", headers, urlencode(fields))
        if number >= BETWEEN // 2:
            yield Request(f"/asked/{keys[number - BETWEEN // 2]}/submit/", headers, "sent=1")
