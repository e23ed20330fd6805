"""How like a question is to a new one: what both mean, and the telling words that both have."""

import re
from functools import lru_cache
from heapq import nlargest
from math import sqrt

from qa.search import embedding, lexical, vectors
from qa.search.words import LONGEST_WORD, STOP, fold

# So many of the nearest are compared word by word.
COMPARED = 100
LONGEST_TEXT = 4000  # characters of a message that are read
# Endings that do not change what a word is about; a stem has four letters and more.
ENDINGS = ("ies", "es", "s", "ing", "ed", "al", "ic", "ly")
STEM = 7
PART = re.compile(r"[^\W_]+", re.UNICODE)


def ranked(text: str) -> list[tuple[float, int]]:
    """Scores and numbers of the published questions like `text`, the likest first.

    A score is the cosine of the two vectors and some of what their words have in common
    (`words_weight` of the model); its `threshold` says from where on questions are alike.
    """
    text, model = text.replace("\x00", "")[:LONGEST_TEXT], embedding.current()
    query = model.embed(text)
    if not query.any():
        return []
    near = vectors.nearest(query)
    best = nlargest(COMPARED, near, key=near.get)
    titles, words = lexical.titles(best), stems(text)
    scored = [
        (near[pk] + model.words_weight * in_common(words, stems(titles[pk])), pk)
        for pk in best
        if pk in titles
    ]
    return sorted(scored, reverse=True)


def stems(text: str) -> dict[str, float]:
    """The telling words without their endings, and how much each says."""
    words = (word[:LONGEST_WORD] for word in PART.findall(fold(text).lower()))
    return {_stem(word): _weight(word) for word in words if word not in STOP}


def in_common(one: dict[str, float], other: dict[str, float]) -> float:
    """How much of what the words say is said by both: 0 to 1, the cosine of two sets."""
    both = sum(one[stem] for stem in one.keys() & other.keys())
    return both / sqrt(sum(one.values()) * sum(other.values())) if both else 0.0


def _stem(word: str) -> str:
    for ending in ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 4:
            return word[: -len(ending)][:STEM]
    return word[:STEM]


@lru_cache(50_000)
def _weight(word: str) -> float:
    return embedding.built_in().weight(word)
