"""The built-in model: each piece of a word has a fixed vector, and a text is their sum.

The vectors were learned from all-MiniLM-L6-v2 by bench/distil.py; where they come from and what
they reach is in docs/adr/0012.
"""

from pathlib import Path

import numpy as np

from qa.search.wordpiece import Wordpiece

FOLDER = Path(__file__).parent / "data"
MOST_PIECES = 400


class Static:
    name, slow = "static-3", False
    words_weight, least, by_chance = 0.3, -0.075, 0.15

    def __init__(self):
        vocabulary = (FOLDER / "pieces.txt").read_text(encoding="utf-8").split("\n")
        self.pieces = Wordpiece(vocabulary)
        self.vectors = np.asarray(np.load(FOLDER / "vectors.npy", mmap_mode="r"))

    def embed(self, text: str) -> np.ndarray:
        """What is said four times counts twice as much as what is said once."""
        pieces, times = np.unique(self.pieces(text, MOST_PIECES), return_counts=True)
        total = np.sqrt(times, dtype=np.float32) @ self.vectors[pieces.astype(int)]
        return total / (np.linalg.norm(total) + 1e-9)

    def weight(self, word: str) -> float:
        """How much a word says: the length of its vector. "The" is short, "kidney" long."""
        total = self.vectors[self.pieces(word, MOST_PIECES)].sum(axis=0, dtype=np.float32)
        return float(np.linalg.norm(total))
