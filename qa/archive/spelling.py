"""A search that found little: perhaps a word of it was mistyped."""

import difflib
import re
from collections import Counter, defaultdict
from threading import Lock

from qa import search
from qa.models import Question, Topic

# What one search may cost: words to know, titles and texts to take them from, words to put right.
MOST_WORDS, MOST_TITLES, MOST_TEXTS, MOST_MENDED = 20_000, 20_000, 1000, 3
# A word of texts that is there less often may be mistyped itself.
OFTEN = 2
SHORTEST, LIKENESS = 4, 0.8
# Of so many words that are close, those that are nearly as close as the first.
CLOSE, NEARLY = 5, 0.03


def mended(query: str, *, anew: bool = True) -> str:
    """The query with each unknown word replaced by the nearest known one; "" if unchanged.

    Unless `anew`, words that came meanwhile need not be known: to gather them takes long.
    """
    known = vocabulary(anew)
    unknown = [word for word in search.WORD.findall(query) if len(word) >= SHORTEST]
    unknown = [word for word in unknown if not _is_known(word.lower(), known)]
    text = query
    for word in unknown[:MOST_MENDED]:
        near = _nearest(word.lower()[: search.LONGEST_WORD], known)
        text = re.sub(rf"\b{word}\b", near, text) if near else text
    return "" if text == query else text


def _is_known(word: str, known: dict[str, Counter]) -> bool:
    """With its accents or without them."""
    return any(one in known.get(one[:1], ()) for one in (word, search.fold(word)))


def vocabulary(anew: bool) -> dict[str, Counter]:
    """The words of the topics and of the newest titles and texts, in lower case, and how often each
    is there.

    They are kept by their first letter until something is published or edited. Of what was
    unpublished since, no page can come of it: a mended search must find something to be shown.
    While a thread gathers them, others go on with what was known before.
    """
    if _kept and not anew:
        return _kept["words"]
    newest = (search.newest(), *Topic.objects.order_by("pk").values_list("title", flat=True))
    if newest != _kept.get("newest") and _gathering.acquire(blocking=False):
        try:
            _kept.update(newest=newest, words=_gathered())
        finally:
            _gathering.release()
    return _kept.get("words", {})


def _gathered() -> dict[str, Counter]:
    words, others = _words_of(_titles()), _words_of(_texts())
    for word, number in others.most_common(max(0, MOST_WORDS - len(words))):
        if number >= OFTEN or word in words:
            words[word] += number
    by_letter = defaultdict(Counter)
    for word, number in words.items():
        by_letter[word[0]][word] = number
    return dict(by_letter)


def _words_of(texts) -> Counter:
    words = Counter()
    for text in texts:
        words.update(w for w in search.WORD.findall(text.lower()) if len(w) >= SHORTEST)
        if len(words) > MOST_WORDS:
            break
    return words


_kept: dict = {}
_gathering = Lock()


def _titles():
    yield from Topic.objects.values_list("title", flat=True)
    published = Question.objects.published().newest_first()
    yield from published.values_list("title", flat=True)[:MOST_TITLES]


def _texts():
    yield from Topic.objects.values_list("body", flat=True)
    yield from search.newest_texts(MOST_TEXTS)


def _nearest(word: str, known: dict[str, Counter]) -> str:
    """The known word that is most like it, of nearly equal ones the most frequent; "" if none is.

    Few mistype the first letter.
    """
    counts = known.get(word[0], Counter())
    close = difflib.get_close_matches(word, sorted(counts), CLOSE, LIKENESS)
    likeness = {one: difflib.SequenceMatcher(None, one, word).ratio() for one in close}
    equal = [one for one in close if likeness[one] >= likeness[close[0]] - NEARLY]
    return max(equal, key=lambda one: counts[one], default="")
