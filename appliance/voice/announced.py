"""A warm transfer: a person is called, hears who is on the line and why, and takes the call by key.

LiveKit's own server cannot move a telephone from one room to another, so the person is called into
the caller's room and the two are kept apart there: the server mutes both, and each of our tracks is
let to one of them alone. Key 1 takes the mutes away; then the bot leaves them to each other.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable
from dataclasses import dataclass, field
from typing import Any

from livekit import api, rtc
from livekit.agents import JobContext

from appliance.connectors.phone import access, outward
from appliance.connectors.phone.answers import Answer
from appliance.connectors.phone.outward import Destination
from appliance.connectors.phone.rooms import JOINED
from appliance.core import ids, logs
from appliance.voice.transfer import Errand, Handed

_log = logs.get(__name__)

TAKE, REFUSE = "1", "2"
_TIMES = 2
_DECIDES_S = 6.0
_STILL_EVERY_S = 9.0
_ASK_S = 5.0
_LOOK_S = 0.05


@dataclass(slots=True, kw_only=True)
class Announced:
    """One attempt to put a caller through. `gone` is set once the caller has hung up."""

    job: JobContext
    caller: rtc.RemoteParticipant
    to: Destination
    ring_s: float
    errand: Errand
    gone: asyncio.Event
    person: str = field(default_factory=lambda: f"{access.PERSON}{ids.new_id()}")
    _key: asyncio.Event = field(default_factory=asyncio.Event)
    _pressed: str = ""
    _left: asyncio.Event = field(default_factory=asyncio.Event)
    _ours: list[str] = field(default_factory=list)
    _source: rtc.AudioSource | None = None
    _track: str = ""

    async def put_through(self) -> Handed:
        """Call the person and ask; afterwards the two talk, or the caller is ours again."""
        room, is_taken = self.job.room, False
        room.on("sip_dtmf_received", self._on_key)
        room.on("participant_disconnected", self._on_left)
        try:
            if self.errand.hold is not None:
                await self._unless_gone(self.errand.hold())
            self._ours = list(room.local_participant.track_publications)
            self._let_hear()
            await self._mute(self.caller.identity, muted=True)
            is_taken = await self._asked()
            if is_taken:
                await self._join()
        except (api.ServerError, rtc.participant.PublishTrackError, TimeoutError) as cause:
            _log.error("a caller could not be announced", exc_info=cause)
            is_taken = False
        finally:
            room.off("sip_dtmf_received", self._on_key)
            room.off("participant_disconnected", self._on_left)
            await self._put_away()
            if not is_taken:
                await self._take_back()
        _log.info("a caller was announced", is_taken=is_taken)
        return Handed.TAKEN if is_taken else Handed.NOT_TAKEN

    # -- the person ------------------------------------------------------------------------------

    async def _asked(self) -> bool:
        """Call the person, tell them who it is; True where they take the call."""
        saying = asyncio.ensure_future(self.errand.announcement())
        calling = asyncio.ensure_future(
            outward.call(
                self.job.api,
                self.to,
                room=self.job.room.name,
                identity=self.person,
                ring_s=self.ring_s,
            )
        )
        holding = asyncio.create_task(self._hold(), name="hold")
        hushing = asyncio.create_task(self._hush(), name="hush the person")
        try:
            if await self._unless_gone(calling) is not Answer.ANSWERED:
                return False
            holding.cancel()
            sound = await self._unless_gone(saying)
            return sound is not None and await self._decides(sound)
        finally:
            for task in (saying, calling, holding, hushing):
                task.cancel()
            await asyncio.gather(saying, calling, holding, hushing, return_exceptions=True)

    async def _hold(self) -> None:
        """Let the caller know now and then that the telephone rings on."""
        while self.errand.still is not None:
            await asyncio.sleep(_STILL_EVERY_S)
            await self.errand.still()

    async def _hush(self) -> None:
        """Let the caller hear nothing of the person before they have decided.

        Their track is there while their telephone still rings.
        """
        while not await self._mute(self.person, muted=True):  # noqa: ASYNC110 - it comes by itself
            await asyncio.sleep(_LOOK_S)

    async def _decides(self, sound: Any) -> bool:
        """Say who it is until a key is pressed, twice at most."""
        source = await self._speak_apart(sound[0].sample_rate)
        for _ in range(_TIMES):
            for frame in sound:
                if self._is_decided:
                    break
                await source.capture_frame(frame)
            if not self._is_decided:
                await source.wait_for_playout()
            source.clear_queue()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(0 if self._is_decided else _DECIDES_S):
                    await self._unless_gone(self._key.wait())
            if self._is_decided:
                break
        return self._pressed == TAKE and not self.gone.is_set() and not self._left.is_set()

    @property
    def _is_decided(self) -> bool:
        return self._key.is_set() or self.gone.is_set() or self._left.is_set()

    async def _unless_gone(self, work: Awaitable[Any]) -> Any:
        """Give the result of `work`; None where either side hangs up before."""
        ends = (work, self.gone.wait(), self._left.wait())
        tasks = [asyncio.ensure_future(each) for each in ends]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            return tasks[0].result() if tasks[0].done() else None
        finally:
            for task in tasks:
                task.cancel()

    # -- who hears whom --------------------------------------------------------------------------

    async def _speak_apart(self, rate: int) -> rtc.AudioSource:
        """Open a voice that the person alone hears."""
        self._source = rtc.AudioSource(rate, 1)
        track = rtc.LocalAudioTrack.create_audio_track("announcement", self._source)
        options = rtc.TrackPublishOptions(source=rtc.TrackSource.SOURCE_MICROPHONE)
        published = await self.job.room.local_participant.publish_track(track, options)
        self._track = published.sid
        self._let_hear()
        async with asyncio.timeout(_ASK_S):
            await published.wait_for_subscription()
        return self._source

    def _let_hear(self) -> None:
        """Let the caller alone hear what they have heard so far, and the person the rest."""
        apart = ((self.caller.identity, self._ours), (self.person, [self._track]))
        self.job.room.local_participant.set_track_subscription_permissions(
            allow_all_participants=False,
            participant_permissions=[
                rtc.ParticipantTrackPermission(
                    participant_identity=who, allow_all=False, allowed_track_sids=tracks
                )
                for who, tracks in apart
                if any(tracks)
            ],
        )

    async def _mute(self, identity: str, *, muted: bool) -> bool:
        """Mute or unmute what somebody says, for all; False where they have no track yet."""
        who = self.job.room.remote_participants.get(identity)
        tracks = [
            each.sid
            for each in (who.track_publications.values() if who else ())
            if each.kind == rtc.TrackKind.KIND_AUDIO
        ]
        for sid in tracks:
            wanted = api.MuteRoomTrackRequest(
                room=self.job.room.name, identity=identity, track_sid=sid, muted=muted
            )
            async with asyncio.timeout(_ASK_S):
                await self.job.api.room.mute_published_track(wanted)
        return bool(tracks)

    async def _join(self) -> None:
        """Let the two hear each other. The room says it first: we may die in between."""
        await self._mark(JOINED)
        await self._mute(self.person, muted=False)
        await self._mute(self.caller.identity, muted=False)

    async def _mark(self, metadata: str) -> None:
        wanted = api.UpdateRoomMetadataRequest(room=self.job.room.name, metadata=metadata)
        async with asyncio.timeout(_ASK_S):
            await self.job.api.room.update_room_metadata(wanted)

    async def _take_back(self) -> None:
        """Hang up on the person and hear the caller again."""
        with contextlib.suppress(api.ServerError, TimeoutError):  # never came, or is gone already
            async with asyncio.timeout(_ASK_S):
                await self.job.api.room.remove_participant(
                    api.RoomParticipantIdentity(room=self.job.room.name, identity=self.person)
                )
        with contextlib.suppress(api.ServerError, TimeoutError):
            await self._mark("")
            await self._mute(self.caller.identity, muted=False)

    async def _put_away(self) -> None:
        """Let go of the person's own voice."""
        us = self.job.room.local_participant
        if self._track:
            with contextlib.suppress(rtc.participant.UnpublishTrackError):
                await us.unpublish_track(self._track)
        us.set_track_subscription_permissions(allow_all_participants=True)
        if self._source is not None:
            await self._source.aclose()

    # -- what happens ----------------------------------------------------------------------------

    def _on_key(self, key: rtc.SipDTMF) -> None:
        is_persons = key.participant is not None and key.participant.identity == self.person
        if is_persons and key.digit in {TAKE, REFUSE}:
            self._pressed = key.digit
            self._key.set()

    def _on_left(self, who: rtc.RemoteParticipant) -> None:
        if who.identity == self.person:
            self._left.set()
