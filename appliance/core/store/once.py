"""The promise a writing port is handed: this unit's effect and its receipt are one transaction."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from appliance.core.store.database import Connection


class Once(Protocol):
    """Runs a unit of work once per (turn, tool, arguments, ordinal) and part.

    Where the receipt exists already, the recorded value is given and the unit does not run.
    """

    async def __call__(self, part: str, unit: Callable[[Connection], Any]) -> Any:
        """Run `unit`, which gives plain JSON; what it raises rolls it back and comes through."""
