"""How alike sentences and wishes are: examples, centres, letters and a softmax regression.

The weights were chosen on examples of CLINC150's and BANKING77's training parts that were left out
of the twenty an intent that were learnt from.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from appliance.models.embedder import Array

Labels = npt.NDArray[np.int64]

_BUCKETS = 4096
_STEPS = 300
_RATE = 1.8
_TRUST = 30
_VOTE = 0.2
_NEAREST = 0.5
_CENTRE = 0.25
_LETTERS = 1.0
_LETTERS_NEAR = 0.15
_LEAST_SHARE = 1e-9
SHARE_SURE = 0.16
"""What all votes add to how sure a wish is."""


@dataclass(frozen=True, slots=True)
class Scores:
    """A row a sentence, a column a wish.

    Attributes:
        share: Its share of the vote (0..1).
        nearness: Its nearness to the examples: a cosine, letters weighed in.
        score: What decides which wish is the likeliest.
    """

    share: Array
    nearness: Array
    score: Array

    @property
    def sureness(self) -> Array:
        """What tells a known wish from one never heard of."""
        sure: Array = self.nearness + np.float32(SHARE_SURE) * self.share
        return sure


@dataclass(frozen=True, slots=True)
class Likeness:
    """What was learnt from examples. Build it with `learn`."""

    vectors: Array
    centres: Array
    letters: Array
    weights: Array
    matrix: Array
    places: tuple[npt.NDArray[np.int64], ...]

    @classmethod
    def learn(
        cls, vectors: Array, counts: Array, labels: Labels, *, steps: int = _STEPS
    ) -> Likeness:
        """Learn from the examples' vectors and letters; labels count up from 0, each has some."""
        classes = int(labels.max()) + 1
        places = tuple(np.flatnonzero(labels == place) for place in range(classes))
        weights = np.log((1 + len(labels)) / (1 + (counts > 0).sum(0))) + 1
        return cls(
            vectors=vectors,
            centres=_units(np.stack([vectors[own].mean(0) for own in places])),
            letters=_units(np.sqrt(counts) * weights),
            weights=weights.astype(np.float32),
            matrix=_fit(vectors, labels, classes, steps),
            places=places,
        )

    def of(self, vectors: Array, counts: Array) -> Scores:
        """Compare sentences with every wish."""
        near = self._nearest(vectors @ self.vectors.T)
        centre = vectors @ self.centres.T
        letters = self._nearest(_units(np.sqrt(counts) * self.weights) @ self.letters.T)
        inputs = np.hstack([vectors, np.ones((len(vectors), 1), np.float32)])
        share = _softmax(inputs @ self.matrix.T)
        score = _VOTE * np.log(share + np.float32(_LEAST_SHARE))
        score += _NEAREST * near + _CENTRE * centre + _LETTERS * letters
        return Scores(share, (near + centre) / 2 + np.float32(_LETTERS_NEAR) * letters, score)

    def _nearest(self, likeness: Array) -> Array:
        """Give each wish's mean likeness to its three nearest examples."""
        best = [np.sort(likeness[:, own], axis=1)[:, -3:].mean(1) for own in self.places]
        return np.stack(best, axis=1)


def letters_of(texts: Sequence[str]) -> Array:
    """Count the two to four letters that stand together, hashed into a row a text."""
    counts = np.zeros((len(texts), _BUCKETS), np.float32)
    for row, text in zip(counts, texts, strict=True):
        for word in re.findall(r"[\w']+", text.lower()):
            padded = f" {word} "
            for size in (2, 3, 4):
                for start in range(len(padded) - size + 1):
                    row[zlib.crc32(padded[start : start + size].encode()) % _BUCKETS] += 1
    return counts


def _units(rows: npt.NDArray[np.float32]) -> Array:
    result: Array = (rows / (np.linalg.norm(rows, axis=1, keepdims=True) + 1e-9)).astype(np.float32)
    return result


def _softmax(logits: Array) -> Array:
    powers = np.exp(logits - logits.max(1, keepdims=True))
    share: Array = powers / powers.sum(1, keepdims=True)
    return share


def _fit(vectors: Array, labels: Labels, classes: int, steps: int) -> Array:
    """Softmax regression by accelerated gradient steps; small, so the whole set at each step.

    Wishes with fewer than five examples weigh no less: every class counts the same.
    """
    sizes = np.bincount(labels, minlength=classes).astype(np.float32)
    weight = (1 / (classes * np.maximum(sizes, 1)))[labels][:, None].astype(np.float32)
    inputs = np.hstack([vectors, np.ones((len(vectors), 1), np.float32)])
    truth = np.zeros((len(labels), classes), np.float32)
    truth[np.arange(len(labels)), labels] = 1
    decay = 1 / (_TRUST * len(labels))
    matrix = np.zeros((classes, inputs.shape[1]), np.float32)
    ahead = matrix
    for step in range(steps):
        share = _softmax(inputs @ ahead.T)
        slope = ((share - truth) * weight).T @ inputs + np.float32(decay) * ahead
        fresh = ahead - np.float32(_RATE) * slope
        ahead = fresh + np.float32(step / (step + 3)) * (fresh - matrix)
        matrix = fresh
    return matrix
