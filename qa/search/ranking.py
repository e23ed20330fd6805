"""How like a question is to a new one: what both mean, and the telling words that both have."""

from functools import lru_cache
from heapq import nlargest
from math import log, sqrt

from qa.search import embedding, lexical, vectors
from qa.search.words import LONGEST_WORD, PART, STOP, fold

# So many of the nearest are compared word by word.
COMPARED = 100
LONGEST_TEXT = 4000  # characters of a message that are read
# Thresholds were chosen with archives of about these sizes; beyond them they stay as they are.
SMALLEST, LARGEST = 100, 20_000
# Endings that do not change what a word is about; a stem has four letters and more.
ENDINGS = ("ies", "es", "s", "ing", "ed", "al", "ic", "ly")
STEM = 7


def ranked(text: str) -> tuple[list[tuple[float, int]], float]:
    """Scores and numbers of the published questions like `text`, the likest first.

    A score is the cosine of the two vectors and some of how much of the title is in the text
    (`words_weight` of the model). And the score from where on questions are alike.
    """
    text, model = text.replace("\x00", "")[:LONGEST_TEXT], embedding.current()
    query = model.embed(text)
    if not query.any():
        return [], 0.0
    near, known = vectors.nearest(query)
    best = nlargest(COMPARED, near, key=near.get)
    titles, words = lexical.titles(best), stems(text)
    scored = [
        (near[pk] + model.words_weight * covered(stems(titles[pk]), words), pk)
        for pk in best
        if pk in titles
    ]
    return sorted(scored, reverse=True), threshold(model, known)


def threshold(model, known: int) -> float:
    """The score from where on a question is like another, among so many.

    The more there are that have nothing to do with it, the liker is the likest of them by chance:
    as the largest of n draws from a normal distribution, which grows with sqrt(2 ln n).
    """
    known = min(max(known, SMALLEST), LARGEST)
    return model.least + model.by_chance * sqrt(2 * log(known))


def stems(text: str) -> dict[str, float]:
    """The telling words without their endings, and how much each says."""
    words = (word[:LONGEST_WORD] for word in PART.findall(fold(text).lower()))
    return dict(_stem(word) for word in words if word not in STOP)


def covered(title: dict[str, float], text: dict[str, float]) -> float:
    """How much of what the title says is said in the text: 0 to 1."""
    both = sum(title[stem] for stem in title.keys() & text.keys())
    return both / sum(title.values()) if both else 0.0


@lru_cache(50_000)
def _stem(word: str) -> tuple[str, float]:
    """A word without its ending, and how much it says."""
    weight = embedding.built_in().weight(word)
    for ending in ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 4:
            return word[: -len(ending)][:STEM], weight
    return word[:STEM], weight
