"""The calls there are, as LiveKit's server knows them: who is inside, and what can be done."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
from collections.abc import AsyncIterator, Awaitable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TypeVar

import aiohttp
from livekit import api
from livekit.protocol.agent import JobStatus
from livekit.protocol.models import ParticipantInfo, Room

from appliance.connectors.phone import announce
from appliance.connectors.phone.access import AGENT, PERSON, PREFIX, PROCESS, Access
from appliance.core import errors

T = TypeVar("T")

JOINED = "joined"
"""The metadata of a room in which a caller and a person have been left to each other."""

_LIVES = {JobStatus.JS_PENDING, JobStatus.JS_RUNNING}
_PATIENCE_S = 5.0


@dataclass(frozen=True, slots=True)
class CallRoom:
    """A call.

    `caller` is the identity of who called, or whom we have called; `is_talking` once the call was
    answered. `person` is whom the bot has called in; with `is_joined` the two are left alone.
    `number` is the telephone's, where it shows one; `called` what it dialled; `call_id` is what the
    bridge calls it. Who `is_disguised` is nobody we serve.
    """

    name: str
    began_at: int
    caller: str | None
    is_telephone: bool
    has_bot: bool
    is_talking: bool
    person: str | None = None
    is_joined: bool = False
    number: str | None = None
    called: str = ""
    call_id: str = ""
    is_disguised: bool = False


@dataclass(frozen=True, slots=True)
class Rooms:
    """LiveKit's interface, as far as calls need it."""

    server: api.LiveKitAPI

    async def all(self) -> list[CallRoom]:
        """List the calls, the oldest first.

        Raises:
            Unavailable: the server does not answer.
        """
        listed = await _asked(self.server.room.list_rooms(api.ListRoomsRequest()))
        found = []
        for room in listed.rooms:
            if room.name.startswith(PREFIX):
                inside = await self._inside(room.name)
                living = [each for each in inside if not is_dead(each)]
                for each in inside:
                    if each not in living:  # the server holds it to be there for 20 s more
                        await self._remove(room.name, each.identity)
                found.append(_call(room, living))
        return sorted(found, key=lambda call: call.began_at)

    async def _remove(self, room: str, identity: str) -> None:
        """Put somebody out who may be gone already."""
        gone = api.RoomParticipantIdentity(room=room, identity=identity)
        with contextlib.suppress(errors.Unavailable):
            await _asked(self.server.room.remove_participant(gone))

    async def _inside(self, room: str) -> list[ParticipantInfo]:
        asked = api.ListParticipantsRequest(room=room)
        return list((await _asked(self.server.room.list_participants(asked))).participants)

    async def call_bot(self, room: str, told: dict[str, str]) -> None:
        """Ask for the bot unless one is on its way; `told` is what the worker learns of the call.

        Nothing that was asked before is taken back: the server lists no job that a worker has not
        accepted yet, and ends it, with the call, once its dispatch is deleted. Two bots may come,
        then; one of them leaves (`voice.hold`).

        Raises:
            Unavailable: the server does not answer.
        """
        asked = await _asked(self.server.agent_dispatch.list_dispatch(room))
        if any(job.state.status in _LIVES for one in asked for job in one.state.jobs):
            return
        wanted = api.CreateAgentDispatchRequest(
            agent_name=AGENT, room=room, metadata=json.dumps(told)
        )
        await _asked(self.server.agent_dispatch.create_dispatch(wanted))

    async def forget_bots(self, room: str) -> None:
        """Take back whatever was asked of a room's bots, and end those that were on their way.

        The server believes for minutes that a bot lives whose process was killed.

        Raises:
            Unavailable: the server does not answer.
        """
        for one in await _asked(self.server.agent_dispatch.list_dispatch(room)):
            await _asked(self.server.agent_dispatch.delete_dispatch(one.id, room))

    async def open_outward(self, room: str) -> None:
        """Make the room of a call of ours, and call the bot into it: it waits there.

        Raises:
            Unavailable: the server does not answer.
        """
        agent = api.RoomAgentDispatch(agent_name=AGENT, metadata='{"kind": "sip"}')
        wanted = api.CreateRoomRequest(
            name=room, empty_timeout=90, departure_timeout=5, agents=[agent]
        )
        await _asked(self.server.room.create_room(wanted))

    async def has_bot(self, room: str) -> bool:
        """Tell whether the bot is in a room.

        Raises:
            Unavailable: the server does not answer.
        """
        inside = await self._inside(room)
        return any(each.kind == ParticipantInfo.Kind.AGENT for each in inside)

    async def take_back(self, room: str, person: str) -> None:
        """Hang up on a person who was being asked, and let the caller be heard again.

        Raises:
            Unavailable: the server does not answer.
        """
        await self._remove(room, person)
        for each in await self._inside(room):
            for track in each.tracks:
                if track.muted and each.identity != person:
                    wanted = api.MuteRoomTrackRequest(
                        room=room, identity=each.identity, track_sid=track.sid, muted=False
                    )
                    await _asked(self.server.room.mute_published_track(wanted))

    async def end(self, room: str) -> None:
        """End a call; one that was not answered hears that it is busy.

        Raises:
            Unavailable: the server does not answer.
        """
        await _asked(self.server.room.delete_room(api.DeleteRoomRequest(room=room)))

    async def transfer(self, room: str, caller: str, to: str) -> None:
        """Send a telephone elsewhere (REFER); the call ends here once it is taken there.

        Raises:
            Unavailable: it was not taken there; the call goes on here.
        """
        wanted = api.TransferSIPParticipantRequest(
            room_name=room, participant_identity=caller, transfer_to=to
        )
        await _asked(self.server.sip.transfer_sip_participant(wanted), within_s=45)


