"""The folder of models: `DATA/models/NAME/`, each with a list of its files, sizes and digests.

A model is there whole or not at all: it is written beside and moved to its name. What a killed
command leaves is swept by the next one.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import IO

from appliance.core import errors
from appliance.models.speech import _kinds
from appliance.models.speech._kinds import Kind
from appliance.models.speech.mounted import intake
from appliance.models.speech.mounted.intake import Brought, Piece

FOLDER = "models"

_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
_LIST = ".model.json"
_LOCK = ".lock"
_PART = ".part"
_SPARE_BYTES = 500 << 20
# What git leaves in place of a large file that was not fetched.
_POINTER = b"version https://git-lfs.github.com/spec/"


@dataclass(frozen=True, slots=True)
class File:
    """A model's file as it was taken in."""

    path: str
    size_bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Model:
    """A model in the folder. `was_loaded`: its library was there and has loaded it."""

    name: str
    provider: str
    half: str
    added_at: str
    was_loaded: bool
    files: tuple[File, ...]

    @property
    def size_bytes(self) -> int:
        """What it takes on the disk."""
        return sum(file.size_bytes for file in self.files)


@dataclass(frozen=True, slots=True)
class Models:
    """The models of this install."""

    folder: Path

    def find(self, name: str) -> Path | None:
        """Find a model's folder by name, its files as large as they were when it was added.

        Raises:
            Misconfigured: a file is missing or has another size.
        """
        if not (_NAME.fullmatch(name) and (self.folder / name / _LIST).is_file()):
            return None
        place = self.folder / name
        for file in _read(place).files:
            path = place / file.path
            if not path.is_file() or path.stat().st_size != file.size_bytes:
                raise errors.Misconfigured(
                    f"the model {name} is not what was added: {file.path} is missing or was "
                    f"changed. Run: appliance models remove {name}, and add it again."
                )
        return place

    def listed(self) -> list[Model]:
        """List the models by name."""
        return [_read(path.parent) for path in sorted(self.folder.glob(f"[!.]*/{_LIST}"))]

    def get(self, name: str) -> Model:
        """Give a model.

        Raises:
            NotFound: there is none of this name.
        """
        if not (_NAME.fullmatch(name) and (self.folder / name / _LIST).is_file()):
            raise errors.NotFound(f"There is no model {name}. See: appliance models list")
        return _read(self.folder / name)

    def add(
        self,
        source: Path,
        *,
        name: str | None,
        sha256: str | None,
        now: datetime,
        loads: Callable[[Kind, Path], bool],
    ) -> Model:
        """Take a model in; `loads` tries it and tells whether its library was there.

        Raises:
            Refused: it is no model, does not load, or one of its name is there.
            Unavailable: the disk is full or cannot be written.
        """
        name = name or _named_after(source)
        if not _NAME.fullmatch(name):
            raise errors.Refused(
                f"{name} is no name for a model: small letters, digits, dots and dashes, at most "
                "64. Choose one with --name"
            )
        _agrees(source, sha256)
        with self._alone(), intake.opened(source) as brought:
            place, part = self.folder / name, self.folder / f".{name}{_PART}"
            if place.exists():
                raise errors.Refused(
                    f"A model {name} is there already. Choose another --name, or run: appliance "
                    f"models remove {name}"
                )
            self._has_room(brought)
            files = tuple(_written(piece, part) for piece in brought.pieces)
            kind = brought.kind
            was_loaded = loads(kind, _kinds.entry_of(kind, part))
            model = Model(name, kind.provider, kind.half, now.isoformat(), was_loaded, files)
            _finish(part, place, model)
            return model

    def changed(self, name: str) -> list[str]:
        """Compare a model's files with what was added, by their digests; lists what differs.

        Raises:
            NotFound: there is none of this name.
        """
        place = self.folder / name
        wrong = []
        for file in self.get(name).files:
            try:
                with (place / file.path).open("rb") as reading:
                    same = hashlib.file_digest(reading, "sha256").hexdigest() == file.sha256
            except OSError:
                wrong.append(f"{file.path} is missing")
            else:
                wrong += [] if same else [f"{file.path} was changed"]
        return wrong

    def entry(self, name: str) -> tuple[Kind, Path]:
        """Give a model's kind and what of it is loaded.

        Raises:
            NotFound: there is none of this name.
        """
        model = self.get(name)
        kind = next(kind for kind in _kinds.KINDS if kind.provider == model.provider)
        return kind, _kinds.entry_of(kind, self.folder / name)

    def remove(self, name: str) -> None:
        """Remove a model.

        Raises:
            NotFound: there is none of this name.
        """
        with self._alone():
            self.get(name)
            gone = self.folder / f".{name}{_PART}"
            (self.folder / name).rename(gone)
            shutil.rmtree(gone)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Let no other command change the folder, and leave nothing that is not whole."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            with (self.folder / _LOCK).open("w") as lock:
                _hold(lock)
                self._sweep()
                try:
                    yield
                finally:
                    self._sweep()
        except OSError as cause:
            raise errors.Unavailable(
                f"{self.folder} cannot be written: {cause.strerror}. Make room there, or give this "
                "user the right to write."
            ) from cause

    def _sweep(self) -> None:
        for part in self.folder.glob(f".*{_PART}"):
            shutil.rmtree(part)

    def _has_room(self, brought: Brought) -> None:
        free = shutil.disk_usage(self.folder).free
        if brought.size_bytes + _SPARE_BYTES > free:
            raise errors.Unavailable(
                f"The model needs {brought.size_bytes >> 20} MB and {_SPARE_BYTES >> 20} MB must "
                f"stay free, but {self.folder} has {free >> 20} MB. Free some space first."
            )


