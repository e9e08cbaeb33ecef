"""Samples as a file that every player knows."""

from __future__ import annotations

import io
import wave


def wav(samples: bytes, *, rate: int, channels: int = 1) -> bytes:
    """Give a WAV file of 16-bit samples."""
    file = io.BytesIO()
    with wave.open(file, "wb") as writing:
        writing.setnchannels(channels)
        writing.setsampwidth(2)
        writing.setframerate(rate)
        writing.writeframes(samples)
    return file.getvalue()
