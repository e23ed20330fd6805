"""What a process remembers of the vectors grows as rows do."""

import numpy as np
import pytest

from qa.search import vectors
from qa.search.embedding import current

pytestmark = pytest.mark.django_db


@pytest.fixture
def texts(monkeypatch):
    """Enough rows that signs choose, read a few at a time."""
    monkeypatch.setattr(vectors, "CANDIDATES", 3)
    monkeypatch.setattr(vectors, "CHUNK", 7)
    return [f"{word} {number}" for number in range(10) for word in ("cramp", "salt", "sleep")]


def add(texts, start) -> None:
    vectors.add([(start + at, text, "") for at, text in enumerate(texts)])


def test_rows_that_come_one_by_one_are_remembered_as_those_that_come_at_once(texts):
    grown = vectors._Signs()
    for at, text in enumerate(texts):
        add([text], 1000 + at)
        found = grown.nearest(current().name, vectors.newest()[0], current().embed(text))
        assert found[1] == at + 1
    fresh = vectors._Signs()
    fresh.nearest(current().name, vectors.newest()[0], current().embed("cramp"))

    assert (grown.known, fresh.known) == (len(texts), len(texts))
    assert grown.ids[: grown.known].tolist() == list(range(1000, 1000 + len(texts)))
    assert np.array_equal(grown.bits[:, : grown.known], fresh.bits[:, : fresh.known])
    assert len(grown.ids) > grown.known


def test_there_is_room_for_more_without_a_copy(texts):
    signs = vectors._Signs()
    add(texts, 1000)
    signs.nearest(current().name, vectors.newest()[0], current().embed("salt"))
    before = signs.ids

    add(["magnesium"], 2000)
    signs.nearest(current().name, vectors.newest()[0], current().embed("salt"))

    assert signs.ids is before
    assert signs.ids[signs.known - 1] == 2000
