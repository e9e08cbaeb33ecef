"""Waits until the phone is wanted, then becomes the switchboard.

Most installs have the phone off. The switchboard with all it imports takes 60 MB, this one 10.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path

from appliance.config import glance

_LOOK_EVERY_S = 1.0


def rest() -> None:
    """Make this process the one that waits: the same process id, nothing of what it held."""
    _become("appliance.switchboard.resting")


def _become(module: str) -> None:
    os.execv(sys.executable, [sys.executable, "-u", "-m", module])  # noqa: S606 - ourselves


def _wait(data_dir: Path) -> None:
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: os._exit(0))
    while not glance.wants_calls(data_dir):
        time.sleep(_LOOK_EVERY_S)
    _become("appliance.switchboard")


if __name__ == "__main__":
    # `up` names it to all its processes; the settings themselves would cost 30 MB to load.
    _wait(Path(os.environ.get("APPLIANCE_DATA_DIR", "var/data")))  # noqa: TID251
