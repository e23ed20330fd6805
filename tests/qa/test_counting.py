"""What the site counts by day while it is read and asked: from the pages to the numbers."""

import re
from datetime import timedelta
from html import unescape

import pytest
from django.utils import timezone

from qa import housekeeping
from qa.models import DayCount
from tests import factories
from tests.qa.asking.conftest import url

pytestmark = pytest.mark.django_db


def rows() -> list[tuple]:
    return list(DayCount.objects.order_by("pk").values_list("what", "subject", "number"))


def test_search_that_finds_nothing_is_counted_by_its_words(client):
    factories.published()

    for query in ("zinc lozenges", "Zinc  LOZENGES", "calves cramp", ""):
        client.get("/search/", {"q": query})

    assert rows() == [("search_empty", "zinc lozenges", 2)]


@pytest.mark.parametrize("data", [{"topic": "salt"}, {"page": "2"}])
def test_search_within_a_topic_or_further_on_is_not_counted(client, data):
    factories.topic("salt")

    client.get("/search/", {"q": "zinc"} | data)

    assert rows() == []


def test_looking_at_the_headers_alone_is_not_counted(client):
    client.head("/search/", {"q": "zinc"})
    client.head("/ask/", {"title": "zinc", "from": "search"})

    assert rows() == []


def ask_link(client, query: str) -> str:
    page = client.get("/search/", {"q": query}).text
    return unescape(re.search(r'href="(/[^"]*)">Ask this question', page)[1])


def test_search_after_which_somebody_asks_led_nowhere(client):
    factories.published()

    picked = client.get(ask_link(client, "calves cramp"))
    client.get(picked.context["topics"][0]["url"])

    assert rows() == [("search_unused", "calves cramp", 1)]


def test_asking_after_a_search_without_results_is_counted_once(client):
    factories.topic()

    client.get(ask_link(client, "zinc lozenges"))

    assert rows() == [("search_empty", "zinc lozenges", 1)]


def test_draft_that_an_answer_ended_is_counted_for_that_answer(client):
    answered, draft = factories.published(), factories.draft()

    for _ in range(2):
        client.post(url(draft, "end/"), {"answer": answered.pk})

    assert rows() == [("already_answered", str(answered.pk), 1)]


def test_draft_that_ends_for_another_reason_is_not_counted(client):
    client.post(url(factories.draft(), "end/"))

    assert rows() == []


def test_counts_are_forgotten_after_400_days():
    for days in (399, 401):
        day = timezone.localdate() - timedelta(days=days)
        DayCount.objects.create(day=day, what="search_empty", subject=f"{days}", number=3)

    assert housekeeping.purge_counts() == 1
    assert rows() == [("search_empty", "399", 3)]
