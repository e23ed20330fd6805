"""The archive by month and letter: every answer once, and nowhere far from home."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils.text import slugify

from qa.archive import shelves
from qa.models import Answer, Question
from tests import factories
from tests.qa.archive import pages

FIRST = datetime(2024, 11, 1, tzinfo=UTC)


def archive(count: int, apart: timedelta, title="Question {n}?", first=FIRST) -> None:
    """Published questions at intervals, as an import writes them."""
    topic = factories.topic()
    rows = [
        Question(
            topic=topic,
            status="published",
            title=(name := title.format(n=n)),
            slug=slugify(name),
            body="Why?",
            excerpt="Because.",
            published_at=first + n * apart,
        )
        for n in range(count)
    ]
    Question.objects.bulk_create(rows)
    Answer.objects.bulk_create(Answer(question=row, body="Because.") for row in rows)


def titles(client, path: str) -> list[str]:
    """The addresses of the questions on a page and all that follow it, in order."""
    found = []
    while path:
        text = pages.main(client.get(path))
        found += pages.re.findall(r'href="/questions/(\d+)/', text)
        path = "".join(pages.re.findall(r'href="([^"]*)" rel="next"', text))
    return found


def test_month_lists_its_questions_oldest_first(client, db):
    archive(4, timedelta(days=15, hours=23, minutes=59))
    assert client.get("/answered/2024/11/").status_code == 200
    assert titles(client, "/answered/2024/11/") == numbers("Question 0?", "Question 1?")
    assert titles(client, "/answered/2024/12/") == numbers("Question 2?", "Question 3?")
    assert client.get("/answered/2024/10/").status_code == 404


def numbers(*names: str) -> list[str]:
    return [str(Question.objects.get(title=name).pk) for name in names]


@pytest.mark.parametrize("path", ["2024/13/", "2024/1/", "0024/11/", "2024/11", "letter/A/"])
def test_only_one_spelling_of_an_address(client, db, path):
    archive(1, timedelta(0))
    assert client.get(f"/answered/{path}").status_code in {301, 404}


def test_letters_list_titles_by_name(client, db):
    for title in ("Beans help?", "2 cramps a day?", "Beans?", "Żurek helps?", "Beans help?"):
        archive(1, timedelta(0), title)
    beans = Question.objects.filter(title="Beans help?").order_by("pk")
    found = titles(client, "/answered/letter/b/")
    assert found == [*numbers("Beans?"), *(str(row.pk) for row in beans)]
    assert titles(client, "/answered/letter/0-9/") == numbers("2 cramps a day?")
    assert titles(client, "/answered/letter/z/") == numbers("Żurek helps?")
    assert client.get("/answered/letter/a/").status_code == 404
    assert [row["label"] for row in shelves.by_letter()] == ["B", "Z", "0–9"]


@pytest.mark.parametrize("path", ["/answered/2024/11/", "/answered/letter/q/"])
def test_walking_meets_each_question_once_in_both_directions(client, db, monkeypatch, path):
    monkeypatch.setattr(shelves, "SHELF", 3)
    archive(8, timedelta(0))
    forth = titles(client, path)
    assert len(forth) == len(set(forth)) == 8
    last = client.get(path)
    while url := "".join(pages.re.findall(r'href="([^"]*)" rel="next"', pages.main(last))):
        first, last = last, client.get(url)
    assert pages.html(first).partition("<main")[2].count("/questions/") == 3
    back = "".join(pages.re.findall(r'href="([^"]*)" rel="prev"', pages.main(last)))
    assert client.get(back).content == first.content


def test_page_of_a_month_keeps_its_content(client, db, monkeypatch):
    monkeypatch.setattr(shelves, "SHELF", 3)
    archive(7, timedelta(hours=1))
    second = shelves.by_month()[0]["parts"][0][1]
    before = client.get(second).content
    archive(2, timedelta(hours=1), "Later {n}?", FIRST + timedelta(days=1))
    assert client.get(second).content == before


@pytest.mark.parametrize("start", ["x", "x,", ",1", "x,99999999999999999999", "%00,1", "É,1"])
@pytest.mark.parametrize("path", ["/answered/2024/11/", "/answered/letter/q/"])
def test_odd_places_are_not_found(client, db, path, start):
    archive(1, timedelta(0))
    assert client.get(f"{path}?from={start}").status_code == 404


def test_unpublished_questions_are_on_no_list(client, cora):
    question = factories.published(by=cora, title="A secret question?")
    assert [row["number"] for row in shelves.by_letter()] == [1]
    question.unpublish(by=cora)
    assert shelves.by_letter() == shelves.by_month() == []
    assert client.get("/answered/letter/a/").status_code == 404


def test_every_answer_is_three_clicks_from_home(client, db):
    """2,000 of them, 1,500 in one month, as after an import."""
    archive(500, timedelta(hours=30))
    archive(1500, timedelta(seconds=7), "Imported {n}?", datetime(2026, 11, 3, tzinfo=UTC))
    seen = walked(client, clicks=2)
    published = Question.objects.published()
    assert {q.get_absolute_url() for q in published} - seen == set()


def walked(client, clicks: int) -> set[str]:
    """Every address that pages up to so many clicks from home lead to; home's lists first."""
    seen, now = {"/"}, {"/"}
    for _ in range(clicks + 1):
        read = [path for path in now if not path.startswith(("/questions/", "/static/", "/media/"))]
        now = {link for path in read for link in pages.links(client.get(path))} - seen
        seen |= now
    return seen


def test_lists_take_few_queries(client, db, django_assert_max_num_queries, monkeypatch):
    monkeypatch.setattr(shelves, "SHELF", 3)
    archive(20, timedelta(days=9))
    client.get("/answered/all/")
    with django_assert_max_num_queries(5):
        client.get("/answered/all/")
    with django_assert_max_num_queries(3):
        client.get("/answered/2024/11/")


def test_pages_of_a_letter_are_told_apart_by_their_first_title(client, db, monkeypatch):
    monkeypatch.setattr(shelves, "SHELF", 3)
    archive(5, timedelta(days=1))
    first = client.get("/answered/letter/q/")
    second = client.get(pages.beside(first, "older"))
    assert "<title>Answered questions: Q – " in pages.html(first)
    assert "<title>Answered questions: Q, from “Question 3?” – " in pages.html(second)
