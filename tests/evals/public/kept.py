"""An embedder whose vectors lie on disk: the second run of an evaluation is quick."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from appliance.models.embedder import SIZE, Array, Embedder, encode_kept


class Kept:
    """Keeps vectors in one file a data set; a text that comes alone is not written there."""

    def __init__(self, inner: Embedder, *, cache_dir: Path) -> None:
        self._inner = inner
        self._cache_dir = cache_dir
        self._known: dict[str, Array] = {}

    @property
    def name(self) -> str:
        return self._inner.name

    @property
    def words(self) -> frozenset[str]:
        return self._inner.words

    def learn(self, of: str, texts: Iterable[str]) -> None:
        """Have the vectors of these texts ready, from the set's own file where it has them."""
        wanted = list(dict.fromkeys(texts))
        vectors = encode_kept(self._inner, wanted, cache_dir=self._cache_dir / of)
        self._known.update(zip(wanted, vectors, strict=True))

    def encode(self, texts: Sequence[str]) -> Array:
        fresh = [text for text in dict.fromkeys(texts) if text not in self._known]
        if fresh:
            if len(fresh) > 1:
                self.learn("others", fresh)
            else:
                self._known[fresh[0]] = self._inner.encode(fresh)[0]
        return (
            np.stack([self._known[text] for text in texts]) if texts else np.zeros((0, SIZE), "f4")
        )
