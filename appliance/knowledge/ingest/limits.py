"""How much of a document is read. Each limit is far above what an honest document needs."""

from __future__ import annotations

import zipfile
from io import BytesIO

from appliance.core import errors

FILE_BYTES = 50 * 1024 * 1024
"""The largest file. A larger one is refused unread."""
TEXT_CHARACTERS = 10_000_000
"""The most text of one document, about 2,500 pages of print."""
PAGES = 5000
"""The most pages of a PDF; slides and sheets too."""
CELLS = 1_000_000
"""The most cells of a workbook or a CSV file."""
DEPTH = 2
"""How deep a mail in a mail, or an attachment, is followed."""
PARTS = 50
"""The most parts of a mail."""
MEMORY_BYTES = 1024 * 1024 * 1024
"""Address space of the process that reads."""
CPU_S = 60
"""Processor time for one document."""
WALL_S = 300.0
"""Time for one document, on a machine that has other things to do."""

_ENTRIES = 10_000
_UNPACKED_BYTES = 300 * 1024 * 1024
_RATIO = 150
_RATIO_FROM_BYTES = 20 * 1024 * 1024


def unpacked(content: bytes, name: str) -> zipfile.ZipFile:
    """Open an Office file (a zip archive), unless it would unpack into too much.

    The sizes an archive declares are upper bounds: zipfile never unpacks more than is declared.

    Raises:
        Refused: broken, encrypted, or a bomb.
    """
    try:
        archive = zipfile.ZipFile(BytesIO(content))
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        raise errors.Refused(
            f"{name} is damaged. Open it, save it again, and add it anew."
        ) from None
    entries = archive.infolist()
    total = sum(entry.file_size for entry in entries)
    bomb = total > _RATIO_FROM_BYTES and total > _RATIO * len(content)
    if len(entries) > _ENTRIES or total > _UNPACKED_BYTES or bomb:
        raise errors.Refused(
            f"{name} would unpack into {total / 1e6:,.0f} MB in {len(entries):,} parts. That is no "
            "ordinary document; it was left alone."
        )
    if any(entry.flag_bits & 1 for entry in entries):
        raise errors.Refused(f"{name} is protected by a password. Save it without one.")
    return archive


def check_text(characters: int, name: str) -> None:
    """Refuse a document with more text than is taken.

    Raises:
        Refused: too much text.
    """
    if characters > TEXT_CHARACTERS:
        raise errors.Refused(
            f"{name} has more than {TEXT_CHARACTERS:,} characters. Split it into several files."
        )
