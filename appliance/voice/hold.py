"""One process holds a call at a time.

A call whose bot is late is asked for again (`switchboard.warden`), so that two may come. A killed
process holds its call no longer, whatever LiveKit's server still believes.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from appliance.core import locks

_FOLDER = "calls.lock"


@contextmanager
def alone(data_dir: Path, room: str) -> Iterator[bool]:
    """Give whether no other process holds the call of this room, for the block."""
    folder = data_dir / _FOLDER
    folder.mkdir(exist_ok=True)
    path = folder / hashlib.sha256(room.encode()).hexdigest()
    with locks.held(path) as is_ours:
        try:
            yield is_ours
        finally:
            if is_ours:
                path.unlink(missing_ok=True)


def forget_all(data_dir: Path) -> None:
    """Clear away what killed processes left; no call is held yet."""
    shutil.rmtree(data_dir / _FOLDER, ignore_errors=True)
