"""The process that leaves no caller in silence: `python -m appliance.switchboard.warden`.

LiveKit calls the bot into a room once. A call that rings before a worker is there, whose worker is
killed, or that comes when every line is busy would ring or be silent for ever: this looks at the
calls twice a second, asks for the bot again, says that something is wrong, and ends what nobody can
serve.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from appliance.assembly.office import Office, open_office
from appliance.config import model, versions
from appliance.connectors.phone import access, announce
from appliance.connectors.phone.access import Access
from appliance.connectors.phone.rooms import CallRoom, Rooms, open_rooms
from appliance.core import errors, logs, process
from appliance.core.clock import Clock, SystemClock
from appliance.core.settings import Settings
from appliance.services.calls.turned_away import Untaken
from appliance.switchboard import live, rows
from appliance.switchboard.dialler import Dialler

_log = logs.get(__name__)

LOOK_EVERY_S = 0.5
# A bot that was in a call and is not there for so long has been lost.
_LOST_S = 1.5
# One that was never there comes within this, on a machine that has much to do as well.
_COMES_S = 3.0
# It is not asked for more often than this: one that is on its way may need so long to start.
_ASK_EVERY_S = 6.0
# A lost bot's successor may be on its way at the second time; at the third it is lost as well.
_FORGOTTEN_EVERY = 2


@dataclass(frozen=True, slots=True)
class _Asked:
    """When a bot was asked for last, and how often."""

    at: float
    times: int


@dataclass(slots=True, kw_only=True)
class Warden:
    """Watches over the calls of LiveKit's server.

    Attributes:
        record: Keeps a call that no bot took, and why.
        keep_row: Keeps the row of a call whose bot was lost, while its caller is still there.
    """

    access: Access
    clock: Clock
    rooms: Rooms
    most_calls: int
    record: Callable[[CallRoom, Untaken], Awaitable[None]]
    keep_row: Callable[[CallRoom], Awaitable[None]]
    phone: model.Phone = field(default_factory=model.Phone)
    _alone_since: dict[str, float] = field(default_factory=dict)
    _had_bot: set[str] = field(default_factory=set)
    _settled: set[str] = field(default_factory=set)
    _told: set[str] = field(default_factory=set)
    _waiting: dict[str, CallRoom] = field(default_factory=dict)
    _left: list[CallRoom] = field(default_factory=list)
    _asked: dict[str, _Asked] = field(default_factory=dict)
    _busy: dict[str, asyncio.Task[None]] = field(default_factory=dict)

    async def run(self) -> None:
        """Look at the calls again and again."""
        while True:
            with contextlib.suppress(errors.Unavailable):  # the server is away: the switchboard's
                await self.look()
            await asyncio.sleep(LOOK_EVERY_S)

    async def look(self) -> None:
        """Look at every call once.

        Raises:
            Unavailable: the server does not answer.
        """
        calls = await self.rooms.all()
        names = {call.name for call in calls}
        for kept in (self._had_bot, self._settled, self._told):
            kept.intersection_update(names)
        for since in (self._alone_since, self._asked):
            for gone in since.keys() - names:
                del since[gone]
        joined = [call for call in calls if call.is_joined and not call.has_bot]
        for call in joined:
            if call.person is None or call.caller is None:
                await self.rooms.end(call.name)  # one of the two has hung up
        calls = [call for call in calls if call not in joined]
        served = [call for call in calls if call.has_bot]
        self._had_bot |= {call.name for call in served}
        for call in served:
            self._alone_since.pop(call.name, None)
            self._asked.pop(call.name, None)
            self._told.discard(call.name)
        free = self.most_calls - len(served)
        for call in calls:
            if call.has_bot or call.caller is None or call.name in self._busy:
                continue
            if call.person is not None:
                await self.rooms.take_back(call.name, call.person)  # the bot died while it asked
            free -= 1
            if free < 0 and call.name not in self._had_bot:
                await self._turn_away(call, "every line is busy", Untaken.BUSY)
            else:
                await self._tend(call)
        await self._see_who_left(calls)

    async def _see_who_left(self, calls: list[CallRoom]) -> None:
        """Record who hung up before any bot came.

        The look after does: a bot that was quicker than the look has written a row by then.
        """
        for call in self._left:
            _log.warning("a caller hung up before the bot came", room=call.name)
            await self._record(call, Untaken.LEFT)
        there = {call.name for call in calls if call.caller is not None}
        self._left = [call for name, call in self._waiting.items() if name not in there]
        known = self._had_bot | self._settled
        self._waiting = {
            call.name: call
            for call in calls
            if call.name in there - known
            and not call.is_disguised
            and access.dial_of(call.name) is None
        }

    async def _tend(self, call: CallRoom) -> None:
        """Serve a call that has no bot."""
        now = self.clock.monotonic()
        alone_s = now - self._alone_since.setdefault(call.name, now)
        is_lost = call.name in self._had_bot
        if is_lost:
            await self._keep_row(call)
        if alone_s > self.phone.ring_s:
            if is_lost or call.is_talking or (call.is_telephone and self.phone.fallback):
                self._settled.add(call.name)
                self._keep(call, self._give_up(call))
            else:
                await self._turn_away(call, "no worker came to the telephone", Untaken.UNANSWERED)
        elif alone_s > (_LOST_S if is_lost else min(_COMES_S, self.phone.ring_s / 2)):
            if is_lost and call.name not in self._told:
                self._told.add(call.name)
                _log.warning("the bot was lost in a call; another one is asked for")
                self._keep(call, self._say(call, "moment"))
            before = self._asked.get(call.name)
            if before is None or now - before.at >= _ASK_EVERY_S:
                times = before.times if before is not None else 0
                # Before the server is: one call that it fails shall not keep the others waiting.
                self._asked[call.name] = _Asked(now, times + 1)
                await self._ask_for_bot(call, is_lost=is_lost, times=times)

    async def _ask_for_bot(self, call: CallRoom, *, is_lost: bool, times: int) -> None:
        """Ask for a bot that was asked for so many times before."""
        told = {"kind": "sip" if call.is_telephone else "web"}
        if is_lost:
            told["resumed"] = "yes"
            if times % _FORGOTTEN_EVERY == 0:
                await self.rooms.forget_bots(call.name)
        await self.rooms.call_bot(call.name, told)

    async def _turn_away(self, call: CallRoom, why: str, untaken: Untaken) -> None:
        _log.warning("a call was turned away", why=why, room=call.name)
        self._settled.add(call.name)
        await self.rooms.end(call.name)
        await self._record(call, untaken)

    async def _record(self, call: CallRoom, why: Untaken) -> None:
        """Let a call that no bot took leave its row; a call of ours has one of its own."""
        if access.dial_of(call.name):
            return
        try:
            await self.record(call, why)
        except errors.Unavailable as cause:
            _log.error("a call that was not taken could not be recorded", why=cause.sentence)

    async def _keep_row(self, call: CallRoom) -> None:
        """A caller who waits for another bot is not written to as one who was lost."""
        with contextlib.suppress(errors.Unavailable):
            await self.keep_row(call)

    async def _give_up(self, call: CallRoom) -> None:
        """Send the caller where somebody is; without such a place say that nobody is here."""
        to = self.phone.fallback if call.is_telephone else None
        _log.error("a call cannot go on", room=call.name, is_forwarded=to is not None)
        is_new = call.name not in self._had_bot  # else the bot's row is there
        if to is not None and await self._forward(call, to):
            if is_new:
                await self._record(call, Untaken.FORWARDED)
            return
        await self._say(call, "trouble")
        if is_new:
            await self._record(call, Untaken.UNANSWERED)
        await self.rooms.end(call.name)

    async def _forward(self, call: CallRoom, to: str) -> bool:
        """Send a caller on; a telephone that rings still is answered by the words before."""
        await self._say(call, "moment")
        try:
            await self.rooms.transfer(call.name, call.caller or "", to)
        except errors.Unavailable as cause:
            _log.error("a lost call could not be sent on", why=cause.sentence)
            return False
        return True

    async def _say(self, call: CallRoom, recording: str) -> None:
        try:
            await announce.announce(self.access, self.clock.now(), call.name, recording)
        except errors.Unavailable as cause:
            _log.error("a caller could not be told", why=cause.sentence)

    def _keep(self, call: CallRoom, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._busy[call.name] = task
        task.add_done_callback(lambda done: self._done(call.name, done))

    def _done(self, name: str, task: asyncio.Task[None]) -> None:
        self._busy.pop(name, None)
        if not task.cancelled() and (wrong := task.exception()) is not None:
            _log.error("a caller could not be served", exc_info=wrong)


async def _run(office: Office) -> None:
    entry = access.of(office.keyring, office.settings.livekit_port)
    async with open_rooms(entry) as rooms:
        warden = Warden(
            access=entry,
            clock=SystemClock(),  # LiveKit's server keeps the true time, in a rehearsal as well
            rooms=rooms,
            most_calls=office.settings.calls_at_once,
            record=partial(rows.record, office),
            keep_row=partial(rows.keep, office),
        )

        dialler = Dialler(
            db=office.db,
            keyring=office.keyring,
            clock=office.clock,
            rooms=rooms,
            most_calls=office.settings.calls_at_once,
            config=lambda: versions.live(office.db),
            secret=office.secret,
        )

        def take_up(voice: model.Voice) -> None:
            warden.phone = voice.phone

        await process.until_stopped(live.follow(office, take_up), warden.run(), dialler.run())


def _main(chosen: Settings) -> None:
    with contextlib.closing(open_office(chosen)) as office:
        asyncio.run(_run(office))


if __name__ == "__main__":
    process.run("warden", _main)
