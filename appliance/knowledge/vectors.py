"""Vectors of passages: made in batches, stored as float32, compared by brute force."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

from appliance.core.store.database import Connection, Database
from appliance.knowledge import records
from appliance.knowledge.values import Text
from appliance.models.embedder import Embedder

Array = npt.NDArray[np.float32]
Progress = Callable[[int, int], None]
_BATCH = 16


def no_progress(_done: int, _total: int) -> None:
    """Show nothing."""


def encode(
    embedder: Embedder, texts: Sequence[Text], *, progress: Progress = no_progress
) -> list[bytes]:
    """Give each text's vector as stored bytes; `progress` hears (done, total)."""
    return encode_words(embedder, [text.embedded for text in texts], progress=progress)


def encode_words(
    embedder: Embedder, words: Sequence[str], *, progress: Progress = no_progress
) -> list[bytes]:
    """Give the vector of each text's words as stored bytes."""
    made: list[bytes] = []
    for start in range(0, len(words), _BATCH):
        batch = embedder.encode(words[start : start + _BATCH])
        made += [np.asarray(vector, dtype="<f4").tobytes() for vector in batch]
        progress(len(made), len(words))
    return made


@dataclass(frozen=True, slots=True)
class Matrix:
    """All vectors of one revision: row n belongs to passage `ids[n]`.

    `zone` and `synonyms` are those of the config whose facts these are.
    """

    revision: int
    ids: npt.NDArray[np.int64]
    is_fact: npt.NDArray[np.bool_]
    begins: npt.NDArray[np.int64]
    ends: npt.NDArray[np.int64]
    rows: Array
    zone: ZoneInfo
    synonyms: Mapping[str, Sequence[str]]

    def valid(self, today: date) -> npt.NDArray[np.bool_]:
        """Tell which passages hold today."""
        day = today.toordinal()
        return (self.begins <= day) & (day <= self.ends)


@dataclass(slots=True)
class Cache:
    """The matrix of the newest revision, read anew when the passages have changed."""

    _matrix: Matrix | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def get(self, db: Database, embedder: str) -> Matrix:
        """Give the matrix as the database stands now."""
        revision = db.read(records.revision)
        with self._lock:
            if self._matrix is None or self._matrix.revision != revision:
                self._matrix = db.read(lambda connection: _read(connection, embedder))
            return self._matrix


def _read(connection: Connection, embedder: str) -> Matrix:
    revision = records.revision(connection)
    active = records.active(connection)
    rows = records.vectors(connection, embedder)
    found = [np.frombuffer(row.vector, dtype="<f4") for row in rows]
    return Matrix(
        revision=revision,
        ids=np.array([row.id for row in rows], dtype=np.int64),
        is_fact=np.array([row.kind == "fact" for row in rows], dtype=np.bool_),
        begins=np.array([(row.valid_from or date.min).toordinal() for row in rows], dtype=np.int64),
        ends=np.array([(row.valid_until or date.max).toordinal() for row in rows], dtype=np.int64),
        rows=np.stack(found) if found else np.zeros((0, 1), dtype=np.float32),
        zone=ZoneInfo(active.get("zone", "UTC")),
        synonyms=active.get("synonyms", {}),
    )
