"""Sentences that can be spoken without any speech service: recordings that lie beside this file.

They are sounds of 16 bits at 8 kHz. An operator's own recording of the same name, in the data
folder, comes before ours.
"""

from __future__ import annotations

import asyncio
import time
import wave
from collections.abc import Callable
from pathlib import Path

from appliance.connectors.phone.sip.rtp import FRAME_BYTES, RATE

_OURS = Path(__file__).parent / "recordings"
_FRAME_S = 0.02


def samples(name: str, *, own: Path | None = None) -> bytes:
    """Give a recording's samples; empty where there is none of that name."""
    for folder in (own, _OURS):
        path = folder / f"{name}.wav" if folder else None
        if path and path.exists():
            with wave.open(str(path), "rb") as recording:
                kind = (
                    recording.getnchannels(),
                    recording.getsampwidth(),
                    recording.getframerate(),
                )
                if kind == (1, 2, RATE):
                    return recording.readframes(recording.getnframes())
    return b""


async def play(name: str, say: Callable[[bytes], None], *, own: Path | None = None) -> None:
    """Speak a recording into a call, 20 ms at a time; returns at its end."""
    sound = samples(name, own=own)
    began = time.monotonic()
    for number, at in enumerate(range(0, len(sound), FRAME_BYTES)):
        say(sound[at : at + FRAME_BYTES].ljust(FRAME_BYTES, b"\0"))
        await asyncio.sleep(max(0.0, began + (number + 1) * _FRAME_S - time.monotonic()))
