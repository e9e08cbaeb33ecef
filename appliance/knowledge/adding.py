"""Files, folders and websites that a person names, as documents that wait to be read."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from appliance.core import errors, ids
from appliance.core.store.database import Connection, Database
from appliance.knowledge import records
from appliance.knowledge.ingest.kinds import SUFFIXES
from appliance.knowledge.values import Asked, Site
from appliance.knowledge.web import addresses

MOST_FILES = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Website:
    """How a website is read: so many pages, and again after so long."""

    pages: int = 200
    every_s: float = 24 * 3600


def files_in(path: Path) -> list[Path]:
    """Give the files a path stands for: itself, or every readable kind of file of a folder.

    A link inside a folder is followed only to what lies in the folder too: whoever may put files
    there cannot bring in others of this machine. Hidden files and folders are left out.

    Raises:
        Refused: there is nothing of that name, or nothing readable in the folder.
    """
    if path.is_dir():
        folder = path.resolve()
        found = [
            one
            for one in _walk(path)
            if one.suffix.lower() in SUFFIXES
            and one.is_file()
            and one.resolve().is_relative_to(folder)
        ]
        if not found:
            raise errors.Refused(
                f"The folder {path} holds no document of its own: no "
                f"{', '.join(sorted(SUFFIXES))} file."
            )
        if len(found) > MOST_FILES:
            raise errors.Refused(f"The folder {path} holds more than {MOST_FILES:,} documents.")
        return found
    if not path.is_file():
        raise errors.Refused(f"There is no file {path}. Check the spelling.")
    return [path]


def _walk(path: Path) -> Iterator[Path]:
    for folder, folders, names in os.walk(path):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            if not name.startswith("."):
                yield Path(folder) / name


def put_files(db: Database, now: datetime, files: Sequence[Path], asked: Asked) -> list[str]:
    """Let files wait to be read; gives their ids. One that waits already waits once."""
    full = dict.fromkeys(str(file.resolve()) for file in files)

    def unit(connection: Connection) -> list[str]:
        return [
            put_document(connection, now, address, asked, title=Path(address).name)
            for address in full
        ]

    return db.write_now(unit)


def put_document(
    connection: Connection,
    now: datetime,
    address: str,
    asked: Asked,
    *,
    title: str,
    site_id: str | None = None,
) -> str:
    """Let a document wait to be read, known before or not; gives its id.

    Until it is read, `title` is what is shown of it.
    """
    known = records.find_document_at(connection, address)
    if known is None:
        document_id = ids.new_id()
        records.add_document(
            connection,
            document_id=document_id,
            address=address,
            title=title,
            now=now,
            asked=asked,
            site_id=site_id,
        )
        return document_id
    holds = asked.over(known.asked)
    # Other labels may change every passage: it is read again, and keeps its vectors.
    digest = known.digest if holds == known.asked else ""
    records.change_document(
        connection, known.id, due_at=now, attempts=0, asked=holds, digest=digest
    )
    return known.id


def put_site(db: Database, now: datetime, address: str, asked: Asked, website: Website) -> str:
    """Let a website wait to be read; gives its id.

    Raises:
        Refused: that is no web address.
    """
    start = addresses.normal(address)

    def unit(connection: Connection) -> str:
        known = records.find_site_at(connection, start)
        if known is None:
            site = Site(
                id=ids.new_id(),
                address=start,
                added_at=now,
                pages=website.pages,
                every_s=website.every_s,
                due_at=now,
                asked=asked,
                problem=None,
                checked_at=None,
            )
            records.add_site(connection, site)
            return site.id
        records.change_site(
            connection,
            known.id,
            due_at=now,
            pages=website.pages,
            every_s=website.every_s,
            asked=asked.over(known.asked),
        )
        return known.id

    return db.write_now(unit)
