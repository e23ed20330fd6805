"""Where each published question lies in the space of meanings, and which lie nearest to a text.

The table holds one vector of whole numbers for each question. A process keeps only the signs of
their coordinates (32 bytes each), which choose candidates; the table's own vectors then decide. So
a question that was unpublished is never found, however old what the process remembers, and one
that was published by another process is found by the number of its row, which only grows.
"""

import threading
import time

import numpy as np
from django.db import connection

from qa.search import embedding, lexical

# How many candidates the signs choose; an archive of fewer is compared whole.
CANDIDATES = 400
CHUNK = 20_000  # rows read at once
BLOCK = 32_768  # questions whose signs are compared at once, so that a processor's cache holds them
# How much of the text after the title counts, and how many characters of it are read.
LEAD_WEIGHT, LEAD = 0.3, 300
# The larger model is slow: an import leaves its questions to `fill`.
MOST_AT_ONCE, FILL_SECONDS = 5, 5.0


def create_sql(vendor: str) -> list[str]:
    """The statements that make the table, for the migration."""
    number, blob = (
        ("bigserial PRIMARY KEY", "bytea")
        if vendor == "postgresql"
        else ("integer PRIMARY KEY AUTOINCREMENT", "blob")
    )
    return [
        f"CREATE TABLE qa_vector (number {number}, question_id bigint NOT NULL UNIQUE,"
        f" model varchar(20) NOT NULL, vector {blob} NOT NULL)"
    ]


def add(rows) -> None:
    """Put rows of (question's number, title, text) in; they must not be there yet."""
    rows, model = list(rows), embedding.current()
    if model.slow and len(rows) > MOST_AT_ONCE:
        return
    values = [(pk, model.name, _packed(_place(model, title, text))) for pk, title, text in rows]
    with connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO qa_vector (question_id, model, vector) VALUES (%s, %s, %s)", values
        )


def remove(question_id: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM qa_vector WHERE question_id = %s", [question_id])


def fill(seconds: float = FILL_SECONDS) -> int:
    """Place questions that the current model has not placed yet; return how many.

    For a site that ran before there were vectors, after an import, after another model was chosen.
    """
    done, until = 0, time.monotonic() + seconds
    while time.monotonic() < until:
        rows = lexical.without_vector(embedding.current().name, MOST_AT_ONCE)
        if not rows:
            break
        for pk, title, text in rows:
            remove(pk)
            add([(pk, title, text)])
        done += len(rows)
    return done


def newest() -> tuple:
    """The last row that was written; a rolled-back number may come again, with another vector."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT number, question_id, vector FROM qa_vector ORDER BY number DESC LIMIT 1"
        )
        row = cursor.fetchone()
    return (*row[:2], bytes(row[2])) if row else ()


def nearest(query: np.ndarray) -> tuple[dict[int, float], int]:
    """Numbers of the questions nearest to a unit vector, with the cosine of the angle.

    And of how many questions they are the nearest.
    """
    model = embedding.current().name
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(max(number), 0) FROM qa_vector")
        newest = cursor.fetchone()[0]
        if newest <= CANDIDATES:
            cursor.execute("SELECT question_id, vector FROM qa_vector WHERE model = %s", [model])
            rows = cursor.fetchall()
            known = len(rows)
        else:
            chosen, known = _signs.nearest(model, newest, query)
            places = ", ".join(["%s"] * len(chosen)) or "NULL"
            cursor.execute(
                "SELECT question_id, vector FROM qa_vector"  # noqa: S608 (placeholders only)
                f" WHERE model = %s AND question_id IN ({places})",
                [model, *chosen],
            )
            rows = cursor.fetchall()
    if not rows:
        return {}, 0
    vectors = _unpacked(rows).astype(np.float32)
    cosines = vectors @ query / (np.linalg.norm(vectors, axis=1) + 1e-9)
    return dict(zip((row[0] for row in rows), cosines.tolist(), strict=True)), known


def _place(model, title: str, text: str) -> np.ndarray:
    """A question's vector: its title's, and a little of what its text begins with."""
    return model.embed(title) + LEAD_WEIGHT * model.embed(text[:LEAD])


def _packed(vector: np.ndarray) -> bytes:
    """Whole numbers from -127 to 127; a vector's length says nothing and is not kept."""
    largest = np.abs(vector).max() or 1
    return np.round(vector * (127 / largest)).astype(np.int8).tobytes()


def _unpacked(rows) -> np.ndarray:
    data = b"".join(bytes(row[1]) for row in rows)
    return np.frombuffer(data, np.int8).reshape(len(rows), -1)


class _Signs:
    """The signs of all vectors of one model, 64 to a number, as this process knows them."""

    def __init__(self):
        self.lock = threading.Lock()
        self.clear()

    def clear(self) -> None:
        self.model, self.newest, self.known = "", 0, 0
        # With room for more: to copy a million for each question that is published takes long.
        self.ids = np.empty(0, np.int64)
        self.bits = np.empty((0, 0), np.uint64)  # a row for each 64 coordinates

    def nearest(self, model: str, newest: int, query: np.ndarray) -> tuple[list[int], int]:
        """Questions that differ in the fewest signs from the query, and how many there are."""
        with self.lock:
            if model != self.model or newest < self.newest:
                self.clear()
                self.model = model
            if newest > self.newest:
                self._read_on()
            ids, bits = self.ids[: self.known], self.bits[:, : self.known]
        mine = _signs_of(query[None])
        differing = np.empty(len(ids), np.uint16)
        for start in range(0, len(ids), BLOCK):
            block = slice(start, start + BLOCK)
            different = np.bitwise_count(bits[:, block] ^ mine)
            different.sum(axis=0, dtype=np.uint16, out=differing[block])
        # Counting is quicker than sorting: there are at most as many differences as coordinates.
        most = np.searchsorted(np.cumsum(np.bincount(differing)), CANDIDATES)
        few = np.flatnonzero(differing <= most)
        few = few[np.argsort(differing[few], kind="stable")[:CANDIDATES]]
        return ids[few].tolist(), len(ids)

    def _read_on(self) -> None:
        with connection.cursor() as cursor:
            while True:
                cursor.execute(
                    "SELECT question_id, vector, number FROM qa_vector"
                    " WHERE model = %s AND number > %s ORDER BY number LIMIT %s",
                    [self.model, self.newest, CHUNK],
                )
                rows = cursor.fetchall()
                if not rows:
                    break
                self._append([row[0] for row in rows], _signs_of(_unpacked(rows)))
                self.newest = rows[-1][2]

    def _append(self, ids: list[int], bits: np.ndarray) -> None:
        """Put them behind those that are known, which another thread may be reading."""
        until = self.known + len(ids)
        if until > len(self.ids):
            room = until + until // 16 + CANDIDATES
            old_ids, old_bits = self.ids, self.bits[:, : self.known]
            self.ids = np.empty(room, np.int64)
            self.bits = np.empty((len(bits), room), np.uint64)
            self.ids[: self.known] = old_ids[: self.known]
            if self.known:
                self.bits[:, : self.known] = old_bits
        self.ids[self.known : until] = ids
        self.bits[:, self.known : until] = bits
        self.known = until


def _signs_of(vectors: np.ndarray) -> np.ndarray:
    """One column for each vector, of 64-bit numbers."""
    packed = np.packbits(vectors > 0, axis=1)
    return np.ascontiguousarray(packed.view(np.uint64).T)


_signs = _Signs()
