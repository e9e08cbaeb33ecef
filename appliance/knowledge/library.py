"""The Passages port: words and meaning together, facts before documents."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from appliance.core.clock import Clock
from appliance.core.safe_text import storable
from appliance.core.store.database import Connection, Database
from appliance.knowledge import query as queries
from appliance.knowledge import records, tables, vectors
from appliance.models.embedder import Embedder
from appliance.toolkit.ports import Passage

_CANDIDATES = 40
_LONGEST = 2000
_RANK_OFFSET = 60  # of reciprocal rank fusion, as in Cormack et al. 2009
_FACT_SURE = 0.4  # a fact at least this near goes before any document
_EVERY_WORD = 0.15  # what having all the query's words adds to its score
_FLOOR = 0.15  # below this, and without a word in common, nothing is near


def open_library(path: Path, *, embedder: Embedder, clock: Clock) -> Library:
    """Open knowledge.db, made if missing. It can all be made again, so NORMAL sync is enough."""
    db = Database(path, synchronous="NORMAL")
    db.write_now(tables.create)
    return Library(db, embedder, clock)


@dataclass(frozen=True, slots=True)
class Library:
    """Everything the company knows. Safe to share between threads."""

    db: Database
    embedder: Embedder
    clock: Clock
    _cache: vectors.Cache = field(default_factory=vectors.Cache, repr=False)

    def close(self) -> None:
        """Close the file."""
        self.db.close()

    async def search(self, query: str, *, limit: int = 5) -> list[Passage]:
        """Find the best passages, best first; empty when nothing fits."""
        return await asyncio.to_thread(self.find, query, limit=limit)

    def find(self, query: str, *, limit: int = 5) -> list[Passage]:
        """Find the best passages, best first, here and now.

        The score (0..1) is how near query and passage are in meaning (cosine), and a little more
        where the passage has every word of the query: under about 0.35 it is rarely an answer.
        Facts outside their validity are never found.
        """
        query = storable(query[:_LONGEST])
        if not query.strip():
            return []
        matrix = self._cache.get(self.db, self.embedder.name)
        if not len(matrix.ids):
            return []
        near = matrix.rows @ self.embedder.encode([query])[0]
        valid = matrix.valid(self.clock.now().astimezone(matrix.zone).date())
        place = {int(number): row for row, number in enumerate(matrix.ids) if valid[row]}
        worded, whole = self._worded(query, matrix)
        for number in whole & place.keys():
            near[place[number]] += _EVERY_WORD
        meant = [
            int(matrix.ids[row])
            for row in np.argsort(-near, kind="stable")
            if valid[row] and near[row] >= _FLOOR
        ]
        fused = _fused([n for n in worded if n in place], meant[:_CANDIDATES])

        def rank(number: int) -> tuple[bool, float]:
            row = place[number]
            sure = bool(matrix.is_fact[row]) and float(near[row]) >= _FACT_SURE
            return (not sure, -float(near[row]) if sure else -fused[number])

        best = sorted(fused, key=rank)[:limit]
        rows = self.db.read(lambda connection: records.get_passages(connection, best))
        return [
            Passage(
                text=rows[number].text,
                source=rows[number].source,
                score=float(np.clip(near[place[number]], 0, 1)),
            )
            for number in best
            if number in rows
        ]

    def _worded(self, query: str, matrix: vectors.Matrix) -> tuple[list[int], set[int]]:
        """Passages with some of the query's words, best first, and those with every one."""
        some = queries.any_of(query, synonyms=matrix.synonyms)
        every = queries.all_of(query, synonyms=matrix.synonyms)
        if some is None or every is None:
            return [], set()

        def unit(connection: Connection) -> tuple[list[int], set[int]]:
            return (
                records.matching(connection, some, most=_CANDIDATES),
                set(records.matching(connection, every, most=_CANDIDATES)),
            )

        return self.db.read(unit)


def _fused(*rankings: Sequence[int]) -> dict[int, float]:
    """Reciprocal rank fusion: what stands high in either ranking stands high."""
    fused: dict[int, float] = {}
    for ranking in rankings:
        for rank, number in enumerate(ranking):
            fused[number] = fused.get(number, 0.0) + 1 / (_RANK_OFFSET + rank + 1)
    return fused
