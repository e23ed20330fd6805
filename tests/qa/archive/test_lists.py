from datetime import UTC, datetime, timedelta

import pytest

from qa.archive import cards, keyset, lists
from qa.models import Question
from tests import factories
from tests.qa.archive import pages

START = datetime(2026, 1, 1, 12, tzinfo=UTC)


@pytest.fixture
def few(monkeypatch):
    """Pages of three, whose SQL is written anew."""
    monkeypatch.setattr(keyset, "PAGE", 3)
    monkeypatch.setattr(lists, "every", keyset.Pages(Question.objects.published))
    monkeypatch.setattr(lists, "of_topic", keyset.Pages(cards.about))


def answered(number: int, days: int) -> Question:
    question = factories.published(title=f"Question number {number}?")
    at = START + timedelta(days=days)
    Question.objects.filter(pk=question.pk).update(published_at=at, updated_at=at)
    question.refresh_from_db()
    return question


def shown(response) -> list[str]:
    return [title for _, title in pages.teasers(response)]


def titles(*numbers) -> list[str]:
    return [f"Question number {number}?" for number in numbers]


def test_answered_is_newest_first_under_months(client, db):
    for number, days in enumerate([0, 40, 41]):
        answered(number, days)
    response = client.get("/answered/")
    text = pages.html(response)
    assert shown(response) == titles(2, 1, 0)
    assert text.index(">February 2026</h2>") < text.index(">January 2026</h2>")
    assert text.count("month__name") == 2


def test_pages_cover_everything_once(client, few, db):
    for number in range(8):
        answered(number, number)
    path, seen = "/answered/", []
    while path:
        response = client.get(path)
        seen += shown(response)
        path = pages.beside(response, "older")
    assert seen == titles(*reversed(range(8)))


def test_pages_of_a_list_are_told_apart_by_their_dates(client, few, db):
    questions = [answered(number, 2 * number) for number in range(7)]
    path, found = "/answered/", []
    while path:
        response = client.get(path)
        found.append(pages.html(response).partition("<title>")[2].partition(" – ")[0])
        assert "<h1>Answered questions</h1>" in pages.html(response)
        path = pages.beside(response, "older")
    assert found == [
        "Answered questions",
        "Answered questions, 3 January 2026 to 7 January 2026",
        "Answered questions, 1 January 2026",
    ]
    topic = questions[0].topic
    last = pages.beside(client.get(f"{topic.get_absolute_url()}answered/"), "older")
    title = f"Answered questions: {topic.title}, 3 January 2026 to 7 January 2026 – "
    assert title in pages.html(client.get(last))


def test_questions_of_one_moment_are_neither_lost_nor_doubled(client, few, db):
    for number in range(7):
        answered(number, 0)
    first = client.get("/answered/")
    second = client.get(pages.beside(first, "older"))
    third = client.get(pages.beside(second, "older"))
    assert shown(first) + shown(second) + shown(third) == titles(*reversed(range(7)))


def test_address_of_a_page_keeps_its_content(client, few, db):
    for number in range(7):
        answered(number, number)
    address = pages.beside(client.get("/answered/"), "older")
    before = shown(client.get(address))
    answered(99, 99)
    assert shown(client.get(address)) == before == titles(3, 2, 1)


def test_newer_leads_back_over_the_same_pages(client, few, db):
    for number in range(8):
        answered(number, number)
    first = client.get("/answered/")
    second = client.get(pages.beside(first, "older"))
    third = client.get(pages.beside(second, "older"))
    assert pages.beside(second, "newer") == "/answered/"
    assert pages.beside(third, "newer") == pages.beside(first, "older")
    assert pages.beside(first, "newer") == pages.beside(third, "older") == ""


def test_newer_leads_back_to_a_moment_within_a_second(client, few, db):
    rows = [answered(number, number) for number in range(8)]
    at = START + timedelta(days=5, microseconds=500_000)  # which databases write in their own ways
    Question.objects.filter(pk=rows[5].pk).update(published_at=at)
    third = client.get(pages.beside(client.get(second_page(client)), "older"))
    assert pages.beside(third, "newer") == second_page(client)
    assert "12:00:00.500000Z" in second_page(client)


def second_page(client) -> str:
    return pages.beside(client.get("/answered/"), "older")


def test_cursor_of_an_unpublished_question_still_works(client, few, db, cora):
    rows = [answered(number, number) for number in range(6)]
    address = pages.beside(client.get("/answered/"), "older")
    rows[3].unpublish(by=cora)
    assert shown(client.get(address)) == titles(2, 1, 0)


def test_topic_has_its_own_archive(client, db):
    answered(1, 1)
    other = factories.topic("sleep")
    factories.published(topic=other, title="About sleeping well?")
    assert shown(client.get("/topics/sleep/answered/")) == ["About sleeping well?"]


def test_page_names_its_own_address_as_canonical(client, few, db, settings):
    settings.BASE_URL = "https://ask.example.org"
    for number in range(5):
        answered(number, number)
    address = pages.beside(client.get("/answered/"), "older")
    text = pages.html(client.get(address))
    assert f'<link rel="canonical" href="https://ask.example.org{address}">' in text


@pytest.mark.parametrize(
    "cursor",
    [
        *("x", "1", ",", "2026-01-01,5", "2026-01-01T12:00:00,5", "2026-01-01T12:00:00Z"),
        *("2026-01-01T12:00:00Z,-1", "2026-01-01T12:00:00Z,٥", "2026-13-01T12:00:00Z,5"),
        *("2026-01-01T12:00:00Z," + "9" * 30, "0001-01-01T00:00:00+14:00,5", "\x00,1"),
    ],
)
def test_bad_cursor_is_not_found(client, db, cursor):
    assert client.get("/answered/", {"before": cursor}).status_code == 404


def test_empty_archive_says_so(client, db):
    assert "Nothinghasbeenansweredhereyet." in pages.words(client.get("/answered/"))
