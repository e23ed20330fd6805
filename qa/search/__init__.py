"""Search in the published questions, and those that are like a new one.

Three functions: `index` and its opposite `remove`, `search`, `similar`. It knows no models: rows
come as instances with title, body and answers, and go out as numbers. Called by the models when
something becomes public or ceases to be, so that asking, desk and archive can all search
(docs/adr/0002).
"""

from qa.search import lexical
from qa.search.lexical import CLOSE, MOST_COUNTED, OPEN, Hit, create_sql
from qa.search.words import LONGEST_WORD, MOST_TERMS, STOP, WORD, fold, telling_words, terms

__all__ = [
    "CLOSE",
    "LONGEST_WORD",
    "MOST_COUNTED",
    "MOST_TERMS",
    "OPEN",
    "STOP",
    "WORD",
    "Hit",
    "add",
    "create_sql",
    "fold",
    "forget",
    "index",
    "remove",
    "search",
    "similar",
    "telling_words",
]


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
    lexical.add(rows)


def remove(question_id: int) -> None:
    lexical.remove(question_id)


def forget(question_id: int) -> None:
    """Take a question out of the index, and its words out of the index's own pages."""
    remove(question_id)
    lexical.merge_segments()


def search(text: str, *, topic_id: int | None = None, limit: int = 20, offset: int = 0):
    """Questions that have every word of `text`, best first.

    The last word also counts as a beginning, from three letters on. Returns (hits, total), the
    total up to MOST_COUNTED. Words in quotes must follow each other; words that say nothing are
    passed over. Whatever is typed is words, never query syntax.
    """
    wanted = terms(text)
    if not wanted:
        return [], 0
    found = lexical.hits(wanted, topic_id, limit, offset)
    if 0 < len(found) < limit:
        return found, offset + len(found)
    return found, lexical.count(wanted, topic_id)


def similar(text: str, *, limit: int = 3, exclude: int | None = None) -> list[int]:
    """Numbers of the published questions closest to a new one, best first; may be none."""
    words = telling_words(text)[:24]
    if not words:
        return []
    found = lexical.any_hits(words, limit + 1)
    needed = 2 if len(words) > 2 else 1
    close = [hit.id for hit in found if _shared(words, hit) >= needed and hit.id != exclude]
    return close[:limit]


def _shared(words, hit) -> int:
    """How many of the words stand in the title or the snippet, by their first five letters."""
    text = f"{hit.title} {hit.snippet}".lower().replace(OPEN, "").replace(CLOSE, "")
    return sum(word[:5] in text for word in words)
