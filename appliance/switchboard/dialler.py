"""Makes the calls we owe: takes what is due, calls the telephone, writes how it answered.

The bot waits in the room before the telephone rings, so that whoever answers is spoken to at once.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

from appliance.assembly import dials
from appliance.config.model import BotConfig
from appliance.connectors.phone import access, outward
from appliance.connectors.phone.answers import Answer
from appliance.connectors.phone.rooms import Rooms
from appliance.core import errors, logs
from appliance.core.clock import Clock
from appliance.core.crypto import Keyring
from appliance.core.store.database import Database
from appliance.services.dials import port, records, wishes
from appliance.services.dials.values import Dial, Terms

_log = logs.get(__name__)

LOOK_EVERY_S = 1.0
_MOST = 20
_BOT_S = 60.0
_BOT_EVERY_S = 0.25
_ASK_EVERY = 24


@dataclass(slots=True, kw_only=True)
class Dialler:
    """Calls whoever is owed a call. `config` gives the live one."""

    db: Database
    keyring: Keyring
    clock: Clock
    rooms: Rooms
    most_calls: int
    config: Callable[[], BotConfig | None]
    secret: Callable[[str], str | None]
    _rings: dict[str, asyncio.Task[None]] = field(default_factory=dict)

    async def run(self) -> None:
        """Look for calls that are due again and again; what rings at the end is left to the bot."""
        try:
            while True:
                # The server or the disk does not answer now; what is due waits.
                with contextlib.suppress(errors.Unavailable):
                    await self.look()
                await asyncio.sleep(LOOK_EVERY_S)
        finally:
            rings = list(self._rings.values())
            for ringing in rings:
                ringing.cancel()
            # Waited for: what they put back is lost if the loop ends before it is written.
            await asyncio.gather(*rings, return_exceptions=True)

    async def look(self) -> None:
        """Take up what is due, as far as lines are free.

        Raises:
            Unavailable: LiveKit's server does not answer, or the store cannot be written.
        """
        now = self.clock.now()
        if self.db.read(lambda c: records.left(c, now)):
            await self.db.write(lambda c: port.give_up_left(c, now))
        due = self.db.read(lambda c: records.due(c, now, most=_MOST))
        if not due or (config := self.config()) is None or not config.voice.outbound.enabled:
            return
        await asyncio.to_thread(wishes.take_in, self.db, self.keyring, now)
        terms = dials.terms_of(config)
        free = await self._free(terms)
        for row in due[: max(free, 0)]:
            begin = partial(port.begin, dial_id=row.id, terms=terms, keyring=self.keyring, now=now)
            if (dial := await self.db.write(begin)) is not None:
                ringing = asyncio.create_task(self._dial(dial, config, terms), name=dial.id)
                self._rings[dial.id] = ringing
                ringing.add_done_callback(self._done)

    def _done(self, ringing: asyncio.Task[None]) -> None:
        self._rings.pop(ringing.get_name(), None)
        if not ringing.cancelled() and (wrong := ringing.exception()) is not None:
            _log.error("a call could not be made", exc_info=wrong)

    async def _free(self, terms: Terms) -> int:
        """Count the lines on which we may call now; the last one stays free for who calls us."""
        calls = await self.rooms.all()
        ours = {call.name for call in calls if access.dial_of(call.name)}
        ringing = len(self._rings.keys() - {access.dial_of(name) for name in ours})
        return min(
            terms.outbound.at_once - len(ours) - ringing,
            self.most_calls - 1 - len(calls) - ringing,
        )

    async def _dial(self, dial: Dial, config: BotConfig, terms: Terms) -> None:
        """Make one attempt."""
        room = access.outward_room(dial.id, dial.attempts)
        try:
            to = outward.destination(dial.number, config.voice.trunk, secret=self.secret)
            await self._bring_bot(room)
        except (errors.Error, asyncio.CancelledError) as cause:  # nobody's telephone has rung
            await self.db.write(lambda c: port.put_back(c, self.clock.now(), dial, "not_ready"))
            if isinstance(cause, asyncio.CancelledError):
                raise
            _log.error("nobody is called now", why=cause.sentence)
            await self._end(room)
            return
        answer = await outward.call(
            self.rooms.server,
            to,
            room=room,
            identity=f"sip_{dial.id}",
            ring_s=terms.outbound.ring_s,
        )
        _log.info("a telephone was called", answer=answer, attempt=dial.attempts, dial=dial.id)
        await self.db.write(lambda c: port.end(c, self.clock.now(), dial, answer, terms))
        if answer is not Answer.ANSWERED:
            await self._end(room)

    async def _bring_bot(self, room: str) -> None:
        """Bring the bot into a room: nobody's telephone rings for a silent line.

        Raises:
            Unavailable: it does not come.
        """
        await self.rooms.open_outward(room)
        for look in range(1, round(_BOT_S / _BOT_EVERY_S)):
            if await self.rooms.has_bot(room):
                return
            if look % _ASK_EVERY == 0:  # it was asked for before a worker was there
                await self.rooms.call_bot(room, {"kind": "sip"})
            await asyncio.sleep(_BOT_EVERY_S)
        raise errors.Unavailable("No bot came that could talk to them.")

    async def _end(self, room: str) -> None:
        with contextlib.suppress(errors.Unavailable):
            await self.rooms.end(room)
