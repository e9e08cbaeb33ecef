"""The kinds of models that run on this machine, and the files by which each is known."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A kind of model.

    Attributes:
        provider: The provider's name in the config; its child is `_{provider}_child`.
        half: Whether it hears or speaks.
        files: Patterns of the files that must be there, from the model's folder.
        entry: The pattern of the one file that is loaded; None: the folder is.
        module: The library that loads it, as Python imports it.
        package: The library, as it is installed.
    """

    provider: str
    half: Literal["hear", "speak"]
    files: tuple[str, ...]
    entry: str | None = None
    module: str
    package: str

    @property
    def child(self) -> str:
        """The module of the process that loads it."""
        return f"appliance.models.speech._{self.provider}_child"

    @property
    def has_library(self) -> bool:
        """Whether its library is installed."""
        return importlib.util.find_spec(self.module) is not None

    @property
    def how_to_install(self) -> str:
        """What to do where the library is missing."""
        return (
            f"the library {self.package} is missing. Run: .venv/bin/uv pip install {self.package}"
        )

    def missing(self, paths: Iterable[PurePosixPath]) -> list[str]:
        """List what of it is not among a folder's files."""
        there = list(paths)
        return [each for each in self.files if not any(_fits(path, each) for path in there)]


VOSK = Kind(
    provider="vosk",
    half="hear",
    files=("am/final.mdl", "conf/*.conf"),
    module="vosk",
    package="vosk",
)
WHISPER = Kind(
    provider="whisper",
    half="hear",
    files=("model.bin", "config.json", "tokenizer.json"),
    module="faster_whisper",
    package="faster-whisper",
)
PIPER = Kind(
    provider="piper",
    half="speak",
    files=("*.onnx", "*.onnx.json"),
    entry="*.onnx",
    module="piper",
    package="piper-tts",
)
KOKORO = Kind(
    provider="kokoro",
    half="speak",
    files=("model*.onnx", "voices.bin", "tokens.txt"),
    module="sherpa_onnx",
    package="sherpa-onnx",
)
SHERPA = Kind(
    provider="sherpa",
    half="hear",
    files=("*encoder*.onnx", "*decoder*.onnx", "*joiner*.onnx", "tokens.txt"),
    module="sherpa_onnx",
    package="sherpa-onnx",
)

# In this order: the files of some are among those of others.
KINDS = (VOSK, WHISPER, PIPER, KOKORO, SHERPA)


def of(paths: Iterable[PurePosixPath]) -> Kind | None:
    """Recognise a model by its files."""
    there = list(paths)
    return next((kind for kind in KINDS if not kind.missing(there)), None)


def entry_of(kind: Kind, folder: Path) -> Path:
    """Give what of a model's folder is loaded."""
    return folder if kind.entry is None else min(folder.glob(kind.entry))


def _fits(path: PurePosixPath, pattern: str) -> bool:
    wanted = PurePosixPath(pattern).parts
    return len(path.parts) == len(wanted) and all(map(fnmatchcase, path.parts, wanted))
