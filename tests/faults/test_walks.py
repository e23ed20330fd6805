"""Random walks of error, back, refresh, closed tab, lost session: nothing is done twice."""

import random

import pytest

from qa.models import Question
from tests.faults.ada import WORDS, half_written
from tests.faults.broken import Database, Disk
from tests.faults.walker import COLOURS, Walker

pytestmark = pytest.mark.django_db(transaction=True)
SHORT, FULL, STEPS = 15, 100, 40


class Trouble:
    """Disk or database fail once, at one of the next operations."""

    def __init__(self, monkeypatch, folder):
        self.faults = [Disk(monkeypatch, folder), Database(monkeypatch)]

    def begin(self, countdown: int) -> None:
        random.Random(countdown).choice(self.faults).fail(countdown)

    def end(self) -> None:
        for fault in self.faults:
            fault.fail(0)


@pytest.fixture
def trouble(topic, monkeypatch, settings):
    trouble = Trouble(monkeypatch, settings.MEDIA_ROOT)
    with trouble.faults[1].watched():
        yield trouble


def walk(seed: int, trouble) -> None:
    walker = Walker(seed, trouble.begin, trouble.end)
    walker.walk(STEPS)

    assert walker.wrong == []
    (question,) = Question.objects.sent()
    stored = {name: getattr(question, name) for name in ("email", "name", "location")}
    stored |= {"title": question.asked_title, "body": question.asked_body, "guidelines": "on"}
    assert stored == WORDS
    assert question.images.count() == len(COLOURS)
    assert half_written() == []


@pytest.mark.parametrize("seed", range(SHORT))
def test_walk_loses_nothing(trouble, seed):
    walk(seed, trouble)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(SHORT, FULL))
def test_further_walk_loses_nothing(trouble, seed):
    walk(seed, trouble)
