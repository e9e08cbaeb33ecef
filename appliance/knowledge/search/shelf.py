"""What a search keeps in memory: the facts with their vectors, and what the config says."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

from appliance.core.store.database import Connection, Database
from appliance.knowledge.search import records
from appliance.knowledge.values import Serving

Array = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Facts:
    """All facts of one revision: row n of everything belongs to `ids[n]`.

    A fact whose vector nobody has made yet has a row of zeros. `zone` and `synonyms` are those of
    the config whose facts these are, `serving` is whose vectors are searched. `documents` is the
    number of passages beside the facts.
    """

    revision: int
    ids: npt.NDArray[np.int64]
    rows: Array
    begins: npt.NDArray[np.int64]
    ends: npt.NDArray[np.int64]
    zone: ZoneInfo
    synonyms: Mapping[str, Sequence[str]]
    serving: Serving | None
    documents: int

    def near(self, query: Array, today: date) -> dict[int, float]:
        """Give the cosine of every fact that holds today."""
        day = today.toordinal()
        valid = (self.begins <= day) & (day <= self.ends)
        if self.rows.shape[1] == len(query):
            near = self.rows @ query
        else:
            near = np.zeros(len(self.ids), dtype=np.float32)
        return {int(self.ids[at]): float(near[at]) for at in np.flatnonzero(valid)}


@dataclass(slots=True)
class Shelf:
    """The facts of the newest revision, read anew when anything has changed."""

    _facts: Facts | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def get(self, db: Database) -> Facts:
        """Give the facts as the database stands now."""
        revision = db.read(records.standing).revision
        with self._lock:
            if self._facts is None or self._facts.revision != revision:
                self._facts = db.read(_read)
            return self._facts


def _read(connection: Connection) -> Facts:
    active = records.active(connection)
    found = records.facts(connection)
    size = max((len(row.vector) // 4 for row in found if row.vector), default=1)
    rows = np.zeros((len(found), size), dtype=np.float32)
    for at, row in enumerate(found):
        if row.vector is not None and len(row.vector) == 4 * size:
            rows[at] = np.frombuffer(row.vector, dtype="<f4")
    held = active.get("serving")
    return Facts(
        revision=records.standing(connection).revision,
        ids=np.array([row.id for row in found], dtype=np.int64),
        rows=rows,
        begins=np.array([row.begins for row in found], dtype=np.int64),
        ends=np.array([row.ends for row in found], dtype=np.int64),
        zone=ZoneInfo(active.get("zone", "UTC")),
        synonyms=active.get("synonyms", {}),
        serving=Serving(held["name"], held["spec"]) if held else None,
        documents=records.count(connection),
    )
