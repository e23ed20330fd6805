"""Text as numbers of a vocabulary's pieces, the way BERT's models were trained on it.

Lower case, no accents; each word is cut into the longest known pieces from the left, the later
ones written with "##" before them (Wu et al. 2016, as in the uncased vocabularies of BERT).
"""

import re
import unicodedata
from functools import lru_cache

# Letters and digits in a row, or one other sign.
PART = re.compile(r"[^\W_]+|[^\w\s]|_", re.UNICODE)
LONGEST = 100  # characters of a word; a longer one is unknown
UNKNOWN = "[UNK]"


class Wordpiece:
    """Cuts texts by one vocabulary: a list of pieces, whose places are their numbers."""

    def __init__(self, vocabulary: list[str]):
        self.numbers = {piece: number for number, piece in enumerate(vocabulary)}
        self.unknown = [self.numbers[UNKNOWN]]
        self.cut = lru_cache(50_000)(self._cut)

    def __call__(self, text: str, most: int) -> list[int]:
        """The numbers of the first `most` pieces."""
        plain = text[: most * LONGEST].lower()
        if not plain.isascii():
            letters = unicodedata.normalize("NFD", plain)
            plain = "".join(letter for letter in letters if not unicodedata.combining(letter))
        found = []
        for word in PART.finditer(plain):
            found += self.cut(word[0])
            if len(found) >= most:
                break
        return found[:most]

    def _cut(self, word: str) -> list[int]:
        pieces, start = [], 0
        if len(word) > LONGEST:
            return self.unknown
        while start < len(word):
            for end in range(len(word), start, -1):
                piece = word[start:end] if start == 0 else f"##{word[start:end]}"
                if piece in self.numbers:
                    break
            else:
                return self.unknown
            pieces.append(self.numbers[piece])
            start = end
        return pieces
