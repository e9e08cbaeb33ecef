"""What carries a call's sound, as the call sees it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Protocol

from livekit.agents import Agent, AgentSession

from appliance.voice.transfer import Errand, Handed


class SessionIO(Protocol):
    """Both directions of a call's sound: a LiveKit room, or files."""

    @property
    def gone(self) -> asyncio.Event:
        """Set once the other side has hung up."""

    async def begin(self, session: AgentSession[None], agent: Agent) -> bool:
        """Give the session its sound and start it; False where a call of ours is not taken."""

    def on_digit(self, pressed: Callable[[str], None]) -> None:
        """Tell of every key the caller presses: 0 to 9, * and #."""

    async def hand_over(self, errand: Errand) -> Handed:
        """Put the caller through to a person."""

    async def hang_up(self) -> None:
        """End the call from our side, once what was said is heard."""

    async def close(self) -> None:
        """Let go of what is held, after the session is closed."""
