"""The reader's own page: GET shows, POST acts, by the key of the letters alone."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from newsletter.models import Consent, Subscriber
from newsletter.models.consent import mark_of
from outbox.models import Message
from tests import factories
from tests.newsletter import cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def strict():
    return Client(enforce_csrf_checks=True)


def path(subscriber, act="") -> str:
    return f"/newsletter/preferences/{subscriber.key}/{act}"


def test_topics_and_frequency_are_saved_without_a_cookie(strict):
    ada, topic = cast.subscriber(), factories.topic("vitamin-d")

    answer = strict.post(path(ada), {"topics": [topic.slug], "frequency": "monthly"}, follow=True)

    ada.refresh_from_db()
    assert (list(ada.topics.all()), ada.frequency) == ([topic], "monthly")
    assert "Your choice is saved." in answer.text
    assert not answer.cookies
    assert answer["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    "wrong", [{"frequency": "hourly"}, {"topics": ["99999999999999999999"]}, {"topics": ["\x00"]}]
)
def test_a_wrong_choice_is_said_and_changes_nothing(strict, wrong):
    ada = cast.subscriber()

    answer = strict.post(path(ada), {"frequency": "weekly", **wrong})

    ada.refresh_from_db()
    assert answer.status_code == 422
    assert ada.frequency == "every"


def test_topics_and_pauses_decide_who_gets_a_letter(cora):
    salt, sun = factories.topic("epsom-salt"), factories.topic("vitamin-d")
    everything = cast.subscriber("everything@example.org")
    only_salt = cast.subscriber("salt@example.org")
    only_salt.prefer(topics=[salt], frequency="every")
    cast.subscriber("paused@example.org").pause(30)
    cast.subscriber("back@example.org").pause(0)

    def readers(topic=None):
        return [
            s.email.partition("@")[0] for s in cast.issue(topic=topic).recipients().order_by("pk")
        ]

    assert readers() == ["everything", "salt", "back"]
    Issue = type(cast.issue("other"))
    Issue.objects.all().delete()
    assert readers(sun) == ["everything", "back"]
    Issue.objects.all().delete()
    assert readers(salt) == ["everything", "salt", "back"]
    assert everything.topics.count() == 0


@pytest.mark.parametrize(
    ("frequency", "days", "comes"),
    [("every", 0, True), ("weekly", 5, False), ("weekly", 7, True), ("monthly", 26, False),
     ("monthly", 28, True)],
)  # fmt: skip
def test_frequency_counts_from_the_last_letter(cora, frequency, days, comes):
    ada = cast.subscriber()
    ada.prefer(topics=[], frequency=frequency)
    cast.issue().send(by=cora)
    Subscriber.objects.update(last_letter_at=timezone.now() - timedelta(days=days))

    assert cast.issue("second").send(by=cora) == int(comes)


def test_a_pause_holds_also_for_a_letter_that_waits(strict, cora):
    ada = cast.subscriber()
    cast.issue().send(by=cora)

    strict.post(path(ada, "pause/"), {"days": "91"})

    assert Message.objects.get().status == "cancelled"
    assert "No letter comes before" in strict.get(path(ada)).text
    strict.post(path(ada, "pause/"), {"days": "0"})
    assert not Subscriber.objects.get().is_paused


def test_erasing_asks_then_forgets_and_leaves_the_bare_story(strict, cora):
    ada = cast.subscriber(page="/topics/vitamin-d/")
    cast.issue().send(by=cora)
    strict.get(path(ada, "erase/"))
    assert Subscriber.objects.count() == 1

    answer = strict.post(path(ada, "erase/"))

    assert "Your address is deleted" in answer.text
    assert Subscriber.objects.count() == Message.objects.count() == 0
    consent = Consent.objects.get()
    assert (consent.email, consent.subscriber, consent.letters) == ("", None, 1)
    assert consent.mark == mark_of("Ada@Example.org")
    assert None not in (consent.confirmed_at, consent.withdrawn_at, consent.erased_at)
    assert strict.post(path(ada, "erase/")).content == answer.content
    assert strict.get(path(ada)).status_code == 404


def test_what_was_never_confirmed_leaves_nothing(strict):
    strict.post(path(cast.asked(), "erase/"))
    assert Consent.objects.count() == 0


def test_a_consent_link_from_before_erasing_brings_nobody_back(strict):
    ada = cast.subscriber()
    token = Consent.objects.get().token
    ada.erase()

    assert strict.post(f"/newsletter/confirm/{token}/").status_code == 404


def test_the_letter_leads_here(cora):
    ada = cast.subscriber()
    cast.issue().send(by=cora)

    letter = Message.objects.get()
    assert ada.preferences_url in letter.parts[0]
    assert ada.preferences_url in letter.parts[1]
