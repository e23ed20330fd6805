"""Search in the published questions, and those that are like a new one.

Three functions: `index` and its opposite `remove`, `search`, `similar`. It knows no models: rows
come as instances with title, body and answers, and go out as numbers. Called by the models when
something becomes public or ceases to be, so that asking, desk and archive can all search
(docs/adr/0002).

What compares meanings is imported where it is used: NumPy takes a tenth of a start.
"""

import os
from collections.abc import Callable

# Read when NumPy is imported: requests share the processors, so none takes several for itself.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from qa.search import lexical, titles
from qa.search.lexical import CLOSE, MOST_COUNTED, OPEN, Hit, create_sql, gather_segments
from qa.search.words import (
    LONGEST_WORD,
    MOST_TERMS,
    STOP,
    TERM,
    WORD,
    fold,
    plain,
    sameness,
    telling_words,
    terms,
    visible,
)

# Beside the best, what has this share of its score is shown, too.
FAIR = 0.6
# Questions that stand first as they ask just what is searched for.
MOST_FIRST = 5

__all__ = [
    "CLOSE",
    "LONGEST_WORD",
    "MOST_COUNTED",
    "MOST_TERMS",
    "OPEN",
    "STOP",
    "TERM",
    "WORD",
    "Hit",
    "add",
    "asking_just",
    "beginning_with",
    "called",
    "count",
    "create_sql",
    "fill",
    "fold",
    "forget",
    "gather_segments",
    "index",
    "newest",
    "newest_texts",
    "plain",
    "remove",
    "sameness",
    "search",
    "similar",
    "telling_words",
    "terms",
    "visible",
]


def _as_typed(word: str) -> list[str]:
    return []


def index(question) -> None:
    """Put a published question into the index, or bring its row up to date.

    Its text is all that its page shows: the question, the answer, and those of readers.
    """
    answers = [*question.answers.official(), *question.answers.published_reader()]
    remove(question.pk)
    text = "\n".join([question.body, *(answer.text for answer in answers)])
    add([(question.pk, question.topic_id, question.title, text)])


def add(rows) -> None:
    """Put rows of (number, topic's number, title, text) into the index; none is there yet."""
    from qa.search import vectors

    rows = list(rows)
    lexical.add(rows)
    titles.add((pk, title) for pk, _, title, _ in rows)
    vectors.add((pk, title, text) for pk, _, title, text in rows)


def remove(question_id: int) -> None:
    from qa.search import vectors

    lexical.remove(question_id)
    titles.remove(question_id)
    vectors.remove(question_id)


def forget(question_id: int) -> None:
    """Take a question out of the index, and its words out of the index's own pages."""
    remove(question_id)
    lexical.merge_segments()


def search(
    text: str,
    *,
    topic_id: int | None = None,
    limit: int = 20,
    offset: int = 0,
    spellings: Callable[[str], list[str]] = _as_typed,
):
    """Questions that have every word of `text`, or another of its `spellings`, best first.

    Where that finds nothing, the last word counts as a beginning, from three letters on and unless
    it is an everyday word. Returns (hits, total), the total up to MOST_COUNTED. Of very many only
    the newest are ranked; of more than a page those that ask just this stand first, and the first
    page is longer by them. Words in quotes must follow each other; words that say nothing are
    passed over. Whatever is typed is words, never query syntax.
    """
    wanted = _terms(text, spellings)
    if not wanted:
        return [], 0

    def asking_just_this() -> list[int]:
        has_phrase = any(" " in term[0] for term in wanted)
        return [] if topic_id or has_phrase else asking_just(text)

    return lexical.find(wanted, topic_id, limit, offset, asking_just_this)


def count(text: str, spellings=_as_typed) -> int:
    """The total that `search` gives, in all topics."""
    wanted = _terms(text, spellings)
    return lexical.count(wanted) if wanted else 0


def _terms(text: str, spellings: Callable[[str], list[str]]) -> list[lexical.Term]:
    """Words with their other spellings; a phrase is meant as it is typed."""
    return [
        [" ".join(words), *(spellings(words[0]) if len(words) == 1 else ())]
        for words in terms(text)
    ]


def asking_just(text: str) -> list[int]:
    """Numbers of questions whose titles say the few telling words of `text` and no more.

    "cancer" is in a thousand texts, often more often than in the one about cancer. First who says
    it in the same words: of "what causes" and "what is", the one that was typed.
    """
    numbers = titles.with_words_of(text)
    said = lexical.titles(numbers)
    same = {number: sameness(text, said.get(number, "")) for number in numbers}
    best = sorted((number for number in numbers if same[number]), key=lambda pk: -same[pk])
    return best[:MOST_FIRST]


def beginning_with(text: str, limit: int, spellings=_as_typed) -> list[int]:
    """Numbers of the questions that have every word of `text`, of which the last may go on."""
    wanted = _terms(text, spellings)
    return lexical.numbers(wanted, limit, unfinished=True) if wanted else []


def called(text: str, limit: int) -> list[int]:
    """Numbers of questions whose titles say little more than the word that `text` ends with, or
    begins to say.
    """
    return titles.beginning_with(text, limit)


def similar(text: str, *, limit: int = 3, exclude: int | None = None) -> list[int]:
    """Numbers of the published questions closest to a new one, best first.

    None where not even the best fits; beside a good one, fair ones.
    """
    from qa.search.ranking import ranked

    found, enough = ranked(text)
    found = [(score, pk) for score, pk in found if pk != exclude]
    if not found or found[0][0] < enough:
        return []
    fair = min(enough, FAIR * found[0][0])
    return [pk for score, pk in found[:limit] if score >= fair]


def newest_texts(limit: int) -> list[str]:
    """All that the newest published questions' pages say, but for their titles."""
    return lexical.newest_texts(limit)


def newest() -> tuple:
    """Something that is another one after each publishing and editing of text."""
    from qa.search import vectors

    return vectors.newest()


def fill() -> int:
    """Bring up to date what an older version wrote (settings.RECURRING); how many.

    The index of words, and the questions that `similar` does not know yet.
    """
    from qa.search import vectors

    return lexical.fill(vectors.FILL_SECONDS) + vectors.fill()
