"""LiveKit's side of a telephone call: the room, the caller's sound into it, the bot's out of it."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from livekit import rtc

from appliance.connectors.phone.sip.rtp import FRAME_BYTES, RATE
from appliance.core import errors, logs

_log = logs.get(__name__)

# What has not been passed on after this is dropped: late sound only makes a call lag.
_BACKLOG_MS = 200
_BACKLOG = _BACKLOG_MS // 20
_CODES = {key: code for code, key in enumerate("0123456789*#ABCD")}

TRANSFER = "transfer"


@dataclass(slots=True, kw_only=True, eq=False)
class Room:
    """One call's room. `said` gets the bot's 16-bit samples at 8 kHz, 20 ms at a time.

    `transfer` sends the caller elsewhere and gives the SIP status it got there. `gone` is set while
    the bot or the server is not there.
    """

    said: Callable[[bytes], None]
    transfer: Callable[[str], Awaitable[int]]
    bot_speaks: asyncio.Event = field(default_factory=asyncio.Event)
    gone: asyncio.Event = field(default_factory=asyncio.Event)
    closed: asyncio.Event = field(default_factory=asyncio.Event)
    is_deleted: bool = False
    _room: rtc.Room = field(default_factory=rtc.Room)
    _source: rtc.AudioSource = field(
        default_factory=lambda: rtc.AudioSource(RATE, 1, queue_size_ms=_BACKLOG_MS)
    )
    _waiting: asyncio.Queue[bytes] = field(default_factory=lambda: asyncio.Queue(_BACKLOG))
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    async def open(self, url: str, token: str) -> None:
        """Enter the room as the caller.

        Raises:
            Unavailable: LiveKit's server does not let us in.
        """
        self._room.on("track_subscribed", self._on_track)
        self._room.on("participant_disconnected", self._on_left)
        self._room.on("disconnected", self._on_closed)
        self._room.on("reconnecting", self.gone.set)
        self._room.on("reconnected", self.gone.clear)
        try:
            async with asyncio.timeout(5):
                await self._room.connect(url, token, rtc.RoomOptions(connect_timeout=5))
                ours = self._room.local_participant
                ours.register_rpc_method(TRANSFER, self._asked)
                track = rtc.LocalAudioTrack.create_audio_track("caller", self._source)
                options = rtc.TrackPublishOptions(source=rtc.TrackSource.SOURCE_MICROPHONE)
                await ours.publish_track(track, options)
        except (rtc.ConnectError, rtc.participant.PublishTrackError, TimeoutError) as cause:
            raise errors.Unavailable("LiveKit's server does not take the call.") from cause
        self._keep(self._pass_on())

    async def answered(self) -> None:
        """Tell the bot that the caller hears it now."""
        with contextlib.suppress(Exception):  # the call goes on without the hint
            await self._room.local_participant.set_attributes({"sip.callStatus": "active"})

    def hear(self, samples: bytes) -> None:
        """Take the caller's samples."""
        if self._waiting.full():
            self._waiting.get_nowait()
        self._waiting.put_nowait(samples)

    def press(self, key: str) -> None:
        """Take a key the caller has pressed."""
        ours = self._room.local_participant
        self._keep(ours.publish_dtmf(code=_CODES[key], digit=key))

    async def close(self) -> None:
        """Leave the room."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        with contextlib.suppress(Exception):  # the server may be gone
            async with asyncio.timeout(5):
                await self._room.disconnect()
        with contextlib.suppress(Exception):
            await self._source.aclose()

    # -- what happens in the room ----------------------------------------------------------------

    def _on_track(self, track: rtc.Track, _publication: Any, who: rtc.RemoteParticipant) -> None:
        if isinstance(track, rtc.RemoteAudioTrack):
            self._keep(self._listen(track, is_bot=_is_bot(who)))

    def _on_left(self, who: rtc.RemoteParticipant) -> None:
        if _is_bot(who):
            self.gone.set()

    def _on_closed(self, reason: Any) -> None:
        self.is_deleted = reason == rtc.DisconnectReason.ROOM_DELETED
        self.closed.set()

    async def _listen(self, track: rtc.RemoteAudioTrack, *, is_bot: bool) -> None:
        stream = rtc.AudioStream.from_track(
            track=track, sample_rate=RATE, num_channels=1, frame_size_ms=20
        )
        if is_bot:
            self.gone.clear()
            self.bot_speaks.set()
        try:
            async for event in stream:
                self.said(bytes(event.frame.data))
        finally:
            await stream.aclose()

    async def _pass_on(self) -> None:
        while True:
            samples = await self._waiting.get()
            for at in range(0, len(samples), FRAME_BYTES):
                part = samples[at : at + FRAME_BYTES]
                await self._source.capture_frame(
                    rtc.AudioFrame(
                        data=part,
                        sample_rate=RATE,
                        num_channels=1,
                        samples_per_channel=len(part) // 2,
                    )
                )

    async def _asked(self, request: rtc.RpcInvocationData) -> str:
        """Answer the bot's wish to send the caller elsewhere; nobody else in a room may wish it."""
        who = self._room.remote_participants.get(request.caller_identity)
        if who is None or not _is_bot(who):
            raise rtc.RpcError(1403, "only the bot may transfer a call")
        to = str(json.loads(request.payload)["to"])
        return json.dumps({"status": await self.transfer(to)})

    def _keep(self, work: Any) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (wrong := task.exception()) is not None:
            _log.warning("a part of a call broke", exc_info=wrong)


def _is_bot(who: rtc.Participant) -> bool:
    return bool(who.kind == rtc.ParticipantKind.PARTICIPANT_KIND_AGENT)
