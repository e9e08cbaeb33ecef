"""A call's sound for the keypad menu, in a LiveKit room."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable

from livekit import rtc
from livekit.agents import JobContext

from appliance.connectors.phone.prompts import RATE
from appliance.voice.room import RoomLine
from appliance.voice.transfer import Errand, Handed

_FRAME_BYTES = RATE * 2 // 50
_AHEAD_MS = 100


class KeyLine:
    """Plays recordings into the room, and listens for keys and messages, until `stop` is set."""

    def __init__(
        self,
        job: JobContext,
        caller: rtc.RemoteParticipant,
        line: RoomLine,
        *,
        stop: asyncio.Event,
    ) -> None:
        self._stop = stop
        self._job = job
        self._caller = caller
        self._line = line
        self._keys: asyncio.Queue[str] = asyncio.Queue()
        self._source = rtc.AudioSource(RATE, 1, queue_size_ms=_AHEAD_MS)
        line.on_digit(self._keys.put_nowait)

    @property
    def gone(self) -> asyncio.Event:
        """Set once the caller has hung up."""
        return self._line.gone

    async def begin(self) -> None:
        """Take the call: it is answered once there is sound, and heard once it is answered."""
        track = rtc.LocalAudioTrack.create_audio_track("menu", self._source)
        options = rtc.TrackPublishOptions(source=rtc.TrackSource.SOURCE_MICROPHONE)
        await self._job.room.local_participant.publish_track(track, options)
        await self._line.answered()

    async def play(self, samples: bytes, *, until: Callable[[], bool]) -> None:
        """Speak samples; stop early once `until` says so, or the caller is gone."""
        for at in range(0, len(samples), _FRAME_BYTES):
            if until() or self.gone.is_set():
                self._source.clear_queue()
                return
            part = samples[at : at + _FRAME_BYTES]
            await self._source.capture_frame(rtc.AudioFrame(part, RATE, 1, len(part) // 2))
        await self._source.wait_for_playout()

    async def key(self, within_s: float) -> str | None:
        """Give the next key; None where none comes in time, the caller is gone, or we stop."""
        pressed = asyncio.ensure_future(self._keys.get())
        over = {asyncio.ensure_future(each.wait()) for each in (self.gone, self._stop)}
        try:
            await asyncio.wait(
                {pressed, *over}, timeout=within_s, return_when=asyncio.FIRST_COMPLETED
            )
            return pressed.result() if pressed.done() else None
        finally:
            for each in (pressed, *over):
                each.cancel()

    def has_key(self) -> bool:
        """Tell whether a key waits to be read."""
        return not self._keys.empty()

    async def record(self, most_s: float) -> bytes:
        """Listen until a key, the caller's end or ours, or the time is up.

        Keys pressed before are forgotten: one that cut our sentence short would end this at once.
        """
        while not self._keys.empty():
            self._keys.get_nowait()
        heard = bytearray()
        listening = asyncio.create_task(self._listen(heard))
        try:
            await self.key(most_s)
        finally:
            listening.cancel()
            await asyncio.gather(listening, return_exceptions=True)
        return bytes(heard)

    async def hand_over(self, errand: Errand) -> Handed:
        """Put the caller through to a person."""
        return await self._line.hand_over(errand)

    async def hang_up(self) -> None:
        """End the call, once what was said is heard."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(2):
                await self._source.wait_for_playout()
        await self._line.hang_up()
        await self._source.aclose()

    async def _listen(self, heard: bytearray) -> None:
        tracks = [
            publication.track
            for publication in self._caller.track_publications.values()
            if isinstance(publication.track, rtc.RemoteAudioTrack)
        ]
        if not tracks:
            return
        stream = rtc.AudioStream.from_track(track=tracks[0], sample_rate=RATE, num_channels=1)
        try:
            async for event in stream:
                heard += bytes(event.frame.data)
        finally:
            await stream.aclose()
