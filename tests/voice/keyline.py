"""A call's sound for the keypad menu, pressed by script."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from appliance.connectors.phone import prompts
from appliance.voice.transfer import Errand, Handed

# So long "hears" a caller of the script each sentence.
HEARD_S = 0.01
SPEECH = (np.sin(np.arange(3 * prompts.RATE) / 5) * 5000).astype("<i2").tobytes()


@dataclass
class Line:
    """A call that is pressed by script; without a key there is silence, at once."""

    keys: list[str]
    message: bytes = b""
    person: bool = False
    hangs_up: bool = False
    when_silent: Callable[[], None] = lambda: None
    gone: asyncio.Event = field(default_factory=asyncio.Event)
    played: int = 0

    async def play(self, samples: bytes, *, until: Callable[[], bool]) -> None:
        assert samples
        self.played += len(samples)
        await asyncio.sleep(HEARD_S)

    async def key(self, within_s: float) -> str | None:
        if self.keys:
            return self.keys.pop(0)
        if self.hangs_up:
            self.gone.set()
        self.when_silent()
        return None

    def has_key(self) -> bool:
        return bool(self.keys)

    async def record(self, most_s: float) -> bytes:
        return self.message

    async def hand_over(self, errand: Errand) -> Handed:
        assert await errand.announcement()
        return Handed.TAKEN if self.person else Handed.NOT_TAKEN

    async def hang_up(self) -> None:
        self.gone.set()
