"""Everything the company knows: what opens knowledge.db, and finds in it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from appliance.core import errors, logs
from appliance.core.clock import Clock
from appliance.core.safe_text import storable
from appliance.core.store.database import Connection, Database
from appliance.knowledge import records, schema
from appliance.knowledge.search import hybrid
from appliance.knowledge.search import records as index
from appliance.knowledge.search.near import Near
from appliance.knowledge.search.shelf import Facts, Shelf
from appliance.knowledge.values import Match, Serving, Wanted
from appliance.models.embedder import Embedder
from appliance.toolkit.ports import Passage

OpenEmbedder = Callable[[Serving], Embedder | None]

_LONGEST = 2000
_log = logs.get(__name__)


def open_library(
    path: Path,
    *,
    embedder: Embedder,
    clock: Clock,
    spec: Mapping[str, Any] | None = None,
    open_embedder: OpenEmbedder = lambda _: None,
) -> Library:
    """Open knowledge.db, made or brought up if need be.

    It can all be made again, so NORMAL sync is enough. `embedder` is the one that is wanted;
    `spec` is what a later process needs to open it again by `open_embedder`.
    """
    db = open_file(path)
    return Library(db, embedder, clock, spec or {}, open_embedder)


def open_file(path: Path) -> Database:
    """Open the file alone: its documents can be listed without any embedder."""
    db = Database(path, synchronous="NORMAL", vectors=True)
    try:
        schema.prepare(db)
    except BaseException:
        db.close()
        raise
    return db


@dataclass(frozen=True, slots=True)
class Library:
    """Everything the company knows. Safe to share between threads.

    `embedder` is the one the config wants. The one whose vectors are searched may be another
    until all vectors are made anew (`reindex`); it is opened by `open_embedder`.
    """

    db: Database
    embedder: Embedder
    clock: Clock
    spec: Mapping[str, Any] = field(default_factory=dict)
    open_embedder: OpenEmbedder = lambda _: None
    _shelf: Shelf = field(default_factory=Shelf, repr=False)
    _near: Near = field(default_factory=Near, repr=False)
    _others: dict[str, Embedder] = field(default_factory=dict, repr=False)

    def close(self) -> None:
        """Close the file."""
        self.db.close()

    def public(self) -> PublicPassages:
        """Give the port tools use."""
        return PublicPassages(self)

    def find(
        self, query: str, *, limit: int = 5, internal: bool = False, language: str | None = None
    ) -> list[Match]:
        """Find the best passages that hold today, best first, here and now.

        What is `sure` most likely answers; the rest only speaks of something near.
        With `internal` also what is only for the company's own people; `language` finds only
        documents in that language, or of unknown one.
        """
        query = storable(query[:_LONGEST])
        if not query.strip():
            return []
        facts = self._shelf.get(self.db)
        wanted = Wanted(
            on=self.clock.now().astimezone(facts.zone).date(), internal=internal, language=language
        )
        vector = self._vector(query, facts)
        question = hybrid.Question(query, vector, wanted, self.embedder.of_words)
        return self.db.read(
            lambda c: hybrid.find(c, self.clock, facts, self._near, question, limit=limit)
        )

    def serving(self) -> tuple[str, Embedder | None]:
        """Give the name of the embedder whose vectors are searched, and that embedder, if had.

        In an empty library the wanted one begins to serve.
        """
        held = self.db.read(records.serving)
        if held is None:
            wanted = Serving(self.embedder.name, self.spec)

            def unit(connection: Connection) -> Serving:
                already = records.serving(connection)
                if already is None:
                    records.set_serving(connection, wanted)
                return already or wanted

            held = self.db.write_now(unit)
        return held.name, self._opened(held)

    def _vector(self, query: str, facts: Facts) -> npt.NDArray[np.float32] | None:
        embedder = self._opened(facts.serving) if facts.serving else None
        if embedder is None:
            return None
        try:
            vector: npt.NDArray[np.float32] = embedder.encode([query])[0]
        except errors.Error as wrong:
            _log.warning("searching by words alone: the embedder failed", why=wrong.sentence)
            return None
        return vector

    def _opened(self, serving: Serving) -> Embedder | None:
        if serving.name == self.embedder.name:
            return self.embedder
        if serving.name not in self._others:
            try:
                opened = self.open_embedder(serving)
            except errors.Error as wrong:
                _log.warning("an embedder cannot be opened", why=wrong.sentence)
                return None
            if opened is None:
                return None
            self._others[serving.name] = opened
        return self._others[serving.name]

    def standing(self) -> index.Standing:
        """Tell which state of the passages this is."""
        return self.db.read(index.standing)


@dataclass(frozen=True, slots=True)
class PublicPassages:
    """The `Passages` port: what customers may be told today, and nothing else."""

    _library: Library

    async def search(self, query: str, *, limit: int = 5) -> list[Passage]:
        """Find the best passages, best first; empty when nothing fits."""
        found = await asyncio.to_thread(self._library.find, query, limit=limit)
        return [
            Passage(text=one.text, source=one.source, score=one.score, sure=one.sure)
            for one in found
        ]
