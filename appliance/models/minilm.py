"""all-MiniLM-L6-v2 in NumPy: six layers of BERT, mean pooling, unit length. No torch, no scipy.

Source: sentence-transformers/all-MiniLM-L6-v2 (Apache-2.0); largest difference to the original
1.3e-7 (measured 2026-11). One thread is best: see `appliance.__init__`.
"""

from __future__ import annotations

import math
import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import numpy.typing as npt
from tokenizers import Tokenizer

from appliance.models.weights import Files, Tensors, load

Array = npt.NDArray[np.float32]

SIZE = 384
_LAYERS = 6
_HEADS = 12
_WINDOW = 256
_BATCH = 32
_FEW = 48
_WORDS_KEPT = 20_000

# erf(x) = x * P(x^2) / Q(x^2) on [-4, 4], a rational minimax fit for float32; error below 2e-7.
_P = (
    -2.72614225801306e-10,
    2.77068142495902e-08,
    -2.10102402082508e-06,
    -5.69250639462346e-05,
    -7.34990630326855e-04,
    -2.95459980854025e-03,
    -1.60960333262415e-02,
)
_Q = (
    -1.45660718464996e-05,
    -2.13374055278905e-04,
    -1.68282697438203e-03,
    -7.37332916720468e-03,
    -1.42647390514189e-02,
)


