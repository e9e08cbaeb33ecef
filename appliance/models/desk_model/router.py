"""Which of the known wishes a sentence is: embeddings and letters, with a measure of doubt."""

from __future__ import annotations

import re
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np
import numpy.typing as npt

from appliance.models.embedder import Array, Embedder, encode_kept

_BUCKETS = 4096
_STEPS = 300
_RATE = 1.8
_TRUST = 30
_LONGEST_QUERY = 500
_MOST_PIECES = 90


@dataclass(frozen=True, slots=True)
class Ranked:
    """A wish with its share of the vote (0..1) and its nearness to the examples (cosine)."""

    intent: str
    share: float
    nearness: float
    score: float


class Router:
    """Softmax regression on embeddings, helped by the nearest examples and letter n-grams."""

    def __init__(
        self, examples: Mapping[str, Sequence[str]], embedder: Embedder, *, cache_dir: Path
    ) -> None:
        self._embedder = embedder
        self._names = list(examples)
        texts = [prepared(text) for name in self._names for text in examples[name]]
        labels = [place for place, name in enumerate(self._names) for _ in examples[name]]
        self._labels = np.array(labels, np.int64)
        self._vectors = encode_kept(embedder, texts, cache_dir=cache_dir)
        self._places = [np.flatnonzero(self._labels == p) for p in range(len(self._names))]
        self._centres = _units(np.stack([self._vectors[p].mean(0) for p in self._places]))
        counts = np.stack([_grams(text) for text in texts])
        self._weights_of_grams = np.log((1 + len(texts)) / (1 + (counts > 0).sum(0))) + 1
        self._letters = _units(np.sqrt(counts) * self._weights_of_grams)
        self._regression = _fit(self._vectors, self._labels, len(self._names))

    def rank(self, text: str) -> list[Ranked]:
        """Give every wish, likeliest first."""
        words = prepared(text)
        vector = self._embedder.encode([words])[0]
        near = self._nearest(self._vectors @ vector)
        centre = self._centres @ vector
        letters = self._nearest(
            self._letters @ _unit(np.sqrt(_grams(words)) * self._weights_of_grams)
        )
        logits = self._regression @ np.append(vector, np.float32(1))
        share = np.exp(logits - logits.max())
        share /= share.sum()
        score = np.log(share + 1e-9) / 5 + 0.5 * near + 0.5 * centre + 0.25 * letters
        order = np.argsort(-score)
        return [
            Ranked(
                self._names[place],
                float(share[place]),
                float((near[place] + centre[place]) / 2 + 0.15 * letters[place]),
                float(score[place]),
            )
            for place in order
        ]

    def _nearest(self, likeness: Array) -> Array:
        """Give each wish's mean likeness to its three nearest examples."""
        return np.array(
            [np.sort(likeness[places])[-3:].mean() for places in self._places], np.float32
        )


def prepared(text: str) -> str:
    """Give the words that carry the wish: no greeting before it, no address, no thanks after."""
    words = re.sub(r"\S+@\S+", "", text.lower())
    words = re.sub(
        r"^\W*(?:please )?(?:i(?:'d| would) like to know|i want to know|(?:can|could) you tell me|"
        r"i(?:'m| was| am)? wonder(?:ing)?|do you know|let me know(?! when| once| as soon)|tell "
        r"me|may i ask|can i ask)"
        r"(?: if| whether)?[\s,]+(?=(?!about)\w+\W+\w+)",
        "",
        words,
    )
    words = re.sub(
        r"^\W*(?:(?:hi|hello|hey|good (?:morning|afternoon|evening|day)|greetings|dear \w+)"
        r"(?: there| team| all| again)?\b[\s,.!-]*)+(?=\w+\W+\w)",
        "",
        words,
    )
    words = re.sub(
        r"[\s,.!]*\b(?:thanks|thank you|cheers|please)(?: so much| a lot)?[\s.!]*$", "", words
    )
    words = re.sub(
        r"^\W*(?:(?:and|also|ok|okay|so|well|oh|um|but|then|great)\b[\s,.!-]*)+(?=\w+\W+\w)",
        "",
        words,
    )
    words = " ".join(words.split()).strip(" ,;:!-")
    return _shortened(words or text.lower())


def _shortened(words: str) -> str:
    """Give the beginning, some 128 tokens: the network's time grows with them."""
    short = words[:_LONGEST_QUERY]
    last = next(islice(re.finditer(r"\w+|[^\w\s]", short), _MOST_PIECES, None), None)
    return short[: last.start()].rstrip() if last else short


def _grams(text: str) -> Array:
    counts = np.zeros(_BUCKETS, np.float32)
    for word in re.findall(r"[\w']+", text.lower()):
        padded = f" {word} "
        for size in (2, 3, 4):
            for start in range(len(padded) - size + 1):
                counts[zlib.crc32(padded[start : start + size].encode()) % _BUCKETS] += 1
    return counts


def _units(rows: npt.NDArray[np.float32]) -> Array:
    result: Array = (rows / (np.linalg.norm(rows, axis=1, keepdims=True) + 1e-9)).astype(np.float32)
    return result


def _unit(row: npt.NDArray[np.float32]) -> Array:
    unit: Array = _units(row[None])[0]
    return unit


def _fit(vectors: Array, labels: npt.NDArray[np.int64], classes: int) -> Array:
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
    for step in range(_STEPS):
        logits = inputs @ ahead.T
        share = np.exp(logits - logits.max(1, keepdims=True))
        share /= share.sum(1, keepdims=True)
        slope = ((share - truth) * weight).T @ inputs + np.float32(decay) * ahead
        fresh = ahead - np.float32(_RATE) * slope
        ahead = fresh + np.float32(step / (step + 3)) * (fresh - matrix)
        matrix = fresh
    return matrix
