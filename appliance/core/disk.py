"""How much space is left, judged the same way wherever somebody asks."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Literal

LOW_BYTES = 1_000_000_000
FULL_BYTES = 200_000_000


def judge(folder: Path) -> tuple[Literal["ok", "warn", "fail"], str]:
    """Give the state of the file system under a folder, and a sentence on what to do."""
    free = shutil.disk_usage(folder).free
    said = f"{free // 1_000_000} MB free under {folder}."
    if free < FULL_BYTES:
        return "fail", f"{said} Free at least 1 GB now."
    if free < LOW_BYTES:
        return "warn", f"{said} Free at least 1 GB soon."
    return "ok", said
