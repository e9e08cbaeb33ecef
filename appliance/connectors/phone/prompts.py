"""Sentences that can be spoken without any speech service: recordings that lie beside this file.

They are sounds of 16 bits at 8 kHz. An operator's own recording of the same name, in the folder
`recordings` of the data folder, comes before ours.
"""

from __future__ import annotations

import wave
from pathlib import Path

RATE = 8000
_OURS = Path(__file__).parent / "recordings"


def samples(name: str, *, own: Path | None = None) -> bytes:
    """Give a recording's samples; empty where there is none of that name and kind."""
    for folder in (own, _OURS):
        path = folder / f"{name}.wav" if folder else None
        if path and path.exists():
            with wave.open(str(path), "rb") as sound:
                kind = (sound.getnchannels(), sound.getsampwidth(), sound.getframerate())
                if kind == (1, 2, RATE):
                    return sound.readframes(sound.getnframes())
    return b""
