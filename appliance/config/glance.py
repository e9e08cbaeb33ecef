"""Reads one switch of the live config at almost no cost: for a process that may not load it all."""

from __future__ import annotations

import contextlib
import sqlite3
from pathlib import Path

_WANTED = "SELECT json_extract(content, '$.voice.enabled') FROM config_versions WHERE active = 1"


def wants_calls(data_dir: Path) -> bool:
    """Tell whether the live config has the phone on; False while there is none to be read."""
    address = f"{(data_dir / 'core.db').absolute().as_uri()}?mode=ro"
    try:
        connection = sqlite3.connect(address, uri=True, timeout=1.0)
        with contextlib.closing(connection):
            row = connection.execute(_WANTED).fetchone()
    except sqlite3.Error:  # not made yet, or held for a moment: the next look tells
        return False
    return bool(row and row[0])
