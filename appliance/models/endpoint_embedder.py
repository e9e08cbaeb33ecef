"""An embedder behind an OpenAI-compatible `/embeddings` address.

Source: https://platform.openai.com/docs/api-reference/embeddings (read 2026-11).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx
import numpy as np

from appliance.core import errors
from appliance.models.minilm import Array

CONNECT_S, TOTAL_S = 5.0, 30.0
_BATCH = 64
_TRIES = 3
_LONGEST_PAUSE_S = 5.0


@dataclass(frozen=True, slots=True)
class EndpointEmbedder:
    """Texts to vectors by a server. Its key is kept out of every sentence and log."""

    base_url: str
    model: str
    key: str | None = field(default=None, repr=False)
    timeout_s: float = TOTAL_S
    sleep: Callable[[float], None] = time.sleep

    @property
    def name(self) -> str:
        """Which vectors these are: another server may serve another model of that name."""
        return f"{self.model} at {self.base_url.rstrip('/')}"

    @property
    def words(self) -> frozenset[str]:
        """Servers do not tell."""
        return frozenset()

    def encode(self, texts: Sequence[str]) -> Array:
        """Give (n, size) float32 of unit length, in order.

        Raises:
            Unavailable: the server does not answer, or not now.
            Misconfigured: it refuses the key or the model.
        """
        with httpx.Client(
            timeout=httpx.Timeout(self.timeout_s, connect=CONNECT_S), trust_env=False
        ) as client:
            made = [
                self._batch(client, list(texts[at : at + _BATCH]))
                for at in range(0, len(texts), _BATCH)
            ]
        return np.concatenate(made) if made else np.zeros((0, 1), np.float32)

    def of_words(self, words: Sequence[str]) -> Array:
        """Servers have none that cost nothing."""
        return np.zeros((len(words), 0), np.float32)

    def _batch(self, client: httpx.Client, texts: list[str]) -> Array:
        for tries in range(1, _TRIES + 1):
            try:
                return self._asked(client, texts)
            except errors.Unavailable as wrong:
                pause = wrong.retry_after_s or 0.5 * tries
                if tries == _TRIES or pause > _LONGEST_PAUSE_S:
                    raise
                self.sleep(pause)
        raise AssertionError("unreachable: the last try returns or raises")

    def _asked(self, client: httpx.Client, texts: list[str]) -> Array:
        headers = {"authorization": f"Bearer {self.key}"} if self.key else {}
        try:
            answer = client.post(
                f"{self.base_url.rstrip('/')}/embeddings",
                json={"model": self.model, "input": texts, "encoding_format": "float"},
                headers=headers,
            )
        except httpx.HTTPError as cause:
            kind = type(cause).__name__
            raise errors.Unavailable(
                f"The embedder {self.name} does not answer ({kind})."
            ) from None
        if answer.status_code == 429 or answer.status_code >= 500:
            raise errors.Unavailable(
                f"The embedder {self.name} answers {answer.status_code}.",
                retry_after_s=_seconds(answer.headers.get("retry-after")),
            )
        if answer.status_code != 200:
            raise errors.Misconfigured(
                f"The embedder {self.name} refuses ({answer.status_code}). Check the model's name "
                "and the secret under `knowledge.embedder` in bot_config.yaml."
            )
        return _read(answer, len(texts), self.name)


def _read(answer: httpx.Response, expected: int, name: str) -> Array:
    try:
        rows: list[Any] = sorted(answer.json()["data"], key=lambda row: row["index"])
        made = np.array([row["embedding"] for row in rows], dtype=np.float32)
    except (ValueError, KeyError, TypeError, AttributeError):
        made = np.zeros((0, 0), np.float32)
    if made.ndim != 2 or len(made) != expected or not made.size or not np.isfinite(made).all():
        raise errors.Unavailable(f"The embedder {name} answers something that is no embedding.")
    length = np.linalg.norm(made, axis=1, keepdims=True)
    unit: Array = made / np.maximum(length, np.float32(1e-12))
    return unit


def _seconds(said: str | None) -> float | None:
    return float(said) if said and said.isdigit() else None
