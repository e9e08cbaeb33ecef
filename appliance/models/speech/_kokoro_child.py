"""Kokoro by sherpa-onnx in a process of its own: `... MODEL_FOLDER SPEAKER SPEED THREADS LANG`."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from appliance.models.speech import _stdio


def _main(
    path: str, speaker: str = "0", speed: str = "1.0", threads: str = "2", language: str = ""
) -> None:
    import sherpa_onnx  # noqa: PLC0415 - a library of this process alone

    folder = Path(path)
    config = sherpa_onnx.OfflineTtsConfig(
        model=sherpa_onnx.OfflineTtsModelConfig(
            kokoro=sherpa_onnx.OfflineTtsKokoroModelConfig(
                model=str(min(folder.glob("model*.onnx"))),
                voices=str(folder / "voices.bin"),
                tokens=str(folder / "tokens.txt"),
                data_dir=str(folder / "espeak-ng-data"),
                lexicon=",".join(map(str, sorted(folder.glob("lexicon*.txt")))),
                lang=language,
            ),
            num_threads=int(threads),
        ),
        max_num_sentences=1,
    )
    if not config.validate():
        _stdio.tell(error=f"Kokoro cannot load {path}: the lines above say why")
        return
    voice = sherpa_onnx.OfflineTts(config)
    if int(speaker) >= voice.num_speakers:
        _stdio.tell(error=f"{path} has {voice.num_speakers} speakers, counted from 0")
        return
    _stdio.tell(ready=True, rate=voice.sample_rate)
    for piece in _stdio.pieces():
        _stdio.sound(_spoken(voice, piece.decode(), int(speaker), float(speed)))


def _spoken(voice: Any, text: str, speaker: int, speed: float) -> Iterator[bytes]:
    import numpy as np  # noqa: PLC0415

    if any(map(str.isalnum, text)):
        made = np.asarray(voice.generate(text, sid=speaker, speed=speed).samples, np.float32)
        yield (np.clip(made, -1, 1) * 32767).astype("<i2").tobytes()


if __name__ == "__main__":
    _main(*sys.argv[1:6])
