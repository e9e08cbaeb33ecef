"""sherpa-onnx in a process of its own: `... MODEL_FOLDER THREADS`, a streaming transducer."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from appliance.models.speech import _stdio

_RATE = 16_000
# What the encoder looks ahead must follow the last word: without it, that word is lost.
_TAIL_S = 0.66


def _main(path: str, threads: str = "2") -> None:
    import numpy as np  # noqa: PLC0415 - libraries of this process alone
    import sherpa_onnx  # noqa: PLC0415

    folder = Path(path)
    try:
        recogniser = sherpa_onnx.OnlineRecognizer.from_transducer(
            tokens=str(folder / "tokens.txt"),
            encoder=_part(folder, "encoder", is_small=True),
            decoder=_part(folder, "decoder", is_small=False),
            joiner=_part(folder, "joiner", is_small=True),
            num_threads=int(threads),
        )
    except Exception as cause:  # noqa: BLE001 - told to whoever started us
        _stdio.tell(error=f"sherpa-onnx cannot load {path}: {cause}")
        return
    _stdio.tell(ready=True)
    stream, told = recogniser.create_stream(), ""
    tail = np.zeros(int(_TAIL_S * _RATE), np.float32)
    for piece in _stdio.pieces():
        if not piece:
            stream.accept_waveform(_RATE, tail)
            stream.input_finished()
            _stdio.tell(final=_words(recogniser, stream))
            stream, told = recogniser.create_stream(), ""
            continue
        stream.accept_waveform(_RATE, np.frombuffer(piece, np.int16).astype(np.float32) / 32768)
        if (words := _words(recogniser, stream)) != told:
            told = words
            _stdio.tell(interim=words)


def _words(recogniser: Any, stream: Any) -> str:
    while recogniser.is_ready(stream):
        recogniser.decode_stream(stream)
    # The models of Librispeech and Gigaspeech know capitals only.
    words = str(recogniser.get_result(stream)).strip()
    return words.lower() if words.isupper() else words


def _part(folder: Path, name: str, *, is_small: bool) -> str:
    """Give a part of the model, of two precisions the one that fits: small parts gain nothing."""
    found = sorted(folder.glob(f"*{name}*.onnx"))
    return str(next((path for path in found if (".int8." in path.name) == is_small), found[0]))


if __name__ == "__main__":
    _main(*sys.argv[1:3])