class MiniLM:
    """The network. `encode` gives one unit vector of 384 per text."""

    name = "all-minilm-l6-v2"

    def __init__(self, files: Files) -> None:
        self._tokenizer = Tokenizer.from_file(str(files.tokenizer))
        self._tokenizer.enable_truncation(_WINDOW)
        self._tokenizer.no_padding()
        self.words = frozenset(word for word in self._tokenizer.get_vocab() if word.isalpha())
        self._weights = load(files.weights)
        self._fused = [_fused(self._weights, layer) for layer in range(_LAYERS)]
        # Of every 64th word: the file is mapped, and what nobody reads takes no memory.
        self._mean = self._weights["embeddings.word_embeddings.weight"][::64].mean(0)
        self._pieces: dict[str, list[int]] = {}

    def encode(self, texts: Sequence[str]) -> Array:
        """Give (n, 384) float32; texts beyond 256 tokens are cut."""
        ids = [encoding.ids for encoding in self._tokenizer.encode_batch(list(texts))]
        by_length = sorted(range(len(ids)), key=lambda place: len(ids[place]))
        batches = [by_length[at : at + _BATCH] for at in range(0, len(by_length), _BATCH)]
        result = np.zeros((len(ids), SIZE), np.float32)

        def fill(places: list[int]) -> None:
            result[places] = self._forward([ids[place] for place in places])

        if len(batches) < 2:
            for places in batches:
                fill(places)
        else:  # NumPy lets go of the lock: two cores take little more than half the time
            with ThreadPoolExecutor(max_workers=min(4, os.cpu_count() or 1)) as pool:
                list(pool.map(fill, batches))
        return result

    def of_words(self, words: Sequence[str]) -> Array:
        """Give (n, 384) float32 of unit length: what the first layer knows of each word alone.

        It takes no pass through the network. Words alike are near, strangers are not; what the
        words of a sentence mean together, only `encode` tells.
        """
        known = self._pieces  # to the end: another thread may begin a new one
        fresh = [word for word in dict.fromkeys(words) if word not in known]
        if len(known) + len(fresh) > _WORDS_KEPT:
            known = self._pieces = {}
            fresh = list(dict.fromkeys(words))
        encodings = self._tokenizer.encode_batch(fresh, add_special_tokens=False)
        known.update((word, one.ids) for word, one in zip(fresh, encodings, strict=True))
        pieces = [known[word] or [0] for word in words]
        if not pieces:
            return np.zeros((0, SIZE), np.float32)
        table = self._weights["embeddings.word_embeddings.weight"]
        starts = np.cumsum([0, *map(len, pieces[:-1])])
        sums = np.add.reduceat(table[[one for own in pieces for one in own]], starts)
        rows = sums / np.array([[len(own)] for own in pieces], np.float32) - self._mean
        unit: Array = rows / np.linalg.norm(rows, axis=1, keepdims=True)
        return unit

    def _forward(self, batch: list[list[int]]) -> Array:
        longest = max(map(len, batch))
        tokens = np.zeros((len(batch), longest), np.int64)
        mask = np.zeros((len(batch), longest), np.float32)
        for row, ids in enumerate(batch):
            tokens[row, : len(ids)] = ids
            mask[row, : len(ids)] = 1
        x = self._embed(tokens)
        bias = None if mask.all() else ((1 - mask) * np.float32(-1e9))[:, None, None, :]
        for layer in range(_LAYERS):
            x = self._layer(layer, x, bias)
        pooled = (x * mask[..., None]).sum(1) / mask.sum(1, keepdims=True)
        unit: Array = pooled / np.linalg.norm(pooled, axis=1, keepdims=True)
        return unit

    def _embed(self, tokens: npt.NDArray[np.int64]) -> Array:
        w = self._weights
        summed = (
            w["embeddings.word_embeddings.weight"][tokens]
            + w["embeddings.position_embeddings.weight"][: tokens.shape[1]]
            + w["embeddings.token_type_embeddings.weight"][0]
        )
        return _norm(summed, w, "embeddings.LayerNorm")

    def _layer(self, layer: int, x: Array, bias: Array | None) -> Array:
        w, at = self._weights, f"encoder.layer.{layer}."
        rows, length, _ = x.shape
        weight, offset = self._fused[layer]
        flat = x.reshape(-1, SIZE) @ weight + offset
        mixed = flat.reshape(rows, length, 3, _HEADS, SIZE // _HEADS)
        q, k, v = (mixed[:, :, part].transpose(0, 2, 1, 3) for part in range(3))
        scores = q @ k.transpose(0, 1, 3, 2) * np.float32(1 / math.sqrt(SIZE // _HEADS))
        heard = _softmax(scores if bias is None else scores + bias) @ v
        joined = heard.transpose(0, 2, 1, 3).reshape(rows, length, SIZE)
        x = _norm(
            _linear(joined, w, at + "attention.output.dense") + x,
            w,
            at + "attention.output.LayerNorm",
        )
        inner = _gelu(_linear(x, w, at + "intermediate.dense"))
        return _norm(_linear(inner, w, at + "output.dense") + x, w, at + "output.LayerNorm")


def erf(x: Array) -> Array:
    """Give the error function, within 2e-7."""
    clipped = np.clip(x, -4, 4)
    square = clipped * clipped
    result: Array = clipped * _polynomial(_P, square) / _polynomial(_Q, square)
    return result


def _polynomial(factors: tuple[float, ...], x: Array) -> Array:
    total = np.full_like(x, factors[0])
    for factor in factors[1:]:
        total *= x
        total += np.float32(factor)
    return total


def _gelu(x: Array) -> Array:
    result = np.empty_like(x)
    for row, out in zip(x, result, strict=True):  # a row stays in the processor's cache
        curve = erf(row * np.float32(math.sqrt(0.5)))
        curve += 1
        curve *= row
        np.multiply(curve, np.float32(0.5), out=out)
    return result


def _fused(weights: Tensors, layer: int) -> tuple[Array, Array]:
    at = f"encoder.layer.{layer}.attention.self."
    names = ("query", "key", "value")
    return (
        np.ascontiguousarray(np.concatenate([weights[f"{at}{n}.weight"].T for n in names], axis=1)),
        np.concatenate([weights[f"{at}{n}.bias"] for n in names]),
    )


def _linear(x: Array, weights: Tensors, at: str) -> Array:
    # One flat product: NumPy's product of a stack with a transposed matrix is four times slower.
    rows, weight = x.reshape(-1, x.shape[-1]), weights[at + ".weight"]
    # A short text is quicker the other way round (0.3 ms against 0.5 for twelve rows).
    flat = rows @ weight.T if len(rows) > _FEW else np.ascontiguousarray((weight @ rows.T).T)
    flat += weights[at + ".bias"]
    return flat.reshape(*x.shape[:-1], -1)


def _norm(x: Array, weights: Tensors, at: str) -> Array:
    centred = x - x.mean(-1, keepdims=True)
    spread = np.sqrt((centred * centred).mean(-1, keepdims=True) + np.float32(1e-12))
    result: Array = centred / spread * weights[at + ".weight"] + weights[at + ".bias"]
    return result


def _softmax(x: Array) -> Array:
    powers = np.exp(x - x.max(-1, keepdims=True))
    result: Array = powers / powers.sum(-1, keepdims=True)
    return result
