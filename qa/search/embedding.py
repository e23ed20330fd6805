"""Which model says what a text means (docs/adr/0012)."""

from functools import cache

from django.conf import settings

from qa.search.minilm import MiniLM
from qa.search.static import Static

# What SIMILAR_MODEL may be.
MODELS = ("static", "minilm")


@cache
def built_in() -> Static:
    return Static()


@cache
def current():
    """The model of settings.SIMILAR_MODEL, loaded once in each process.

    A model has a `name`, `embed(text)` giving a vector of length 1 (all zeros for a text without
    words), `slow`, and how its cosines are judged: `words_weight`, `least` and `by_chance`
    (qa/search/ranking.py).
    """
    return MiniLM() if settings.SIMILAR_MODEL == "minilm" else built_in()
