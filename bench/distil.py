"""Make qa/search/data/: the built-in model's vectors, learned from all-MiniLM-L6-v2.

    python -m bench.distil MEDQUAD.jsonl.gz FOLDER

Needs requirements-similar.txt and SciPy; about fifteen minutes of one processor. FOLDER keeps what
the teacher said, so that a second run is short. Texts to learn from are pieces of MedQuAD's answers
(never its questions) and messages put together from phrases.json. No phrase may be taken
from the judged sets in shared/data/similar_questions (docs/adr/0012).

1. The vocabulary: BERT's pieces, and words that the answers have four times and more.
2. The teacher's vector of each text, turned so that 256 coordinates hold most (PCA).
3. Start: each piece alone, as the teacher sees it, weighted by its rarity (SIF, Arora et al. 2017).
4. Learn: the sum of a text's pieces shall point where the teacher's vector points (cosine, Adam).
5. Whole numbers from -127 to 127 with one scale, so that common words stay short.
"""

import collections
import gzip
import json
import random
import re
import sys
from pathlib import Path

import numpy as np

from qa.search.minilm import END, START, MiniLM
from qa.search.static import FOLDER
from qa.search.wordpiece import UNKNOWN, Wordpiece
from qa.search.words import STOP

WIDTH, SPANS, MESSAGES, RARITY, EPOCHS, BATCH, RATE = 256, 50_000, 20_000, 1e-4, 20, 512, 5e-3
PHRASES = json.loads((Path(__file__).parent / "phrases.json").read_text())


def main(medquad: str, folder: str) -> None:
    keep = Path(folder)
    sentences = _sentences(medquad)
    teacher = _teacher()
    pieces = sorted(teacher.pieces.numbers, key=teacher.pieces.numbers.get)
    counts = collections.Counter(word for text in sentences for word in _words(text))
    known = teacher.pieces.numbers
    words = [w for w, n in counts.items() if n >= 4 and len(w) > 3 and w not in known]
    vocabulary = pieces + sorted(words)
    texts = _texts(sentences)
    numbers = [[n] for n in range(len(pieces))] + [teacher.pieces(w, 60) for w in sorted(words)]
    alone = _kept(keep / "pieces.npy", teacher, numbers)
    taught = _kept(keep / "texts.npy", teacher, [teacher.pieces(text, 94) for text in texts])
    cut = Wordpiece(vocabulary)
    axes = np.linalg.eigh(taught.T @ taught)[1][:, ::-1][:, :WIDTH]
    target = _unit(taught @ axes)
    often = np.ones(len(vocabulary), np.float32)
    for text in sentences:
        np.add.at(often, cut(text, 400), 1)
    rarity = RARITY / (RARITY + often / often.sum())
    vectors = learn(((alone - alone.mean(0)) @ axes) * rarity[:, None], cut, texts, target)
    write(vocabulary, vectors)


