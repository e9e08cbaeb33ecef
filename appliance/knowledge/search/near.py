"""Which passages of documents are nearest in meaning: by vec0 while they are few, else by signs."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from appliance.core.clock import Clock
from appliance.core.store.database import Connection
from appliance.knowledge.search import records, signs
from appliance.knowledge.search.records import Standing
from appliance.knowledge.search.signs import Signs
from appliance.knowledge.values import Wanted

Array = npt.NDArray[np.float32]

FRESH_S = 2.0
"""How old the signs may be. What is gone or internal meanwhile is never shown all the same."""


@dataclass(slots=True)
class Near:
    """Compares a query with the vectors of all passages. Safe to share between threads."""

    _signs: Signs | None = None
    _revision: int = -1
    _read_at: float = 0.0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def search(
        self,
        connection: Connection,
        clock: Clock,
        query: Array,
        wanted: Wanted,
        *,
        most: int,
        standing: Standing,
    ) -> list[tuple[int, float]]:
        """List passages' ids and cosines, best first."""
        if standing.near:
            if standing.near != len(query):
                return []
            return records.nearest(connection, records.as_bytes(query), wanted, most=most)
        held = self._fresh(connection, clock, standing)
        if not len(held.ids) or len(held.bits) != -(-len(query) // 64):
            return []
        return held.nearest(connection, query, wanted, most=most)

    def _fresh(self, connection: Connection, clock: Clock, standing: Standing) -> Signs:
        with self._lock:
            now = clock.monotonic()
            held = self._signs
            if held is not None and held.generation == standing.generation and (
                self._revision == standing.revision or now - self._read_at < FRESH_S
            ):  # fmt: skip
                return held
            self._signs = signs.read(connection, held, standing.generation)
            self._revision, self._read_at = standing.revision, clock.monotonic()
            return self._signs
