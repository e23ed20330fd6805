"""What is not public answers like what was never there: same status, headers and bytes, as fast."""

import secrets
from statistics import quantiles
from time import perf_counter

import pytest

from newsletter.models import Issue
from qa.models import Image, Question
from tests import factories

ROUNDS, REQUESTS = 5, 200
LIMIT = 0.005  # seconds between the 95th percentiles


@pytest.fixture
def hidden(cora) -> dict[str, Question]:
    """A question in every state that is not public and never was, by state."""
    rows = {
        "draft": factories.draft(),
        "pending": factories.pending(),
        "needs_changes": factories.pending(),
        "answered": factories.pending(),
        "declined": factories.pending(),
        "spam": factories.pending(),
        "withdrawn": factories.pending(),
        "merged": factories.pending(),
        "unpublished": factories.published(),
    }
    rows["unpublished"].unpublish(by=cora)
    rows["needs_changes"].request_changes(by=cora, reason="Since when?")
    answered = rows["answered"]
    answered.edit(by=cora, title=answered.title, body=answered.body, answer="Stretch.")
    answered.answer_privately(by=cora)
    rows["declined"].decline(by=cora, reason="Not here.")
    rows["spam"].mark_spam(by=cora)
    rows["withdrawn"].withdraw()
    rows["merged"].merge_into(rows["pending"], by=cora)
    return rows


def never_used() -> int:
    """A number that no question has, of about as many digits."""
    return Question.objects.order_by("-pk").first().pk + 10_000


def seen(response) -> tuple:
    """All that somebody outside can tell of an answer."""
    return response.status_code, dict(response.headers), response.content


def test_hidden_number_answers_like_a_random_one(client, hidden):
    for state, question in hidden.items():
        slug = question.slug or "why-do-my-calves-cramp-at-night"
        for tail in ("", f"{slug}/", "another-slug/", "answer/"):
            there = client.get(f"/questions/{question.pk}/{tail}")
            nowhere = client.get(f"/questions/{never_used()}/{tail}")

            assert there.status_code == 404
            assert seen(there) == seen(nowhere), (state, tail)


def test_page_that_was_erased_is_gone_and_says_nothing_of_it(client, db):
    first, second = factories.published(title="Can Laphroaig stop cramps?"), factories.published()
    address = first.get_absolute_url()
    first.erase()
    second.erase()
    gone = [client.get(path) for path in (address, f"/questions/{second.pk}/x/")]

    assert [response.status_code for response in gone] == [410, 410]
    assert gone[0].content == gone[1].content
    assert b"Laphroaig" not in gone[0].content


def test_page_that_was_taken_out_comes_back(client, cora):
    question = factories.published()
    question.unpublish(by=cora)
    assert client.get(question.get_absolute_url()).status_code == 404
    question.publish(by=cora)
    assert client.get(question.get_absolute_url()).status_code == 200


def test_other_methods_tell_no_more(client, hidden):
    number = hidden["pending"].pk
    for method in (client.head, client.post, client.options):
        there, nowhere = method(f"/questions/{number}/x/"), method(f"/questions/{never_used()}/x/")

        assert seen(there) == seen(nowhere)


def test_private_picture_answers_like_a_random_one(client, hidden):
    image = Image(question=hidden["pending"])
    image.store(factories.picture())
    for name in ("400.webp", "640.jpg", "master.jpg", "master.webp"):
        there = client.get(f"/media/{image.key}/{name}")
        nowhere = client.get(f"/media/{secrets.token_urlsafe(24)}/{name}")

        assert there.status_code == 404
        assert seen(there) == seen(nowhere)


def test_unsent_letter_answers_like_a_random_one(client, db):
    Issue.objects.create(subject="Soon", slug="soon", body="Not yet.")
    there, nowhere = client.get("/newsletter/issues/soon/"), client.get("/newsletter/issues/late/")

    assert there.status_code == 404
    assert seen(there) == seen(nowhere)


def test_private_page_of_an_unknown_key_is_any_page_that_is_not_there(client, db):
    unknown = client.get(f"/asked/{secrets.token_urlsafe(24)}/")
    nowhere = client.get("/no/such/page/")

    assert unknown.status_code == 404
    assert unknown.content == nowhere.content


@pytest.mark.parametrize("state", ["pending", "declined", "merged"])
def test_hidden_number_is_refused_as_fast_as_a_random_one(client, hidden, state):
    """p95 of 200 requests each, in turns; a busy machine may disturb a round, not all of them.

    The median must fit in every round: no noise moves it by that much.
    """
    paths = [f"/questions/{number}/" for number in (hidden[state].pk, never_used())]
    measure(client, paths, 20)  # so that templates and queries are prepared

    slow = []
    for _ in range(ROUNDS):
        there, nowhere = measure(client, paths, REQUESTS)
        slow.append(abs(there[18] - nowhere[18]))
        print(f"{state}: p95 {there[18] * 1000:.2f} ms, of a random one {nowhere[18] * 1000:.2f}")
        assert abs(there[9] - nowhere[9]) < LIMIT
        if slow[-1] < LIMIT:
            break
    assert min(slow) < LIMIT, slow


def measure(client, paths: list[str], times: int) -> list[list[float]]:
    """The twentieths of the time in seconds for each path, asked for in turns."""
    spent = {path: [] for path in paths}
    for _ in range(times):
        for path in paths:
            began = perf_counter()
            client.get(path)
            spent[path].append(perf_counter() - began)
    return [quantiles(spent[path], n=20) for path in paths]
