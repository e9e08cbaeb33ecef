"""Kokoro by sherpa-onnx in a process of its own: `... MODEL_FOLDER SPEAKER SPEED THREADS LANGUAGE`.

How words sound is told by the program espeak-ng where it is there: it knows names and other words
that a model's lexicon leaves out without a sound.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from textwrap import wrap
from typing import Any

from appliance.models.speech import _stdio

_PAUSES = re.compile(r"([,.;:!?…]+)")
_ESPEAK_S = 5.0
# What is longer than 510 at once ends the process.
_MOST_SIGNS = 400


def _main(
    path: str, speaker: str = "0", speed: str = "1.0", threads: str = "2", language: str = "en-us"
) -> None:
    import sherpa_onnx  # noqa: PLC0415 - a library of this process alone

    folder = Path(path)
    lexicons = sorted(folder.glob("lexicon*.txt"))
    espeak = shutil.which("espeak-ng")
    if not (espeak or lexicons):
        _stdio.tell(
            error=f"{path} has no lexicon. Without one it needs the program espeak-ng: "
            "apt-get install espeak-ng"
        )
        return
    config = sherpa_onnx.OfflineTtsConfig(
        model=sherpa_onnx.OfflineTtsModelConfig(
            kokoro=sherpa_onnx.OfflineTtsKokoroModelConfig(
                model=str(min(folder.glob("model*.onnx"))),
                voices=str(folder / "voices.bin"),
                tokens=str(folder / "tokens.txt"),
                lexicon=",".join(map(str, lexicons)),
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
    signs = _signs(folder / "tokens.txt")
    _stdio.tell(ready=True, rate=voice.sample_rate)
    for piece in _stdio.pieces():
        wanted = sherpa_onnx.GenerationConfig()
        wanted.sid, wanted.speed = int(speaker), float(speed)
        text = piece.decode()
        if espeak:
            sounds = "".join(s for s in _sounds(espeak, text, language) if s in signs)
            wanted.phoneme_codepoints = [[*map(ord, part)] for part in wrap(sounds, _MOST_SIGNS)]
        _stdio.sound(_spoken(voice, text, wanted))


def _spoken(voice: Any, text: str, wanted: Any) -> Iterator[bytes]:
    import numpy as np  # noqa: PLC0415

    if any(map(str.isalnum, text)):
        made = np.asarray(voice.generate(text, wanted).samples, np.float32)
        yield (np.clip(made, -1, 1) * 32767).astype("<i2").tobytes()


def _sounds(espeak: str, text: str, language: str) -> str:
    """Give a text's sounds in the international alphabet, its pauses kept."""
    parts = _PAUSES.split(text)
    return "".join(
        part if place % 2 else f" {_ipa(espeak, part, language)}"
        for place, part in enumerate(parts)
        if part.strip()
    ).strip()


def _ipa(espeak: str, words: str, language: str) -> str:
    """Ask espeak-ng, which may not know a language by its country: `en-in` is then `en`."""
    for known in (language, language.partition("-")[0]):
        command = [espeak, "-q", "--ipa", "-v", known, "--", words.replace("\0", " ")]
        done = subprocess.run(  # noqa: S603 - no shell, and the words stand after --
            command, capture_output=True, text=True, timeout=_ESPEAK_S, check=False
        )
        if done.returncode == 0:
            return " ".join(done.stdout.split())
    return words


def _signs(tokens: Path) -> frozenset[str]:
    """Give the signs the model knows."""
    lines = tokens.read_text("utf-8").splitlines()
    return frozenset(line.rpartition(" ")[0] or " " for line in lines)


if __name__ == "__main__":
    _main(*sys.argv[1:6])
