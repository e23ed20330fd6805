"""A search that found nothing: perhaps a word of it was mistyped."""

import difflib
import re
from itertools import islice

from qa import search
from qa.models import Question, Topic

# What one search may cost: words to know, titles to take them from, words to put right.
MOST_WORDS, MOST_TITLES, MOST_MENDED = 20_000, 20_000, 3
SHORTEST, LIKENESS = 4, 0.8


def mended(query: str) -> str:
    """The query with each unknown word replaced by the nearest one of a title; "" if unchanged."""
    known = vocabulary()
    unknown = [word for word in search.WORD.findall(query) if len(word) >= SHORTEST]
    unknown = [word for word in unknown if word.lower() not in known][:MOST_MENDED]
    text = query
    for word in unknown:
        near = _nearest(word.lower()[: search.LONGEST_WORD], known)
        text = re.sub(rf"\b{word}\b", near, text) if near else text
    return "" if text == query else text


def vocabulary() -> set[str]:
    """The distinct words of the topics' titles and of the newest published ones, in lower case."""
    words = set()
    for title in _titles():
        words.update(word for word in search.WORD.findall(title.lower()) if len(word) >= SHORTEST)
        if len(words) > MOST_WORDS:
            break
    return set(islice(words, MOST_WORDS))


def _titles():
    yield from Topic.objects.values_list("title", flat=True)
    published = Question.objects.published().newest_first()
    yield from published.values_list("title", flat=True)[:MOST_TITLES]


def _nearest(word: str, known: set[str]) -> str:
    """The known word that is most like it; "" if none is. Few mistype the first letter."""
    likely = sorted(other for other in known if other[0] == word[0])
    return next(iter(difflib.get_close_matches(word, likely, 1, LIKENESS)), "")
