"""Words that are spelled otherwise here, and those that were perhaps mistyped."""

import difflib
import re
from collections import Counter, defaultdict
from collections.abc import Set
from threading import Lock
from typing import NamedTuple

from qa import search
from qa.models import Question, Topic

# Words to know, titles and texts to take them from; what one search may cost: words to put right.
MOST_WORDS, MOST_TITLES, MOST_TEXTS, MOST_MENDED = 20_000, 20_000, 1000, 3
# A word of texts that is there less often may be mistyped itself.
OFTEN = 2
SHORTEST, LIKENESS = 4, 0.8
SHORT = 6  # letters; a shorter word with more than one slip may be any ("poet" and "pocket")
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
    """Words by their first letter, and how often each is there; by the American spelling without
    accents all that are spelled so, those that are there most often first.
    """

    words: dict[str, Counter]
    forms: dict[str, list[str]]

    def forms_of(self, word: str) -> list[str]:
        return self.forms.get(_american(search.fold(word.lower())), [])


def usual(query: str) -> str:
    """The query with each word as it is mostly spelled here; phrases in quotes as they are."""
    known = vocabulary(anew=False)

    def spelled(found: re.Match) -> str:
        word = found[2]
        forms = known.forms_of(word) if word else []
        return forms[0] + found[0][len(word) :] if forms else found[0]

    return search.TERM.sub(spelled, query)


def others(word: str) -> list[str]:
    """How else this word is spelled here."""
    bare = search.fold(word.lower())
    forms = map(search.fold, vocabulary(anew=False).forms_of(word) or [_american(bare)])
    return sorted(set(forms) - {bare})


def mended(query: str, found: Set[str] = frozenset(), *, anew: bool = True) -> str:
    """The query with each unknown word replaced by the nearest known one; "" if unchanged.

    What was `found` is known, too. Unless `anew`, words that came meanwhile need not be known: to
    gather them takes long.
    """
    known, text = vocabulary(anew), query
    found = set(map(_american, found))
    words = [word for word in search.WORD.findall(query) if len(word) >= SHORTEST]
    unknown = [word for word in words if not known.forms_of(word)]
    unknown = [word for word in unknown if _american(word.lower()) not in found]
    for word in unknown[:MOST_MENDED]:
        lower = word.lower()[: search.LONGEST_WORD]
        near = _nearest(lower, known) or lower
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
    topics = Topic.objects.order_by("pk").values_list("title", "summary", "body")
    newest = (search.newest(), *topics)
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
    forms = defaultdict(list)
    for word, _ in words.most_common():
        forms[_american(search.fold(word))].append(word)
    return Vocabulary(dict(by_letter), dict(forms))


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
    for texts in Topic.objects.values_list("summary", "body"):
        yield from texts
    yield from search.newest_texts(MOST_TEXTS)


def _nearest(word: str, known: Vocabulary) -> str:
    """The known word that is most like it, of nearly equal ones the most frequent; "" if none is.

    Few mistype the first letter.
    """
    counts = known.words.get(word[0], Counter())
    close = difflib.get_close_matches(word, sorted(counts), CLOSE, LIKENESS)
    if len(word) < SHORT:
        close = [one for one in close if _one_slip(one, word)]
    likeness = {one: difflib.SequenceMatcher(None, one, word).ratio() for one in close}
    equal = [one for one in close if likeness[one] >= likeness[close[0]] - NEARLY]
    return max(equal, key=lambda one: counts[one], default="")


def _one_slip(one: str, other: str) -> bool:
    """Whether a letter is missing, too many or another one, or two have changed places."""
    pairs = enumerate(zip(one, other, strict=False))
    begin = next((at for at, (ours, theirs) in pairs if ours != theirs), min(len(one), len(other)))
    one, other = one[begin:], other[begin:]
    swapped = one[:2] == other[1::-1] and one[2:] == other[2:]
    return swapped or one[1:] in (other, other[1:]) or one == other[1:]
