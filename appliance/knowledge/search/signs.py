"""The vectors of many passages in memory, a bit for each number: its sign.

Three steps, each on fewer passages: the signs of the query against all signs (how many differ);
the query's numbers against the signs of the best; and the true vectors, read from the file, of the
best of these. 48 bytes a passage in memory instead of 1,536. Among 100,000 passages of real
documentation that finds 99 of the 100 that comparing all finds; without the second step 96.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from appliance.core.store.database import Connection
from appliance.knowledge.search import records
from appliance.knowledge.search.records import ShelfRow
from appliance.knowledge.values import Access, Wanted

Array = npt.NDArray[np.float32]
Bits = npt.NDArray[np.uint64]
Places = npt.NDArray[np.int64]

_BY_SIGNS = 100
"""Candidates of the first step for each passage that is wanted."""
_BY_NUMBERS = 10
"""Candidates of the second step for each passage that is wanted."""
_PART = 10_000
_FAR = np.iinfo(np.uint16).max
# Row n: the eight signs of a byte n, as +1 and -1.
_SIGNS_OF = np.unpackbits(np.arange(256, dtype=np.uint8)[:, None], axis=1).astype("f4") * 2 - 1


@dataclass(frozen=True, slots=True)
class Signs:
    """All passages of documents that have a vector: place n of everything belongs to `ids[n]`.

    `bits` has a row for every 64 numbers of a vector: adding up along passages is quick.
    """

    generation: int
    ids: npt.NDArray[np.int64]
    bits: Bits
    internal: npt.NDArray[np.bool_]
    languages: npt.NDArray[np.str_]
    begins: npt.NDArray[np.int32]
    ends: npt.NDArray[np.int32]

    def nearest(
        self, connection: Connection, query: Array, wanted: Wanted, *, most: int
    ) -> list[tuple[int, float]]:
        """List passages by cosine, best first."""
        best = self._by_numbers(query, self._by_signs(query, wanted, most), most)
        rows = list(records.get_vectors(connection, self.ids[best].tolist()))
        if not rows:
            return []
        made = np.frombuffer(b"".join(row.vector for row in rows), dtype="<f4")
        near = made.reshape(len(rows), -1) @ query
        order = np.argsort(-near, kind="stable")[:most]
        return [(rows[place].id, float(near[place])) for place in order]

    def _by_signs(self, query: Array, wanted: Wanted, most: int) -> Places:
        """Give the places of those with the fewest other signs."""
        asked = _bits(query[None])
        apart = np.zeros(len(self.ids), dtype=np.uint16)
        for row, own in zip(self.bits, asked[:, 0], strict=True):
            apart += np.bitwise_count(row ^ own)
        apart[~self._allowed(wanted)] = _FAR
        return _fewest(apart, most * _BY_SIGNS)

    def _by_numbers(self, query: Array, places: Places, most: int) -> Places:
        """Give the places of those whose signs go best with the query's numbers."""
        padded = np.zeros(64 * len(self.bits), dtype=np.float32)
        padded[: len(query)] = query
        worth = padded.reshape(-1, 8) @ _SIGNS_OF.T
        signs = np.ascontiguousarray(self.bits[:, places].T).view(np.uint8)
        near = worth.ravel().take(signs + 256 * np.arange(len(worth), dtype=np.int32)).sum(axis=1)
        return places[_least(-near, most * _BY_NUMBERS)]

    def _allowed(self, wanted: Wanted) -> npt.NDArray[np.bool_]:
        day = wanted.on.toordinal()
        allowed = (self.begins <= day) & (day <= self.ends)
        if not wanted.internal:
            allowed &= ~self.internal
        if wanted.language:
            allowed &= (self.languages == wanted.language) | (self.languages == "")
        return allowed


def read(connection: Connection, before: Signs | None, generation: int) -> Signs:
    """Read the signs as the file stands; of passages known `before`, only what may have changed."""
    rows = records.shelf(connection)
    ids = np.array([row.id for row in rows], dtype=np.int64)
    kept = before if before is not None and before.generation == generation else None
    known = kept.ids if kept is not None else np.zeros(0, dtype=np.int64)
    fresh = ids[~np.isin(ids, known)]
    made_ids, made_bits = _made(connection, fresh)
    if kept is not None:
        made_bits = np.concatenate([kept.bits, made_bits], axis=1) if len(made_ids) else kept.bits
        made_ids = np.concatenate([kept.ids, made_ids])
    return _aligned(rows, ids, made_ids, made_bits, generation)


def _made(
    connection: Connection, fresh: npt.NDArray[np.int64]
) -> tuple[npt.NDArray[np.int64], Bits]:
    """Read vectors in parts, so that not all of them are in memory at once."""
    numbers: list[int] = []
    bits: list[Bits] = []
    for at in range(0, len(fresh), _PART):
        part = list(records.get_vectors(connection, fresh[at : at + _PART].tolist()))
        if part:
            made = np.frombuffer(b"".join(row.vector for row in part), dtype="<f4")
            bits.append(_bits(made.reshape(len(part), -1)))
            numbers += [row.id for row in part]
    joined = np.concatenate(bits, axis=1) if bits else np.zeros((0, 0), dtype=np.uint64)
    return np.array(numbers, dtype=np.int64), joined


def _aligned(
    rows: Sequence[ShelfRow],
    ids: npt.NDArray[np.int64],
    made_ids: npt.NDArray[np.int64],
    made_bits: Bits,
    generation: int,
) -> Signs:
    """Bring rows and bits into one order; a passage without a vector has no row."""
    order = np.argsort(made_ids)
    place = np.searchsorted(made_ids[order], ids)
    place = np.minimum(place, max(len(made_ids) - 1, 0))
    has = made_ids[order][place] == ids if len(made_ids) else np.zeros(len(ids), dtype=np.bool_)
    chosen = [row for row, one in zip(rows, has, strict=True) if one]
    return Signs(
        generation=generation,
        ids=ids[has],
        bits=np.ascontiguousarray(made_bits[:, order[place[has]]]),
        internal=np.array([row.access is Access.INTERNAL for row in chosen], dtype=np.bool_),
        languages=np.array([row.language for row in chosen], dtype="U2"),
        begins=np.array([row.begins for row in chosen], dtype=np.int32),
        ends=np.array([row.ends for row in chosen], dtype=np.int32),
    )


def _bits(vectors: Array) -> Bits:
    """Give a column of 64-bit words for each vector, one bit for each number: is it positive?"""
    packed = np.packbits(vectors > 0, axis=1)
    spare = -packed.shape[1] % 8
    padded = np.pad(packed, ((0, 0), (0, spare))) if spare else packed
    return np.ascontiguousarray(np.ascontiguousarray(padded).view(np.uint64).T)


def _fewest(apart: npt.NDArray[np.uint16], most: int) -> Places:
    """Give the places of the smallest numbers, in no order, and none that is `_FAR`.

    The numbers are small: counting them takes a third of what a partition does.
    """
    so_far = np.cumsum(np.bincount(apart)[:_FAR])
    last = int(np.searchsorted(so_far, most))
    nearer = np.flatnonzero(apart < last)
    level = np.flatnonzero(apart == last) if last < len(so_far) else nearer[:0]
    return np.concatenate([nearer, level[: most - len(nearer)]])


def _least(values: npt.NDArray[Any], most: int) -> Places:
    """Give the places of the least values, in no order."""
    if len(values) <= most:
        return np.arange(len(values))
    return np.argpartition(values, most - 1)[:most]
