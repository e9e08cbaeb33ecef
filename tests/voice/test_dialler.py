"""The dialler: nobody's telephone rings without a free line and a bot that is there."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from livekit import api

from appliance.config.model import BotConfig
from appliance.connectors.phone import access
from appliance.connectors.phone.rooms import CallRoom
from appliance.core import errors
from appliance.services.dials import port, records
from appliance.services.dials.values import Dial
from appliance.switchboard import dialler
from appliance.switchboard.dialler import Dialler
from tests.config import sample
from tests.fakes.livekit_api import OK, error, livekit
from tests.services.dials.terms import NUMBER, terms
from tests.test_calls_owed import VOICE


@dataclass
class Rooms:
    """The calls there are; a bot comes into a room of ours unless it `stays_away`."""

    server: api.LiveKitAPI
    calls: list[CallRoom] = field(default_factory=list)
    stays_away: bool = False
    is_down: bool = False
    ended: list[str] = field(default_factory=list)

    async def all(self) -> list[CallRoom]:
        if self.is_down:
            raise errors.Unavailable("LiveKit's server did not do what it was asked.")
        return self.calls

    async def open_outward(self, room: str) -> None:
        self.calls.append(a_call(room))

    async def has_bot(self, room: str) -> bool:
        return not self.stays_away

    async def call_bot(self, room: str, told: dict[str, str]) -> None:
        """Nobody comes."""

    async def end(self, room: str) -> None:
        self.calls = [call for call in self.calls if call.name != room]
        self.ended.append(room)


def a_call(name: str) -> CallRoom:
    return CallRoom(
        name=name, began_at=0, caller="c", is_telephone=True, has_bot=True, is_talking=True
    )


@dataclass
class Desk:
    dialler: Dialler
    rooms: Rooms
    asked: list[bytes]

    async def owe(self, origin: str = "one") -> Dial:
        by = self.dialler
        now = by.clock.now()
        made: Dial = await by.db.write(
            lambda c: port.put(
                c,
                by.keyring,
                now,
                terms(),
                origin=origin,
                contact_id="contact",
                number=NUMBER,
                reason="Your watch is ready.",
                by="test",
                expires_at=now + timedelta(days=1),
            )
        )
        return made

    async def look(self) -> None:
        """Look once, and wait until nothing rings any more."""
        await self.dialler.look()
        await asyncio.gather(*self.dialler._rings.values())

    def see(self, dial: Dial) -> Dial:
        found = self.dialler.db.read(lambda c: port.find(c, self.dialler.keyring, dial.id))
        assert found is not None
        return found


def config(**outbound: Any) -> BotConfig:
    before, off, after = sample.SMALL.partition("\nvoice:\n  enabled: false\n")
    assert off
    loaded = sample.loaded((before + VOICE + after).encode())
    assert loaded.config is not None
    voice = loaded.config.voice
    other = voice.outbound.model_copy(update=outbound)
    changed = voice.model_copy(update={"outbound": other})
    return loaded.config.model_copy(update={"voice": changed})


@pytest.fixture
def open_desk(db, keyring, clock):
    @asynccontextmanager
    async def opened(said: bytes | None, **outbound: Any) -> AsyncIterator[Desk]:
        async with livekit(said) as (url, asked), api.LiveKitAPI(url, "key", "s" * 32) as server:
            rooms: Any = Rooms(server)
            made = Dialler(
                db=db,
                keyring=keyring,
                clock=clock,
                rooms=rooms,
                most_calls=4,
                config=lambda: config(**outbound),
                secret=lambda _: None,
            )
            yield Desk(made, rooms, asked)

    return opened


async def test_what_is_owed_is_dialled_once(open_desk):
    async with open_desk(OK) as desk:
        dial = await desk.owe()

        await desk.look()
        await desk.look()

        assert len(desk.asked) == 1
        assert (desk.see(dial).state, desk.see(dial).code) == ("sent", "answered")
        assert desk.rooms.calls[0].name == access.outward_room(dial.id, 1)
        assert desk.rooms.ended == []


async def test_a_busy_telephone_leaves_no_room_behind(open_desk):
    async with open_desk(error("resource_exhausted", sip_status_code="486")) as desk:
        dial = await desk.owe()

        await desk.look()

        assert (desk.see(dial).state, desk.see(dial).code) == ("queued", "busy")
        assert desk.rooms.ended == [access.outward_room(dial.id, 1)]


async def test_an_answer_that_is_lost_is_unknown_and_not_asked_for_again(open_desk, clock):
    async with open_desk(None) as desk:
        dial = await desk.owe()

        await desk.look()
        clock.advance(hours=2)
        await desk.look()

        assert len(desk.asked) == 1
        assert desk.see(dial).state == "unknown"


async def test_without_a_bot_nobodys_telephone_rings(open_desk, clock, monkeypatch):
    monkeypatch.setattr(dialler, "_BOT_EVERY_S", 0.001)
    monkeypatch.setattr(dialler, "_BOT_S", 0.05)
    async with open_desk(OK) as desk:
        desk.rooms.stays_away = True
        dial = await desk.owe()

        await desk.look()

        assert desk.asked == []
        seen = desk.see(dial)
        assert (seen.state, seen.code, seen.attempts) == ("queued", "not_ready", 0)
        desk.rooms.stays_away = False
        clock.advance(minutes=2)
        await desk.look()
        assert desk.see(dial).state == "sent"


async def test_what_waits_for_its_bot_at_the_stop_is_put_back(open_desk):
    async with open_desk(OK) as desk:
        desk.rooms.stays_away = True
        dial = await desk.owe()
        running = asyncio.create_task(desk.dialler.run())
        async with asyncio.timeout(10):
            while not desk.rooms.calls:
                await asyncio.sleep(0.01)
        rings = list(desk.dialler._rings.values())

        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        for ringing in rings:  # as asyncio.run does with what is left
            ringing.cancel()
        await asyncio.gather(*rings, return_exceptions=True)

        seen = desk.see(dial)
        assert (seen.state, seen.code, seen.attempts) == ("queued", "not_ready", 0)


@pytest.mark.parametrize(
    ("calls", "at_once"),
    [
        (["call-1", "call-2", "call-3"], 2),  # the last line is for who calls us
        ([access.outward_room("other", 1)], 1),
    ],
)
async def test_without_a_free_line_nobody_is_called(open_desk, calls, at_once):
    async with open_desk(OK, at_once=at_once) as desk:
        dial = await desk.owe()
        desk.rooms.calls = [a_call(name) for name in calls]

        await desk.look()

        assert desk.asked == []
        assert desk.see(dial).attempts == 0
        desk.rooms.calls = []
        await desk.look()
        assert len(desk.asked) == 1


async def test_no_more_are_called_at_once_than_is_said(open_desk):
    async with open_desk(OK, at_once=1) as desk:
        await desk.owe("one")
        await desk.owe("two")

        await desk.look()

        assert len(desk.asked) == 1


async def test_nobody_is_called_while_it_is_switched_off(open_desk):
    async with open_desk(OK, enabled=False) as desk:
        dial = await desk.owe()

        await desk.look()

        assert desk.asked == []
        assert desk.see(dial).state == "queued"


async def test_without_livekits_server_the_call_waits(open_desk):
    async with open_desk(OK) as desk:
        dial = await desk.owe()
        desk.rooms.is_down = True

        with pytest.raises(errors.Unavailable):
            await desk.look()

        assert desk.see(dial).state == "queued"
        assert desk.dialler.db.read(lambda c: records.answers_of(c, dial.id)) == []
