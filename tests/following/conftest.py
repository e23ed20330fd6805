import pytest

from tests.following.cast import Clock


@pytest.fixture
def clock(monkeypatch, db) -> Clock:
    return Clock(monkeypatch)
