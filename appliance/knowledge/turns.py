"""One process reads documents at a time; the others wait, or leave it to it.

The lock is the kernel's: a killed process holds it no longer.
"""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def only_one(database: Path) -> Iterator[bool]:
    """Give whether we are the one who reads documents into this database, for the block."""
    with database.with_suffix(".lock").open("ab") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True
