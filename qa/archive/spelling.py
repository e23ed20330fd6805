"""A search that found little: perhaps a word of it was mistyped, or is spelled otherwise here."""

import difflib
import re
from collections import Counter, defaultdict
from threading import Lock
from typing import NamedTuple

from qa import search
from qa.models import Question, Topic

# What one search may cost: words to know, titles and texts to take them from, words to put right.
MOST_WORDS, MOST_TITLES, MOST_TEXTS, MOST_MENDED = 20_000, 20_000, 1000, 3
# A word of texts that is there less often may be mistyped itself.
OFTEN = 2
SHORTEST, LIKENESS = 4, 0.8
# Of so many words that are close, those that are nearly as close as the first.
CLOSE, NEARLY = 5, 0.03
# British and American letters for the same, in words about health.
AMERICAN = {
    "ae": "e",
    "ageing": "aging",
    "aluminium": "aluminum",
    "bre": "ber",
    "grey": "gray",
    "isa": "iza",
    "ise": "ize",
    "isi": "izi",
    "mould": "mold",
    "oe": "e",
    "oea": "ea",
    "our": "or",
    "programme": "program",
    "sulph": "sulf",
    "tre": "ter",
    "ysa": "yza",
    "yse": "yze",
    "ysi": "yzi",
}
# Not in "poem", "toes", "pour" and "court".
WITHIN = {"oe": r"oe(?=\w\w)", "our": r"(?<=\w\w)our"}
BRITISH = re.compile("|".join(WITHIN.get(letters, letters) for letters in AMERICAN))


class Vocabulary(NamedTuple):
    """Words by their first letter, and how often each is there; by the American spelling the word
    that is there most often.
    """

    words: dict[str, Counter]
    spelled: dict[str, str]

    def usual(self, word: str) -> str:
        """How it is mostly spelled here; accents may be added to it. "" if it is not known."""
        bare = search.fold(word)
        known = word if bare in self.words.get(bare[:1], ()) else ""
        return self.spelled.get(_american(word), known)


def mended(query: str, *, anew: bool = True) -> str:
    """The query with each word that is unknown, or mostly spelled otherwise, replaced by the
    nearest known one; "" if unchanged.

    Unless `anew`, words that came meanwhile need not be known: to gather them takes long.
    """
    known, text = vocabulary(anew), query
    words = [word for word in search.WORD.findall(query) if len(word) >= SHORTEST]
    doubtful = [word for word in words if known.usual(word.lower()) != word.lower()]
    for word in doubtful[:MOST_MENDED]:
        lower = word.lower()[: search.LONGEST_WORD]
        near = known.usual(lower) or _nearest(lower, known) or _american(lower)
        text = re.sub(rf"\b{word}\b", near, text) if near != lower else text
    return "" if text == query else text


def _american(word: str) -> str:
    return BRITISH.sub(lambda found: AMERICAN[found[0]], word)


def vocabulary(anew: bool) -> Vocabulary:
    """The words of the topics and of the newest titles and texts, in lower case.

    They are kept until something is published or edited. Of what was unpublished since, no page can
    come of it: a mended search must find something to be shown. While a thread gathers them, others
    go on with what was known before.
    """
    if _kept and not anew:
        return _kept["words"]
    newest = (search.newest(), *Topic.objects.order_by("pk").values_list("title", flat=True))
    if newest != _kept.get("newest") and _gathering.acquire(blocking=False):
        try:
            _kept.update(newest=newest, words=_gathered())
        finally:
            _gathering.release()
    return _kept.get("words", Vocabulary({}, {}))


def _gathered() -> Vocabulary:
    words, others = _words_of(_titles()), _words_of(_texts())
    for word, number in others.most_common(max(0, MOST_WORDS - len(words))):
        if number >= OFTEN or word in words:
            words[word] += number
    by_letter = defaultdict(Counter)
    for word, number in words.items():
        by_letter[word[0]][word] = number
    seldom_first = sorted(words, key=words.get)
    return Vocabulary(dict(by_letter), {_american(word): word for word in seldom_first})


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


def _nearest(word: str, known: Vocabulary) -> str:
    """The known word that is most like it, of nearly equal ones the most frequent; "" if none is.

    Few mistype the first letter.
    """
    counts = known.words.get(word[0], Counter())
    close = difflib.get_close_matches(word, sorted(counts), CLOSE, LIKENESS)
    likeness = {one: difflib.SequenceMatcher(None, one, word).ratio() for one in close}
    equal = [one for one in close if likeness[one] >= likeness[close[0]] - NEARLY]
    return max(equal, key=lambda one: counts[one], default="")
