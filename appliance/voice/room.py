"""A call in a LiveKit room: who is there, their sound, their keys."""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import Callable

from livekit import rtc
from livekit.agents import Agent, AgentSession, AutoSubscribe, JobContext
from livekit.agents.voice import room_io

from appliance.connectors.phone import access
from appliance.connectors.phone.rooms import is_callers
from appliance.voice import transfer
from appliance.voice.announced import Announced
from appliance.voice.transfer import Errand, Handed, Way
from appliance.voice.values import IncomingCall

_COMES_S = 20.0
_ANSWERED_S = 75.0
_HANG_UP_S = 5.0
_NAMED_S = 2.0
_CALLERS = rtc.ParticipantKind.PARTICIPANT_KIND_SIP, rtc.ParticipantKind.PARTICIPANT_KIND_STANDARD
_STATUS, _RINGING = "sip.callStatus", {"ringing", "dialing", "automation"}


class RoomLine:
    """A call's sound, carried by LiveKit. `person` gives the way to whoever takes callers."""

    def __init__(
        self,
        job: JobContext,
        caller: rtc.RemoteParticipant,
        *,
        person: Callable[[str | None], Way | None],
    ) -> None:
        self._person = person
        self._job = job
        self._caller = caller
        self._is_joined = False
        self.gone = asyncio.Event()
        self._changed = asyncio.Event()
        job.room.on("participant_disconnected", self._on_left)
        job.room.on("disconnected", lambda *_: self.gone.set())
        job.room.on("participant_attributes_changed", lambda *_: self._changed.set())

    async def begin(self, session: AgentSession[None], agent: Agent) -> bool:
        """Start the session in the room and wait until the other side can hear it."""
        await session.start(
            agent,
            room=self._job.room,
            room_options=room_io.RoomOptions(
                participant_identity=self._caller.identity,
                text_input=False,
                close_on_disconnect=False,
            ),
            record=False,
        )
        return await self.answered()

    def on_digit(self, pressed: Callable[[str], None]) -> None:
        """Tell of every key the caller presses."""

        def received(key: rtc.SipDTMF) -> None:
            if key.participant is None or key.participant.identity == self._caller.identity:
                pressed(key.digit)

        self._job.room.on("sip_dtmf_received", received)

    async def hand_over(self, errand: Errand) -> Handed:
        """Put the caller through to whoever takes callers now; without anybody the ticket waits."""
        way = self._person(errand.department)
        if way is None:
            return Handed.NOBODY
        if way.warm is None:
            return await transfer.put_through(self._job, self._caller, way.to)
        handed = await Announced(
            job=self._job,
            caller=self._caller,
            to=way.warm,
            ring_s=way.ring_s,
            errand=errand,
            gone=self.gone,
        ).put_through()
        self._is_joined = handed is Handed.TAKEN
        return handed

    async def hang_up(self) -> None:
        """Close the room: every side of the call ends, unless we have joined two people in it."""
        if self._is_joined:
            return
        with contextlib.suppress(Exception):  # the server may be gone, and with it the room
            async with asyncio.timeout(_HANG_UP_S):
                await self._job.delete_room()

    async def close(self) -> None:
        """Nothing is held beside the room."""

    async def answered(self) -> bool:
        """Wait while the other telephone still rings: nobody hears a greeting then.

        False where nobody takes the call.
        """
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_ANSWERED_S):
                while self._caller.attributes.get(_STATUS) in _RINGING:
                    if self.gone.is_set():
                        return False
                    self._changed.clear()
                    with contextlib.suppress(TimeoutError):
                        async with asyncio.timeout(0.5):
                            await self._changed.wait()
        return self._caller.attributes.get(_STATUS) not in {*_RINGING, "hangup"}

    def _on_left(self, who: rtc.RemoteParticipant) -> None:
        if who.identity == self._caller.identity:
            self.gone.set()


async def caller_in(job: JobContext) -> rtc.RemoteParticipant | None:
    """Enter the room and give whoever calls; None where nobody is there any more."""
    await job.connect(auto_subscribe=AutoSubscribe.AUDIO_ONLY)
    await _name_process(job)
    return await coming(job.room, within_s=_COMES_S)


async def coming(inside: rtc.Room, *, within_s: float) -> rtc.RemoteParticipant | None:
    """Wait for whoever calls; None where nobody comes in time.

    LiveKit's own `wait_for_participant` takes a recording that is played to the caller for one.
    """
    changed = asyncio.Event()

    def on_change(*_: object) -> None:
        changed.set()

    inside.on("participant_connected", on_change)
    inside.on("disconnected", on_change)
    try:
        async with asyncio.timeout(within_s):
            while (caller := _caller(inside)) is None and inside.isconnected():
                changed.clear()
                await changed.wait()
            return caller
    except TimeoutError:
        return None
    finally:
        inside.off("participant_connected", on_change)
        inside.off("disconnected", on_change)


def _caller(inside: rtc.Room) -> rtc.RemoteParticipant | None:
    there = [each for each in inside.remote_participants.values() if is_callers(each.identity)]
    for kind in _CALLERS:
        for each in there:
            if each.kind == kind:
                return each
    return None


async def _name_process(job: JobContext) -> None:
    """Say which process holds the call; without it the server takes 20 s to notice its death."""
    with contextlib.suppress(Exception):
        async with asyncio.timeout(_NAMED_S):
            own = {access.PROCESS: str(os.getpid())}
            await job.room.local_participant.set_attributes(own)


def call_of(job: JobContext, caller: rtc.RemoteParticipant) -> IncomingCall:
    """Read what LiveKit's bridge says of a call; without it, it comes from a browser."""
    told = caller.attributes
    is_sip = caller.kind == rtc.ParticipantKind.PARTICIPANT_KIND_SIP or "sip.callID" in told
    return IncomingCall(
        call_id=told.get("sip.callID") or job.job.id,
        direction="outbound" if told.get("sip.callDirection") == "outbound" else "inbound",
        caller=(told.get("sip.phoneNumber") if is_sip else caller.identity) or None,
        called=told.get("sip.trunkPhoneNumber") if is_sip else None,
        kind="sip" if is_sip else "web",
    )
