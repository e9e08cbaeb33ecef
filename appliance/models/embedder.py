"""Texts to vectors: what an embedder is, the built-in one, and vectors kept on disk."""

from __future__ import annotations

import hashlib
import os
import threading
from collections import OrderedDict
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol, runtime_checkable
from zipfile import BadZipFile

import numpy as np

from appliance.models import weights
from appliance.models.minilm import SIZE, Array, MiniLM

__all__ = ["SIZE", "Array", "Embedder", "Remembering", "encode_kept", "open_minilm"]

_KEPT_ON_DISK = 20_000
_KEPT_TEXTS = 4096
_LONGEST_KEPT = 2000


@runtime_checkable
class Embedder(Protocol):
    """Turns texts into unit vectors. Vectors of different names must never be compared."""

    @property
    def name(self) -> str:
        """Which vectors these are."""

    @property
    def words(self) -> frozenset[str]:
        """Words it knows whole, to tell words from typos; may be empty."""

    def encode(self, texts: Sequence[str]) -> Array:
        """Give (n, size) float32 of unit length, in order."""

    def of_words(self, words: Sequence[str]) -> Array:
        """Give a unit vector a word alone, at almost no cost; (n, 0) where it has none."""


class Remembering:
    """An embedder that keeps the vectors of the last texts; safe to share between threads."""

    def __init__(self, inner: Embedder, *, most: int = _KEPT_TEXTS) -> None:
        self._inner = inner
        self._most = most
        self._kept: OrderedDict[str, Array] = OrderedDict()
        self._lock = threading.Lock()

    @property
    def name(self) -> str:
        return self._inner.name

    @property
    def words(self) -> frozenset[str]:
        return self._inner.words

    def encode(self, texts: Sequence[str]) -> Array:
        with self._lock:
            known = {text: self._kept[text] for text in texts if text in self._kept}
        fresh = [text for text in dict.fromkeys(texts) if text not in known]
        if fresh:
            known.update(zip(fresh, self._inner.encode(fresh), strict=True))
        with self._lock:
            for text in texts:
                if len(text) <= _LONGEST_KEPT:
                    self._kept[text] = known[text]
                    self._kept.move_to_end(text)
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)
        return np.stack([known[text] for text in texts]) if texts else np.zeros((0, SIZE), "f4")

    def of_words(self, words: Sequence[str]) -> Array:
        return self._inner.of_words(words)


def open_minilm(*, cache_dir: Path) -> Remembering:
    """Open the built-in embedder; the weights are proved once per install.

    Raises:
        Misconfigured: the weights are missing or not the official ones.
    """
    files = weights.find()
    weights.check(files.weights, cache_dir=cache_dir)
    return Remembering(MiniLM(files))


def encode_kept(embedder: Embedder, texts: Sequence[str], *, cache_dir: Path) -> Array:
    """Encode texts that are the same at every start; their vectors lie on disk by text hash.

    A damaged or foreign file is made again.
    """
    path = cache_dir / f"vectors-{_digest(embedder.name)[:16]}.npz"
    kept = _read(path)
    keys = [_digest(text) for text in texts]
    missing = {key: text for key, text in zip(keys, texts, strict=True) if key not in kept}
    if missing:
        vectors = embedder.encode(list(missing.values()))
        kept.update(zip(missing, vectors, strict=True))
        # Another config's vectors stay: versions come back, and processes share a folder.
        kept = {**_read(path), **kept}
        if len(kept) > _KEPT_ON_DISK:
            kept = {key: kept[key] for key in keys}
        _write(path, kept)
    return np.stack([kept[key] for key in keys]) if keys else np.zeros((0, SIZE), "f4")


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:40]


def _read(path: Path) -> dict[str, Array]:
    try:
        with path.open("rb") as raw, np.load(raw, allow_pickle=False) as file:
            keys, vectors = file["keys"], file["vectors"]
    except (OSError, ValueError, KeyError, EOFError, BadZipFile):
        return {}
    if vectors.ndim != 2 or vectors.dtype != np.float32 or len(keys) != len(vectors):
        return {}
    return {str(key): vector for key, vector in zip(keys, vectors, strict=True)}


def _write(path: Path, kept: dict[str, Array]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f"{path.name}.{os.getpid()}.new")
    with fresh.open("wb") as file:
        np.savez(file, keys=np.array(list(kept)), vectors=np.stack(list(kept.values())))
    fresh.replace(path)
