"""A search that found nothing: perhaps a word of it was mistyped."""

import difflib
import re
from collections import defaultdict
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
    unknown = [word for word in unknown if word.lower() not in known.get(word.lower()[0], ())]
    text = query
    for word in unknown[:MOST_MENDED]:
        near = _nearest(word.lower()[: search.LONGEST_WORD], known)
        text = re.sub(rf"\b{word}\b", near, text) if near else text
    return "" if text == query else text


def vocabulary() -> dict[str, set[str]]:
    """The distinct words of the topics' titles and of the newest published ones, in lower case.

    They are kept by their first letter until something is published or edited. Of what was
    unpublished since, no page can come of it: a mended search must find something to be shown.
    """
    newest = (search.newest(), *Topic.objects.order_by("pk").values_list("title", flat=True))
    if newest != _kept.get("newest"):
        words = set()
        for title in _titles():
            words.update(w for w in search.WORD.findall(title.lower()) if len(w) >= SHORTEST)
            if len(words) > MOST_WORDS:
                break
        by_letter = defaultdict(set)
        for word in islice(words, MOST_WORDS):
            by_letter[word[0]].add(word)
        _kept.update(newest=newest, words=dict(by_letter))
    return _kept["words"]


_kept: dict = {}


def _titles():
    yield from Topic.objects.values_list("title", flat=True)
    published = Question.objects.published().newest_first()
    yield from published.values_list("title", flat=True)[:MOST_TITLES]


def _nearest(word: str, known: dict[str, set[str]]) -> str:
    """The known word that is most like it; "" if none is. Few mistype the first letter."""
    likely = sorted(known.get(word[0], ()))
    return next(iter(difflib.get_close_matches(word, likely, 1, LIKENESS)), "")
