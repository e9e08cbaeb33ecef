"""faster-whisper in a process of its own: `... MODEL LANGUAGE THREADS COMPUTE`."""

from __future__ import annotations

import sys

from appliance.models.speech import _stdio

# What is longer is forgotten from its beginning: the model hears thirty seconds.
_MOST_BYTES = 30 * 16_000 * 2


def _main(path: str, language: str = "en", threads: str = "2", compute: str = "int8") -> None:
    import numpy as np  # noqa: PLC0415 - libraries of this process alone
    from faster_whisper import WhisperModel  # noqa: PLC0415

    try:
        model = WhisperModel(
            path, cpu_threads=int(threads), compute_type=compute, local_files_only=True
        )
    except Exception as cause:  # noqa: BLE001 - told to whoever started us
        _stdio.tell(error=f"faster-whisper cannot load {path}: {cause}")
        return
    _stdio.tell(ready=True)
    heard = bytearray()
    for piece in _stdio.pieces():
        if piece:
            heard += piece
            del heard[:-_MOST_BYTES]
            continue
        samples = np.frombuffer(bytes(heard), np.int16).astype(np.float32) / 32768
        heard.clear()
        parts, _ = model.transcribe(samples, language=language, beam_size=1)
        _stdio.tell(final=" ".join(part.text.strip() for part in parts))


if __name__ == "__main__":
    _main(*sys.argv[1:5])
