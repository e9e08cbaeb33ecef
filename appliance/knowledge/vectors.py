"""Making vectors in batches, as they are stored."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from appliance.knowledge.search.records import as_bytes
from appliance.models.embedder import Embedder

Progress = Callable[[int, int], None]
BATCH = 16


def no_progress(_done: int, _total: int) -> None:
    """Show nothing."""


def encode(embedder: Embedder, words: Sequence[str]) -> list[bytes]:
    """Give the vector of each text's words as stored bytes."""
    made: list[bytes] = []
    for start in range(0, len(words), BATCH):
        made += map(as_bytes, embedder.encode(words[start : start + BATCH]))
    return made
