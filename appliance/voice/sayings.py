"""Sentences of ours as sound, made once and kept: spoken at once, and when no voice is left.

A file is 16-bit mono samples. Its name is a digest of what it was made of, the voice included.
"""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from livekit import rtc
from livekit.agents import APIConnectOptions, APIError, tts

from appliance.core import errors, ids, logs
from appliance.voice.speakable import speakable

_FRAME_S = 0.05
_ONCE = APIConnectOptions(max_retry=0, timeout=8.0)

_log = logs.get(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sayings:
    """What is kept of one voice; `made_by` is all that tells this voice from another."""

    folder: Path
    mouth: tts.TTS[Any]
    made_by: str

    def find(self, sentence: str) -> AsyncIterator[rtc.AudioFrame] | None:
        """Find a sentence's sound."""
        try:
            sound = self._path(sentence).read_bytes()
        except OSError:
            return None
        return _frames(sound, self.mouth.sample_rate)

    async def prepare(self, sentences: Iterable[str]) -> None:
        """Make what is missing; what cannot be made now is made in another call."""
        for sentence in sentences:
            path = self._path(sentence)
            if path.exists():
                continue
            try:
                sound = b"".join(bytes(each.data) for each in await self.make(sentence))
                _write(path, sound)
            except (APIError, OSError, errors.Error) as cause:
                _log.warning("a sentence could not be kept as sound", why=type(cause).__name__)
                return

    async def make(self, sentence: str) -> list[rtc.AudioFrame]:
        """Speak a sentence that is not kept.

        Raises:
            APIError: nobody can speak now.
        """
        async with self.mouth.synthesize(speakable(sentence), conn_options=_ONCE) as made:
            return [each.frame async for each in made]

    def _path(self, sentence: str) -> Path:
        made_of = f"{self.made_by}|{self.mouth.sample_rate}|{speakable(sentence)}"
        return self.folder / f"{hashlib.sha256(made_of.encode()).hexdigest()[:32]}.pcm"


def _write(path: Path, sound: bytes) -> None:
    """Write a file whole: another call may be reading or writing the same."""
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_suffix(f".{ids.new_id()}")
    new.write_bytes(sound)
    new.replace(path)


async def _frames(sound: bytes, rate: int) -> AsyncIterator[rtc.AudioFrame]:
    size = int(rate * _FRAME_S) * 2
    for start in range(0, len(sound), size):
        part = sound[start : start + size]
        yield rtc.AudioFrame(part, rate, 1, len(part) // 2)
