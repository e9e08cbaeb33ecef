"""An embedder whose vectors lie on disk: the second run of an evaluation is quick."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from appliance.models.embedder import SIZE, Array, Embedder


class Kept:
    """Takes vectors from one file and writes new ones there when `keep` is called."""

    def __init__(self, inner: Embedder, file: Path) -> None:
        self._inner = inner
        self._file = file
        self._held: dict[str, Array] = {}
        if file.exists():
            with np.load(file) as kept:
                self._held = dict(zip(kept["names"].tolist(), kept["vectors"], strict=True))
        self._known = len(self._held)

    @property
    def name(self) -> str:
        return self._inner.name

    @property
    def words(self) -> frozenset[str]:
        return self._inner.words

    def encode(self, texts: Sequence[str]) -> Array:
        names = [hashlib.sha256(f"{self.name}|{text}".encode()).hexdigest() for text in texts]
        fresh = {n: t for n, t in zip(names, texts, strict=True) if n not in self._held}
        if fresh:
            made = self._inner.encode(list(fresh.values()))
            self._held.update(zip(fresh, made, strict=True))
        if not names:
            return np.zeros((0, SIZE), "f4")
        return np.stack([self._held[name] for name in names])

    def of_words(self, words: Sequence[str]) -> Array:
        return self._inner.of_words(words)

    def keep(self) -> None:
        """Write what is new to the file."""
        if len(self._held) > self._known:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            fresh = self._file.with_suffix(f".{os.getpid()}.npz")
            vectors = np.stack(list(self._held.values()))
            np.savez(fresh, names=np.array(list(self._held)), vectors=vectors)
            fresh.replace(self._file)
            self._known = len(self._held)
