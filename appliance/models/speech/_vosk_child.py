"""Vosk in a process of its own: `python -m appliance.models.speech._vosk_child MODEL`."""

from __future__ import annotations

import json
import sys

from appliance.models.speech import _stdio

_RATE = 16_000


def _main(path: str) -> None:
    import vosk  # noqa: PLC0415 - a library of this process alone

    vosk.SetLogLevel(-1)
    try:
        recogniser = vosk.KaldiRecognizer(vosk.Model(path), _RATE)
    except Exception as cause:  # noqa: BLE001 - told to whoever started us
        _stdio.tell(error=f"Vosk cannot load {path}: {cause}")
        return
    _stdio.tell(ready=True)
    heard: list[str] = []
    for piece in _stdio.pieces():
        if not piece:
            heard.append(json.loads(recogniser.FinalResult())["text"])
            _stdio.tell(final=" ".join(filter(None, heard)))
            heard.clear()
        elif recogniser.AcceptWaveform(piece):
            heard.append(json.loads(recogniser.Result())["text"])
        elif partial := json.loads(recogniser.PartialResult())["partial"]:
            _stdio.tell(interim=" ".join(filter(None, [*heard, partial])))


if __name__ == "__main__":
    _main(sys.argv[1])
