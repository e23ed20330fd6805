"""What the built-in model finds of judged questions, and that it keeps silent about others."""

import json
from pathlib import Path
from types import SimpleNamespace

import pytest

from bench.similar import OFF_TOPIC
from qa import search
from qa.search import vectors
from qa.search.ranking import threshold

FOLDER = Path(__file__).parent
TITLES = (FOLDER / "titles.txt").read_text().splitlines()


@pytest.fixture
def titles(db):
    vectors._signs.clear()  # of the rows of tests before
    search.add((number, 1, title, "") for number, title in enumerate(TITLES))


def test_the_right_question_is_among_the_first_five(titles):
    found = 0
    for line in (FOLDER / "asked.jsonl").read_text().splitlines():
        asked = json.loads(line)
        shown = [TITLES[number] for number in search.similar(asked["text"], limit=5)]
        found += any(title in asked["matches"] for title in shown)
    assert found >= 48  # of 54


def test_nothing_is_shown_for_what_is_not_about_health(titles):
    shown = [text for text in OFF_TOPIC.read_text().splitlines() if search.similar(text)]
    assert len(shown) <= 4  # of 80


def test_among_many_more_is_needed_to_be_alike():
    model = SimpleNamespace(least=0.1, by_chance=0.1)
    few, many = threshold(model, 200), threshold(model, 2_000)
    assert 0.42 < few < 0.43 < 0.48 < many < 0.5
    assert threshold(model, 0) == threshold(model, 100)
    assert threshold(model, 20_000) == threshold(model, 10**6)
