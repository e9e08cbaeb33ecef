"""Takes SIP calls into LiveKit rooms, as livekit-sip does, for machines without that program.

A call rings until the bot is in its room and can be heard; only then it is answered. Nobody is left
in silence: a call that cannot be served is told so, and goes to the fallback number where there is
one.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field

from appliance.connectors.phone import prompts
from appliance.connectors.phone.access import Access
from appliance.connectors.phone.room import Room
from appliance.connectors.phone.sip.call import Call
from appliance.connectors.phone.sip.door import Door, Terms
from appliance.connectors.phone.sip.endpoint import Endpoint, open_endpoint
from appliance.connectors.phone.sip.rtp import Sound, open_sound
from appliance.core import errors, ids, logs
from appliance.core.clock import Clock

_log = logs.get(__name__)

# A bot or a server that is gone is waited for this long, in case it comes back.
_BACK_S = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """How calls are taken. `fallback` is an address for calls nobody here can take."""

    terms: Terms
    max_calls: int = 10
    ring_s: float = 12.0
    fallback: str | None = None


@dataclass(slots=True, kw_only=True)
class Bridge:
    """Takes calls on a port and gives each a room of its own."""

    access: Access
    clock: Clock
    line: Line
    ports: range
    host: str = "0.0.0.0"  # noqa: S104 - telephones call from other machines; the door judges
    served: int = 0
    is_draining: bool = False
    _endpoint: Endpoint | None = None
    _calls: dict[Call, asyncio.Task[None]] = field(default_factory=dict)

    async def open(self, port: int) -> None:
        """Take calls from now on.

        Raises:
            Misconfigured: the port cannot be opened.
        """
        door = Door(terms=self.line.terms, clock=self.clock)
        self._endpoint = await open_endpoint(self.host, port, door=door, taken=self._take)

    def take_up(self, line: Line) -> None:
        """Go by another config from the next call on."""
        self.line = line
        if self._endpoint is not None:
            self._endpoint.door.terms = line.terms

    @property
    def busy(self) -> int:
        """How many calls there are now."""
        return len(self._calls)

    @property
    def port(self) -> int:
        """Where calls come in."""
        assert self._endpoint is not None
        return self._endpoint.port

    async def close(self, *, within_s: float) -> None:
        """Take no more calls, wait for those under way, end what is left."""
        self.is_draining = True
        if self._calls:
            await asyncio.wait(self._calls.values(), timeout=within_s)
        await asyncio.gather(*(call.hang_up() for call in list(self._calls)))
        if self._calls:
            await asyncio.wait(self._calls.values(), timeout=5)
        if self._endpoint is not None:
            self._endpoint.close()

    def _take(self, call: Call) -> None:
        self._calls[call] = asyncio.create_task(self._serve(call))

    async def _serve(self, call: Call) -> None:
        name = ids.new_id()
        _log.info("a call comes in", call=name, address=call.peer[0], pii_caller=call.invite.caller)
        try:
            if self.is_draining or len(self._calls) > self.line.max_calls:
                self._turn_away(call, "every line is busy", (486, "Busy Here"))
            else:
                await self._connect(call)
        except errors.Error as cause:
            self._turn_away(call, cause.sentence, (480, "Temporarily Unavailable"))
            await call.hang_up()
        except Exception as cause:  # noqa: BLE001 - one call's fault must not reach the others
            _log.error("a call broke", call=name, exc_info=cause)
            self._turn_away(call, "a fault of ours", (500, "Server Internal Error"))
            await call.hang_up()
        finally:
            _log.info("a call is over", call=name, why=str(call.why or ""))
            assert self._endpoint is not None
            self._endpoint.release(call)
            del self._calls[call]

    def _turn_away(self, call: Call, why: str, status: tuple[int, str]) -> None:
        if call.is_answered or call.why is not None:
            return
        to = self.line.fallback
        _log.warning("a call was turned away", why=why, is_forwarded=to is not None)
        if to:
            call.refuse(302, "Moved Temporarily", to=to)
        else:
            call.refuse(*status)

    async def _connect(self, call: Call) -> None:
        call.ring()
        began = time.monotonic()
        room = Room(said=lambda _samples: None, transfer=call.refer)
        sound = await open_sound(
            self.host,
            self.ports,
            offer=call.offer,
            hosts=frozenset({call.peer[0]}),
            heard=room.hear,
            pressed=room.press,
        )
        try:
            call.changed, call.pressed, room.said = sound.change, room.press, sound.say
            await room.open(self.access.url, self._token(call))
            if not await _first(self.line.ring_s, room.bot_speaks, call.ended, room.closed):
                raise errors.Unavailable("The bot did not come to the telephone in time.")
            if call.ended.is_set():
                return
            if not room.bot_speaks.is_set():
                raise errors.Unavailable("The call's room was closed before it began.")
            await self._talk(call, room, sound, began)
        finally:
            await room.close()
            sound.close()

    async def _talk(self, call: Call, room: Room, sound: Sound, began: float) -> None:
        assert self._endpoint is not None
        host, _ = self._endpoint.here(call.peer)
        call.answer((host, sound.port))
        self.served += 1
        _log.info("a call is answered", after_ms=round((time.monotonic() - began) * 1000))
        await room.answered()
        while call.why is None and not room.closed.is_set():
            await _first(None, call.ended, room.closed, room.gone)
            if room.gone.is_set():
                await _first(_BACK_S, call.ended, room.closed)
            if room.gone.is_set():
                break
        if call.why is None and not room.is_deleted:
            await self._apologise(call, sound)
        await call.hang_up()

    async def _apologise(self, call: Call, sound: Sound) -> None:
        """Say that the bot is gone, then send the caller where somebody is."""
        _log.error("the bot was lost in a call", is_forwarded=self.line.fallback is not None)
        await prompts.play("trouble", sound.say)
        if self.line.fallback and call.why is None:
            status = await call.refer(self.line.fallback)
            _log.info("a lost call was sent on", status=status)

    def _token(self, call: Call) -> str:
        room = f"call-{ids.new_id()}"
        attributes = {
            "sip.callID": call.id[:128],
            "sip.phoneNumber": call.invite.caller,
            "sip.trunkPhoneNumber": call.invite.called,
            "sip.callStatus": "ringing",
            "frontdesk.bridge": "builtin",
        }
        return self.access.call_token(
            self.clock.now(),
            room=room,
            identity=f"sip_{ids.new_id()}",
            kind="sip",
            attributes=attributes,
            metadata={"kind": "sip"},
        )


async def _first(within_s: float | None, *events: asyncio.Event) -> bool:
    """Wait until one of the events is set; False where none was in time."""
    waits = [asyncio.ensure_future(event.wait()) for event in events]
    try:
        done, _ = await asyncio.wait(waits, timeout=within_s, return_when=asyncio.FIRST_COMPLETED)
        return bool(done)
    finally:
        for wait in waits:
            wait.cancel()
