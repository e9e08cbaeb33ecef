"""Reads a model as it was brought: a folder, an archive, a Piper voice.

What is read stays inside what was named: no links, no `..`, no devices, bounded in number and size.
"""

from __future__ import annotations

import os
import stat
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from functools import partial
from lzma import LZMAError
from pathlib import Path, PurePosixPath
from typing import IO

from appliance.core import errors
from appliance.core.safe_text import one_line
from appliance.models.speech import _kinds
from appliance.models.speech._kinds import Kind

MOST_FILES = 5_000
MOST_BYTES = 20 << 30

_CHUNK = 1 << 20
TARS = (".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tar.xz")
_LONGEST_NAME = 200
_DEEPEST = 3
_BROKEN = (tarfile.TarError, zipfile.BadZipFile, zlib.error, LZMAError, EOFError, OSError)


@dataclass(frozen=True, slots=True)
class Piece:
    """A file that was brought: its path in the model, its size, and how to read it."""

    path: PurePosixPath
    size_bytes: int
    open: Callable[[], IO[bytes]]

    def chunks(self) -> Iterator[bytes]:
        """Read it.

        Raises:
            Refused: it cannot be read.
        """
        try:
            with self.open() as reading:
                while chunk := reading.read(_CHUNK):
                    yield chunk
        except _BROKEN as cause:
            raise errors.Refused(f"{self.path} cannot be read: {one_line(str(cause))}") from cause


@dataclass(frozen=True, slots=True)
class Brought:
    """A model that was recognised."""

    kind: Kind
    pieces: Sequence[Piece]

    @property
    def size_bytes(self) -> int:
        """What it needs on the disk."""
        return sum(piece.size_bytes for piece in self.pieces)


@contextmanager
def opened(source: Path) -> Iterator[Brought]:
    """Open what was brought; its pieces can be read inside the block.

    Raises:
        Refused: it is no model we know, cannot be read, or holds what does not belong there.
    """
    with ExitStack() as held:
        try:
            brought = _recognised(_checked(held.enter_context(_pieces(source))), source)
        except _BROKEN as cause:
            raise errors.Refused(f"{source} cannot be read: {one_line(str(cause))}") from cause
        yield brought


@contextmanager
def _pieces(source: Path) -> Iterator[list[Piece]]:
    name = source.name.lower()
    if source.is_dir():
        yield list(_of_folder(source))
    elif not source.exists():
        raise errors.Refused(f"{source} is not there.")
    elif name.endswith(".zip"):
        with zipfile.ZipFile(source) as archive:
            yield list(_of_zip(archive))
    elif name.endswith(TARS):
        with tarfile.open(source) as archive:
            yield list(_of_tar(archive))
    elif name.endswith(".onnx"):
        beside = source.with_name(f"{source.name}.json")
        if not beside.exists():
            raise errors.Refused(f"{beside} is missing: a Piper voice is two files.")
        yield [_of_file(path, PurePosixPath(path.name)) for path in (source, beside)]
    else:
        raise errors.Refused(
            f"{source} is neither a folder, an archive (.zip, {', '.join(TARS)}) nor a Piper "
            "voice (.onnx)."
        )


def _of_folder(folder: Path) -> Iterator[Piece]:
    def failed(cause: OSError) -> None:
        raise cause

    for place, folders, files in os.walk(folder, onerror=failed):
        here = Path(place)
        for name in [*folders, *files]:
            if not _is_hidden(name) and (here / name).is_symlink():
                raise errors.Refused(
                    f"{here / name} is a link, which may lead anywhere. Copy the model with what "
                    "its links point to: cp -rL FROM TO"
                )
        folders[:] = sorted(name for name in folders if not _is_hidden(name))
        for name in sorted(name for name in files if not _is_hidden(name)):
            path = here / name
            yield _of_file(path, _safe(path.relative_to(folder).as_posix()))


def _of_file(path: Path, name: PurePosixPath) -> Piece:
    found = path.lstat()
    if not stat.S_ISREG(found.st_mode):
        raise errors.Refused(f"{path} is no file: a model consists of files.")

    def reading() -> IO[bytes]:
        # It may have become a link meanwhile, or a pipe, which would wait for ever.
        return os.fdopen(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK), "rb")

    return Piece(name, found.st_size, reading)


