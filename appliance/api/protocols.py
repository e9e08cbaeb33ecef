"""What the entrance needs of the appliance that `assembly.house.build` makes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

from appliance.core.clock import Clock
from appliance.core.settings import Settings
from appliance.core.store.database import Database


class Appliance(Protocol):
    """One running appliance, as far as HTTP sees it."""

    @property
    def settings(self) -> Settings: ...

    @property
    def clock(self) -> Clock: ...

    @property
    def db(self) -> Database: ...

    @property
    def config(self) -> Any:
        """The live bot config, or None in safe mode."""

    @property
    def problems(self) -> Sequence[str]:
        """Why it runs in safe mode or degraded; each a sentence for the operator."""

    @property
    def draining(self) -> asyncio.Event:
        """Set when the process stops: streams end themselves."""

    @property
    def metrics(self) -> Mapping[str, Callable[[], float]]:
        """Figures by Prometheus name; a name ending in `_total` is a counter."""

    def stopped_channels(self) -> Sequence[str]:
        """Say which channels cannot send and why; each a sentence for the operator."""

    def mode(self) -> str:
        """Say who answers: basic (no language model) or model."""

    async def start(self) -> None:
        """Take up work: the sweep, the desk."""

    async def stop(self) -> None:
        """Finish what is under way, then close the files."""
