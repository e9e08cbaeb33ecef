"""The door: who is coming in right now. Messages are let in before turns begin.

A turn costs several times what it takes to keep a message. When ten thousand people write within a
second, their messages must be on the disk first, and answered after: a provider gives up on a
webhook after some seconds, and nobody on a turn that starts as late.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

_CROWD = 24
_CALM_S = 0.1
_PAUSE_S = 0.025
_PATIENCE_S = 10.0


@dataclass(slots=True)
class Door:
    """Counts the batches that are being kept at this moment.

    Attributes:
        most: So many at once are a crowd.
        calm_s: For so long after a crowd it counts as one still: it comes in waves.
        patience_s: A turn waits no longer than this, so that a steady stream is answered as well.
    """

    most: int = _CROWD
    calm_s: float = _CALM_S
    patience_s: float = _PATIENCE_S
    _inside: int = 0
    _crowded_at: float = float("-inf")

    @contextmanager
    def entering(self) -> Iterator[None]:
        """Count a batch while it is being kept."""
        self._inside += 1
        self._look()
        try:
            yield
        finally:
            self._look()
            self._inside -= 1

    @property
    def is_crowded(self) -> bool:
        """Whether more are coming in than turns should compete with."""
        return time.monotonic() - self._crowded_at < self.calm_s

    async def calm(self) -> None:
        """Wait until the crowd is in, or patience ends."""
        waited_s = 0.0
        while self.is_crowded and waited_s < self.patience_s:
            await asyncio.sleep(_PAUSE_S)
            waited_s += _PAUSE_S

    def _look(self) -> None:
        if self._inside > self.most:
            self._crowded_at = time.monotonic()
