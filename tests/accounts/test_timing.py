"""Known or unknown: an e-mail address gets the same answer, and in the same time."""

import re
import time
from statistics import median

import pytest
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.core.cache import cache
from django.test import Client

from newsletter.models import Subscriber
from outbox.models import Message
from tests import factories
from tests.newsletter import cast as newsletter
from tests.qa.asking.conftest import ASK, WORDS, ticket

pytestmark = pytest.mark.django_db
KNOWN = "ben@example.org"
KEY = re.compile(r"/asked/[^/]+/")
# What differs from visit to visit, and by the clock.
RANDOM = {"Set-Cookie", "ETag", "Expires"}
TOLERANCE = 0.003  # seconds, of the median
PASSWORDS = {"password1": factories.PASSWORD, "password2": factories.PASSWORD}
FLOWS = {
    "signup": ("/accounts/signup/", "email", PASSWORDS),
    "signup by code": ("/accounts/signup/", "email", {}),
    "login": ("/accounts/login/", "login", {"password": "not the password"}),
    "code": ("/accounts/login/code/", "email", {}),
    "reset": ("/accounts/password/reset/", "email", {}),
    "newsletter": ("/newsletter/", "email", {"consent": "on"}),
    "ask": (ASK, "email", WORDS),
}


@pytest.fixture
def ben(db):
    """He has an account, gets the letter, and has asked before."""
    newsletter.subscriber(KNOWN)
    ben = factories.member("Ben")
    factories.confirmed(factories.pending(email=KNOWN))
    return ben


@pytest.fixture
def real_passwords(settings):
    """The hasher of a running site."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.PBKDF2PasswordHasher"]


@pytest.fixture
def quick_passwords(real_passwords, monkeypatch):
    """With fewer rounds: some 15 ms, still five times what is tolerated."""
    monkeypatch.setattr(PBKDF2PasswordHasher, "iterations", 40_000)


def post(flow: str, email: str, clock=time.perf_counter):
    """As somebody else each time: no cookies, no counts, no mails from before."""
    path, field, fields = FLOWS[flow]
    cache.clear()
    Subscriber.objects.update(mailed_at=None)
    Message.objects.exclude(purpose="answer").delete()
    client = Client()
    fields = {**fields, field: email}
    if flow == "ask":
        fields["ticket"] = ticket(factories.topic())
    start = clock()
    answer = client.post(path, fields)
    return answer, clock() - start, client


def seen(answer, client, email: str):
    """All that a visitor learns, without the address typed and what is random for everybody."""
    text = KEY.sub("/asked/K/", answer.text)
    body = [line.replace(email, "X") for line in text.splitlines() if "token" not in line]
    cookies = {
        name: (len(morsel.value), {k: v for k, v in morsel.items() if k != "expires"})
        for name, morsel in client.cookies.items()
    }
    headers = {k: KEY.sub("/asked/K/", v) for k, v in answer.headers.items() if k not in RANDOM}
    return answer.status_code, headers, body, cookies


@pytest.mark.parametrize("flow", FLOWS)
def test_a_known_address_gets_the_same_answer(ben, flow):
    known, _, first = post(flow, KNOWN)
    unknown, _, second = post(flow, "nil@example.org")

    assert seen(known, first, KNOWN) == seen(unknown, second, "nil@example.org")


def measured(flow: str, rounds: int, clock) -> float:
    """Seconds: the median of what a known address took longer than the unknown one beside it.

    By pairs, so that what slows one slows the other. (Of a machine whose speed changes half way
    each kind has two heaps of times, and the medians of both may lie in different ones.)
    """
    differences = []
    for number in range(rounds + 2):
        kinds = [(KNOWN, KNOWN), ("unknown", f"n{number:03}@example.org")]
        took = {
            kind: post(flow, email, clock)[1]
            for kind, email in (kinds if number % 2 else reversed(kinds))
        }
        if number > 1:  # the first ones load templates
            differences.append(took[KNOWN] - took["unknown"])
    difference = median(differences)
    print(f"{flow}: {difference * 1000:+.2f} ms over 2 x {rounds}")
    return abs(difference)


@pytest.mark.parametrize("flow", FLOWS)
def test_work_does_not_tell_who_is_known(quick_passwords, ben, flow):
    """By the time of the processor, which another process beside this one does not change."""
    assert measured(flow, 40, time.thread_time) <= TOLERANCE


@pytest.mark.slow
@pytest.mark.parametrize("flow", FLOWS)
def test_500_times_do_not_tell_who_is_known(quick_passwords, ben, flow):
    """By the clock on the wall. The hash takes as many rounds for both; with all of its rounds the
    scatter of half a second for each would be greater than what is looked for.
    """
    assert measured(flow, 500, time.perf_counter) <= TOLERANCE
