"""Test doubles for hearing and speaking, as programs that speak the appliance's own framing.

`python -m tests.fakes.speech hear SCRIPT` recognises by script: at the end of each utterance the
next line of the file; `... count` tells how many bytes each held. `... flite` and `... espeak` are
real voices of Debian; `... tone` a voice made of a tone, as long as the words would take.
"""

from __future__ import annotations

import json
import math
import struct
import subprocess
import sys
import wave
from io import BytesIO
from pathlib import Path

_TONE_RATE = 16_000
_S_PER_WORD = 0.28


def program(*arguments: str) -> list[str]:
    """Give the command that runs one of the doubles, for a config."""
    return [sys.executable, str(Path(__file__).resolve()), *arguments]


def _piece() -> bytes | None:
    head = sys.stdin.buffer.read(4)
    if len(head) < 4:
        return None
    (length,) = struct.unpack("<I", head)
    return sys.stdin.buffer.read(length)


def _line(told: object) -> None:
    sys.stdout.buffer.write(json.dumps(told).encode() + b"\n")
    sys.stdout.buffer.flush()


def _sound(sound: bytes) -> None:
    for start in range(0, len(sound), 6400):
        part = sound[start : start + 6400]
        sys.stdout.buffer.write(struct.pack("<I", len(part)) + part)
        sys.stdout.buffer.flush()
    sys.stdout.buffer.write(struct.pack("<I", 0))
    sys.stdout.buffer.flush()


def hear(script: Path) -> None:
    """Recognise by script; `!die` ends the program, `!nothing` hears nothing.

    A script that begins with `!gone` ends it before it is ready.
    """
    if script.read_text("utf-8").startswith("!gone"):
        sys.exit(3)
    _line({"ready": True})
    place, loud = 0, 0
    while (piece := _piece()) is not None:
        if piece:
            loud = max(loud, max(map(abs, memoryview(piece).cast("h")), default=0))
            continue
        lines = script.read_text("utf-8").splitlines()
        if loud > 300 and place < len(lines):
            words = lines[place]
            place += 1
            if words in {"!die", "!gone"}:
                sys.exit(3)
            if words != "!nothing":
                _line({"interim": words.split(" ")[0]})
                _line({"final": words})
        loud = 0


def count() -> None:
    """Recognise how many bytes each utterance held."""
    _line({"ready": True})
    held = 0
    while (piece := _piece()) is not None:
        held += len(piece)
        if not piece:
            _line({"final": str(held)})
            held = 0


def _wav_of(command: list[str], text: str | None) -> bytes:
    done = subprocess.run(
        command, input=text.encode() if text else None, capture_output=True, check=True
    )
    with wave.open(BytesIO(done.stdout)) as file:
        sound: bytes = file.readframes(1 << 30)
        return sound


def flite(text: str, voice: str = "slt") -> bytes:
    """Speak by flite: 16 kHz."""
    return _wav_of(["flite", "-voice", voice, "-t", text, "-o", "/dev/stdout"], None)


def espeak(text: str) -> bytes:
    """Speak by espeak-ng: 22050 Hz."""
    return _wav_of(["espeak-ng", "-v", "en-us", "--stdout"], text)


def tone(text: str) -> bytes:
    """Hum for as long as the words would take: 16 kHz."""
    count = int(max(len(text.split()), 1) * _S_PER_WORD * _TONE_RATE)
    wave_of = (int(8000 * math.sin(place * 0.17)) for place in range(count))
    return struct.pack(f"<{count}h", *wave_of)


_VOICES = {"flite": (flite, 16_000), "espeak": (espeak, 22_050), "tone": (tone, _TONE_RATE)}


def speak(voice: str, gone: Path | None = None) -> None:
    """Speak each text; where the file `gone` exists, the program ends instead."""
    make, rate = _VOICES[voice]
    if gone is not None and gone.exists():
        sys.exit(3)
    _line({"ready": True, "rate": rate})
    while (piece := _piece()) is not None:
        text = piece.decode()
        if gone is not None and gone.exists():
            sys.exit(3)
        _sound(make(text) if any(map(str.isalnum, text)) else b"")


if __name__ == "__main__":
    if sys.argv[1] == "hear":
        hear(Path(sys.argv[2]))
    elif sys.argv[1] == "count":
        count()
    else:
        speak(sys.argv[1], Path(sys.argv[2]) if len(sys.argv) > 2 else None)
