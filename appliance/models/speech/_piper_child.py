"""Piper in a process of its own: `python -m appliance.models.speech._piper_child MODEL.onnx`."""

from __future__ import annotations

import sys

from appliance.models.speech import _stdio


def _main(path: str) -> None:
    from piper import PiperVoice  # noqa: PLC0415 - a library of this process alone

    try:
        voice = PiperVoice.load(path)
    except Exception as cause:  # noqa: BLE001 - told to whoever started us
        _stdio.tell(error=f"Piper cannot load {path}: {cause}")
        return
    _stdio.tell(ready=True, rate=voice.config.sample_rate)
    for piece in _stdio.pieces():
        _stdio.sound(part.audio_int16_bytes for part in voice.synthesize(piece.decode()))


if __name__ == "__main__":
    _main(sys.argv[1])
