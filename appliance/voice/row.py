"""A call's row: that it begins, a sign of life while it is held, how it ended.

What a killed process leaves says so by its sign of life going by: `services.calls` ends its row.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from appliance.assembly.house import Appliance
from appliance.conversation.values import Conversation
from appliance.core import errors
from appliance.core.store.database import Connection
from appliance.services.calls import records
from appliance.services.calls.values import Figures
from appliance.voice.values import CallOutcome, IncomingCall

# Whose process dies is written to within ten seconds: this, a second until it is noticed, sending.
_ALIVE_S = 1.5
_DEAD_S = 6.0


@dataclass(slots=True, kw_only=True)
class CallRow:
    """One call's row. `figures` gives what was counted so far."""

    house: Appliance
    call_id: str
    figures: Callable[[], Figures]
    _beat: asyncio.Task[None] | None = None

    @classmethod
    async def begin(
        cls,
        house: Appliance,
        call: IncomingCall,
        conversation: Conversation,
        *,
        figures: Callable[[], Figures],
    ) -> CallRow:
        """Record that a call begins; from now on it shows that it lives.

        Raises:
            Unavailable: the store cannot be written.
        """
        now = house.clock.now()
        call_id = await house.db.write(
            lambda c: records.begin(
                c,
                now,
                conversation_id=conversation.id,
                contact_id=conversation.contact_id,
                kind=call.kind,
                direction=call.direction,
                alive_until=now + timedelta(seconds=_DEAD_S),
            )
        )
        row = cls(house=house, call_id=call_id, figures=figures)
        row._beat = asyncio.create_task(row._live(), name="sign of life")
        return row

    async def end(self, outcome: CallOutcome) -> None:
        """Record the end."""
        await self.stop()
        now, figures = self.house.clock.now(), self.figures()

        def unit(connection: Connection) -> None:
            records.end(
                connection,
                now,
                self.call_id,
                figures,
                outcome=str(outcome.ended),
                handoff=outcome.handoff,
            )
            if outcome.is_lost:
                records.lose(connection, now, self.call_id)

        await self.house.db.write(unit)

    async def stop(self) -> None:
        """Show no more that it lives: without an end, the row is ended as dropped."""
        if self._beat is not None:
            self._beat.cancel()
            await asyncio.gather(self._beat, return_exceptions=True)
            self._beat = None

    async def _live(self) -> None:
        while True:
            await asyncio.sleep(_ALIVE_S)
            lives = partial(
                records.goes_on,
                call_id=self.call_id,
                figures=self.figures(),
                until=self.house.clock.now() + timedelta(seconds=_DEAD_S),
            )
            with contextlib.suppress(errors.Unavailable):
                await self.house.db.write(lives)
