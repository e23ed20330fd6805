"""Words of a query or a text, as the index and the embeddings see them."""

import re
import unicodedata

WORD = re.compile(r"\w+", re.UNICODE)
# A word to SQLite's tokenizer: no sign joins two, not even an underscore.
PART = re.compile(r"[^\W_]+", re.UNICODE)
# What an apostrophe adds to a word: "what's", "Down's", "I'm".
ADDED = r"['’´`ʼ](?:s|t|m|d|ll|re|ve)\b"
ENDING = re.compile(rf"(?<=\w){ADDED}", re.UNICODE)
# A phrase in quotes, or a word without what is added.
TERM = re.compile(rf"[\"“”„«»]([^\"“”„«»]*)[\"“”«»]|(\w+)(?:{ADDED})?", re.UNICODE | re.I)
# What no reader sees and pasted words may have: hyphens where a line may break, spaces of no width.
INVISIBLE = re.compile("[\x00\u00ad\u200b\u2060\ufeff]")
# "is" and "as" are no plurals of "i" and "a": PostgreSQL's stemmer leaves the long s alone.
IS = re.compile(r"\b(\w)s\b")
# PostgreSQL refuses words of more than 2,046 bytes; nobody types one of 60 characters.
LONGEST_WORD, MOST_TERMS = 60, 20
# Shorter words are no beginnings: half of all texts have a word that begins with "c".
SHORTEST_BEGINNING = 3
# Letters of a title that says no more than a query, such as "What is".
LONGEST_ADDITION = 40
# Words that say nothing about what a health question is about.
STOP = frozenset(
    """
    a about am an and any are as at be been but by can could do does for from get has have how i
    if in is it its me my no not of on or out should so some than that the their them there they
    this to was what when where which who why will with would you your
    """.split()  # noqa: SIM905 (a list of ninety strings is harder to read)
)
KEPT = STOP | {"s"}  # words that are no plural


def telling_words(text: str) -> list[str]:
    """The words of three letters and more that say something, in lower case, each once."""
    words = dict.fromkeys(w.lower()[:LONGEST_WORD] for w in WORD.findall(text))
    return [word for word in words if word not in STOP and len(word) > 2]


def sameness(text: str, title: str) -> float:
    """The share of all their words that two texts have in common, up to 1; 0 where one of them
    says something that the other does not.
    """
    if len(title) > 3 * len(text) + LONGEST_ADDITION:
        return 0
    ours, theirs = bare(text), bare(title)
    return len(ours & theirs) / len(ours | theirs) if ours ^ theirs <= STOP else 0


def bare(text: str) -> set[str]:
    """All its words, folded, in lower case and without the s of a plural or a possessive."""
    words = PART.findall(fold(ENDING.sub("", text.lower())))
    return {word if word in KEPT else word.removesuffix("s") for word in words}


def terms(text: str) -> list[list[str]]:
    """Phrases and words, as lists of words, each once, without those that say nothing."""
    composed = unicodedata.normalize("NFC", text)
    found = [PART.findall(phrase or word) for phrase, word in TERM.findall(composed)]
    lists = [[word[:LONGEST_WORD] for word in words] for words in found if words]
    telling = [words for words in lists if len(words) > 1 or words[0].lower() not in STOP]
    different = {tuple(word.lower() for word in words): words for words in telling or lists}
    return list(different.values())[:MOST_TERMS]


def plain(text: str) -> str:
    """The words alone, folded and in lower case, with spaces between them.

    PostgreSQL's own parser would make addresses, tags and compound words of what stands together.
    """
    words = " ".join(PART.findall(unicodedata.normalize("NFC", text)))
    return IS.sub(r"\1ſ", fold(words).lower())


def visible(text: str) -> str:
    """Without what no reader sees, which would part a word in two."""
    return INVISIBLE.sub("", text)


def fold(text: str) -> str:
    """Letters without their accents, as SQLite's tokenizer does it by itself."""
    if text.isascii():
        return text
    letters = unicodedata.normalize("NFD", text)
    return "".join(letter for letter in letters if not unicodedata.combining(letter))