def _of_zip(archive: zipfile.ZipFile) -> Iterator[Piece]:
    for entry in archive.infolist():
        path = _safe(entry.filename)
        mode = entry.external_attr >> 16
        if entry.is_dir() or _is_hidden_in(path):
            continue
        if stat.S_IFMT(mode) not in (0, stat.S_IFREG):
            raise errors.Refused(f"{path} in the archive is a link or no file.")
        if entry.flag_bits & 1:
            raise errors.Refused(f"{path} in the archive is encrypted. Unpack it first.")
        yield Piece(path, entry.file_size, partial(archive.open, entry))


def _of_tar(archive: tarfile.TarFile) -> Iterator[Piece]:
    for member in archive:
        path = _safe(member.name)
        if member.isdir() or _is_hidden_in(path):
            continue
        if not member.isreg():
            raise errors.Refused(f"{path} in the archive is a link or no file.")
        yield Piece(path, member.size, partial(_of_member, archive, member))


def _of_member(archive: tarfile.TarFile, member: tarfile.TarInfo) -> IO[bytes]:
    reading = archive.extractfile(member)
    assert reading is not None  # only regular files come here
    return reading


def _safe(name: str) -> PurePosixPath:
    """Give a name as a path that stays where it is put."""
    path = PurePosixPath(name)
    if (
        path.is_absolute()
        or ".." in path.parts
        or not name.isprintable()
        or any(sign in name for sign in "\\:")
        or len(name) > _LONGEST_NAME
    ):
        raise errors.Refused(
            f"{one_line(name)[:_LONGEST_NAME]} is no name for a file of a model: nothing is taken."
        )
    return path


def _is_hidden(name: str) -> bool:
    """Tell what download programs leave beside a model: .git, .cache, __MACOSX."""
    return name.startswith(".") or name == "__MACOSX"


def _is_hidden_in(path: PurePosixPath) -> bool:
    return any(map(_is_hidden, path.parts))


def _checked(pieces: list[Piece]) -> list[Piece]:
    if len(pieces) > MOST_FILES:
        raise errors.TooLarge(f"It holds {len(pieces)} files; a model has at most {MOST_FILES}.")
    total = sum(piece.size_bytes for piece in pieces)
    if total > MOST_BYTES:
        raise errors.TooLarge(f"It holds {total >> 30} GB; a model has at most {MOST_BYTES >> 30}.")
    names = [piece.path for piece in pieces]
    if len(set(names)) < len(names):
        raise errors.Refused("The archive holds two files of one name: nothing is taken.")
    return sorted(pieces, key=lambda piece: piece.path)


def _recognised(pieces: list[Piece], source: Path) -> Brought:
    """Find the model, at the top or in the one folder that holds everything."""
    inner, seen = pieces, []
    for _ in range(_DEEPEST):
        seen.append([piece.path for piece in inner])
        if kind := _kinds.of(seen[-1]):
            return Brought(kind, inner)
        tops = {piece.path.parts[0] for piece in inner}
        if len(tops) != 1 or any(len(piece.path.parts) == 1 for piece in inner):
            break
        inner = [replace(each, path=PurePosixPath(*each.path.parts[1:])) for each in inner]
    raise errors.Refused(f"{source} is no model we know. {_what_is_known(seen)}")


def _what_is_known(seen: Sequence[Sequence[PurePosixPath]]) -> str:
    """Say what the nearest kind lacks, or which kinds there are."""
    lacks = [(kind, kind.missing(paths)) for paths in seen for kind in _kinds.KINDS]
    nearest, lacking = min(lacks, key=lambda each: len(each[1]) / len(each[0].files))
    if len(lacking) < len(nearest.files):
        return f"For {nearest.provider} it lacks: {', '.join(lacking)}."
    known = (f"{kind.provider} ({', '.join(kind.files)})" for kind in _kinds.KINDS)
    return f"Known are: {'; '.join(known)}."