def learn(vectors, cut, texts, target):
    """Adam on one minus the cosine, only the rows that a batch has."""
    from scipy.sparse import csr_matrix

    lists = [cut(text, 400) or cut.unknown for text in texts]
    ends = np.cumsum([0, *map(len, lists)])
    ones = np.ones(ends[-1], np.float32)
    which = csr_matrix((ones, np.concatenate(lists), ends), shape=(len(texts), len(vectors)))
    mean, spread = np.zeros_like(vectors), np.full_like(vectors, 1e-8)
    order = np.random.default_rng(0)
    for epoch in range(EPOCHS):
        for rows in np.array_split(order.permutation(len(texts)), len(texts) // BATCH):
            rows.sort()
            columns = np.unique(which[rows].indices)
            batch = which[rows][:, columns]
            total = batch @ vectors[columns]
            length = np.linalg.norm(total, axis=1, keepdims=True) + 1e-6
            unit = total / length
            pull = (unit * target[rows]).sum(1, keepdims=True) * unit - target[rows]
            slope = batch.T @ (pull / length)
            mean[columns] = 0.9 * mean[columns] + 0.1 * slope
            spread[columns] = 0.99 * spread[columns] + 0.01 * slope**2
            step = RATE * (1 - epoch / EPOCHS)
            vectors[columns] -= step * mean[columns] / (np.sqrt(spread[columns]) + 1e-8)
    return vectors


def write(vocabulary, vectors) -> None:
    """Without the pieces of other scripts and the unused ones; [UNK] says nothing."""
    wanted = [i for i, piece in enumerate(vocabulary) if _is_wanted(piece)]
    vectors[vocabulary.index(UNKNOWN)] = 0
    scale = 127 / np.quantile(np.abs(vectors[wanted]), 0.9999)
    whole = np.clip(np.round(vectors[wanted] * scale), -127, 127).astype(np.int8)
    np.save(FOLDER / "vectors.npy", whole)
    (FOLDER / "pieces.txt").write_text("\n".join(vocabulary[i] for i in wanted), encoding="utf-8")


def _is_wanted(piece: str) -> bool:
    plain = piece.removeprefix("##")
    return piece == UNKNOWN or (plain[0] != "[" and all(ord(sign) < 0x250 for sign in plain))


def _sentences(medquad: str) -> list[str]:
    found = set()
    with gzip.open(medquad, "rt", encoding="utf-8") as lines:
        for line in lines:
            found.update(re.split(r"(?<=[.?!])\s+|\n+", json.loads(line)["answer"]))
    sentences = sorted({text.strip("- ") for text in found if 20 < len(text) < 400})
    random.Random(7).shuffle(sentences)  # noqa: S311 (no secret)
    return sentences


def _texts(sentences) -> list[str]:
    """Spans of 4 to 24 words, and messages such as a reader writes."""
    draw = random.Random(11)  # noqa: S311
    spans = []
    for text in sentences[:SPANS]:
        words = text.split()
        length = min(len(words), draw.choice([4, 6, 8, 12, 16, 24]))
        start = draw.randrange(len(words) - length + 1)
        spans.append(" ".join(words[start : start + length]))
    return spans + [_message(draw, draw.choice(spans)) for _ in range(MESSAGES)]


def _message(draw, span: str) -> str:
    """A question about something in the span, perhaps with words before and after it."""
    subject = _subject(draw, span)
    question = draw.choice(PHRASES["questions"]).replace("%s", subject)
    openings = draw.sample(PHRASES["openings"], draw.choice([0, 1, 2]))
    closings = draw.sample(PHRASES["closings"], draw.choice([0, 1, 1]))
    kind = draw.random()
    if kind < 0.35:
        return question
    if kind < 0.55:
        return " ".join([subject + draw.choice([".", "\n", " - "]), *openings[:1], question])
    if kind < 0.8:
        return " ".join([*openings, question, *closings])
    return " ".join([*openings, span, question, *closings])


def _subject(draw, span: str) -> str:
    """Up to four words in a row that say something."""
    runs = re.split("|".join(rf"\b{word}\b" for word in sorted(STOP)), span, flags=re.IGNORECASE)
    runs = [re.findall(r"[A-Za-z][\w'-]*", run)[:4] for run in runs]
    return " ".join(draw.choice([run for run in runs if run] or [["cramps"]]))


def _words(text: str) -> list[str]:
    return re.findall(r"[a-z]+", text.lower())


def _kept(path: Path, teacher, lists) -> np.ndarray:
    """What the teacher says of each list of pieces, from the file if it is there."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        said = np.empty((len(lists), 384), np.float16)
        by_length = collections.defaultdict(list)
        for place, pieces in enumerate(lists):
            by_length[len(pieces)].append(place)
        for length, places in by_length.items():
            for some in np.array_split(places, -(-len(places) * (length + 2) // 3000)):
                rows = [[START, *lists[place], END] for place in some]
                said[some] = teacher.encode(np.array(rows))
        np.save(path, said)
    return np.load(path).astype(np.float32)


def _unit(rows):
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def _teacher():
    return MiniLM()


if __name__ == "__main__":
    main(*sys.argv[1:])
