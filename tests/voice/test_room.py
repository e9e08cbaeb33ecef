"""Who of those in a call's room is the caller."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any

import pytest
from livekit import rtc

from appliance.connectors.phone import announce
from appliance.connectors.phone.access import PERSON
from appliance.voice import room

_Kind = rtc.ParticipantKind
SIP, BROWSER = _Kind.PARTICIPANT_KIND_SIP, _Kind.PARTICIPANT_KIND_STANDARD
AGENT = _Kind.PARTICIPANT_KIND_AGENT


@dataclass
class Who:
    """Somebody in a room."""

    identity: str
    kind: int


class Room(rtc.EventEmitter[str]):
    """A room by script."""

    def __init__(self, *inside: Who) -> None:
        super().__init__()
        self.is_open = True
        self.remote_participants = {each.identity: each for each in inside}

    def isconnected(self) -> bool:
        return self.is_open

    def enter(self, who: Who) -> None:
        self.remote_participants[who.identity] = who
        self.emit("participant_connected", who)

    def close(self) -> None:
        self.is_open = False
        self.emit("disconnected", "over")


ANNOUNCER = Who(f"{announce.IDENTITY}1", BROWSER)
OTHERS = (ANNOUNCER, Who(f"{PERSON}1", SIP), Who("agent-1", AGENT))


async def who_calls(inside: Any, *, within_s: float = 5) -> str | None:
    found = await room.coming(inside, within_s=within_s)
    return found.identity if found else None


@pytest.mark.parametrize("caller", [Who("sip_1", SIP), Who("web-1", BROWSER)])
async def test_a_recording_and_a_person_who_was_asked_are_no_callers(caller: Who) -> None:
    assert await who_calls(Room(*OTHERS, caller)) == caller.identity


async def test_who_comes_later_is_waited_for_past_everybody_else() -> None:
    inside = Room(*OTHERS)
    waiting = asyncio.create_task(who_calls(inside))
    await asyncio.sleep(0)
    inside.enter(Who(f"{announce.IDENTITY}2", BROWSER))
    await asyncio.sleep(0)
    assert not waiting.done()

    inside.enter(Who("sip_1", SIP))

    assert await waiting == "sip_1"
    assert not any(inside._events.values())


async def test_in_a_room_that_is_left_to_itself_nobody_calls() -> None:
    inside = Room(*OTHERS)
    waiting = asyncio.create_task(who_calls(inside))
    await asyncio.sleep(0)
    inside.close()

    assert await waiting is None
    assert await who_calls(Room(*OTHERS), within_s=0.01) is None