def is_callers(identity: str) -> bool:
    """Tell whether it is a caller's: neither of a person who was asked in, nor of a recording."""
    return not identity.startswith((PERSON, announce.IDENTITY))


def is_dead(who: ParticipantInfo) -> bool:
    """Tell whether it is a bot whose process, on this machine, is no more."""
    if who.kind != ParticipantInfo.Kind.AGENT or not who.attributes.get(PROCESS, "").isdecimal():
        return False
    try:
        os.kill(int(who.attributes[PROCESS]), 0)
    except ProcessLookupError:
        return True
    except OSError:
        return False  # somebody else's
    return False


def _call(room: Room, inside: list[ParticipantInfo]) -> CallRoom:
    bots = [each for each in inside if each.kind == ParticipantInfo.Kind.AGENT]
    persons = [each.identity for each in inside if each.identity.startswith(PERSON)]
    telephones = [
        each
        for each in inside
        if each.kind == ParticipantInfo.Kind.SIP and is_callers(each.identity)
    ]
    browsers = [each for each in inside if each.kind == ParticipantInfo.Kind.STANDARD]
    callers = telephones or [each for each in browsers if is_callers(each.identity)]
    told = callers[0].attributes if callers else {}
    return CallRoom(
        name=room.name,
        began_at=room.creation_time_ms,
        caller=callers[0].identity if callers else None,
        is_telephone=bool(telephones),
        has_bot=bool(bots),
        is_talking=any(
            each.attributes.get("sip.callStatus", "active") == "active" for each in callers
        ),
        person=persons[0] if persons else None,
        is_joined=room.metadata == JOINED,
        number=told.get("sip.phoneNumber") or None,
        called=told.get("sip.trunkPhoneNumber", ""),
        call_id=told.get("sip.callID", ""),
        is_disguised=is_disguised(told),
    )


def is_disguised(told: Mapping[str, str]) -> bool:
    """Tell by what the bridge says whether a caller has named an allowed network as their host.

    LiveKit lets them in then, wherever they are (protocol/sip, matchAddrMasks: `mask == host`).
    """
    return "/" in told.get("sip.hostname", "")


async def _asked(work: Awaitable[T], *, within_s: float = _PATIENCE_S) -> T:
    try:
        async with asyncio.timeout(within_s):
            return await work
    except (aiohttp.ClientError, api.TwirpError, TimeoutError) as cause:
        raise errors.Unavailable("LiveKit's server did not do what it was asked.") from cause


@asynccontextmanager
async def open_rooms(access: Access) -> AsyncIterator[Rooms]:
    """Open the way to the server's interface."""
    async with api.LiveKitAPI(access.http, access.key, access.secret) as server:
        yield Rooms(server)