def _hold(lock: IO[str]) -> None:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise errors.Unavailable(
            "Another command is changing the models. Try again when it is done."
        ) from None


def _named_after(source: Path) -> str:
    stem = source.resolve().name.lower()
    for ending in (".zip", *intake.TARS, ".onnx"):
        stem = stem.removesuffix(ending)
    return re.sub(r"[^a-z0-9.-]+", "-", stem).strip("-.")


def _agrees(source: Path, sha256: str | None) -> None:
    """Compare an archive or file with the digest its publisher names."""
    if sha256 is None:
        return
    if not source.is_file():
        raise errors.Refused("--sha256 is the digest of an archive or file; a folder has none.")
    with source.open("rb") as reading:
        digest = hashlib.file_digest(reading, "sha256").hexdigest()
    if digest != sha256.strip().lower():
        raise errors.Refused(
            f"{source} is not the file that was announced: its SHA-256 is {digest}."
        )


def _written(piece: Piece, part: Path) -> File:
    """Write a file and tell its digest, read once."""
    target = part / piece.path
    digest, size = hashlib.sha256(), 0
    try:
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with target.open("xb") as writing:
            for chunk in piece.chunks():
                if size == 0 and chunk.startswith(_POINTER):
                    raise errors.Refused(
                        f"{piece.path} is only a pointer of Git LFS, the file itself was not "
                        "fetched. In the model's folder, run: git lfs pull"
                    )
                size += len(chunk)
                if size > piece.size_bytes:
                    raise errors.Refused(f"{piece.path} is longer than it says.")
                digest.update(chunk)
                writing.write(chunk)
            writing.flush()
            os.fsync(writing.fileno())
    except FileExistsError as cause:
        raise errors.Refused(f"{piece.path} is there twice.") from cause
    return File(str(piece.path), size, digest.hexdigest())


def _finish(part: Path, place: Path, model: Model) -> None:
    with (part / _LIST).open("x") as writing:
        json.dump(asdict(model), writing, indent=1)
        writing.flush()
        os.fsync(writing.fileno())
    part.rename(place)
    folder = os.open(place.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _read(place: Path) -> Model:
    try:
        told = json.loads((place / _LIST).read_text("utf-8"))
        files = tuple(File(**each) for each in told.pop("files"))
        return Model(**told, files=files)
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as cause:
        raise errors.Misconfigured(
            f"{place / _LIST} cannot be read. Remove the folder {place} and add the model again."
        ) from cause
