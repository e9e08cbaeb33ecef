"""One process reads documents at a time; the others wait, or leave it to it."""

from __future__ import annotations

from contextlib import AbstractContextManager
from pathlib import Path

from appliance.core import locks


def only_one(database: Path) -> AbstractContextManager[bool]:
    """Give whether we are the one who reads documents into this database, for the block."""
    return locks.held(database.with_suffix(".lock"))
