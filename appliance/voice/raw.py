"""A call without a line: sound in from 16-bit samples in real time, sound out into memory.

For `appliance call` and for tests. A phone line never stops: after the last sample comes silence.
"""

from __future__ import annotations

import asyncio
import time
import wave
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from livekit import rtc
from livekit.agents import Agent, AgentSession
from livekit.agents.voice import io
from livekit.agents.voice.transcription import TranscriptSynchronizer

from appliance.core import errors
from appliance.core.sound import wav
from appliance.voice.transfer import Errand, Handed

RATE = 16_000
_FRAME_S = 0.02
_FRAME = int(RATE * _FRAME_S)


def read_wav(path: Path) -> bytes:
    """Read a WAV file as 16 kHz mono samples of 16 bit.

    Raises:
        Refused: it is no such file, or of a kind we do not read.
    """
    try:
        with wave.open(str(path), "rb") as file:
            if file.getsampwidth() != 2:
                raise errors.Refused(f"{path} has no 16-bit samples. Convert it first.")
            rate, channels = file.getframerate(), file.getnchannels()
            sound = file.readframes(file.getnframes())
    except (OSError, EOFError, wave.Error) as cause:
        raise errors.Refused(f"{path} is no WAV file that can be read ({cause}).") from None
    if channels > 1:
        sound = memoryview(sound).cast("h")[::channels].tobytes()
    if rate == RATE or not sound:
        return sound
    resampler = rtc.AudioResampler(rate, RATE, quality=rtc.AudioResamplerQuality.HIGH)
    frame = rtc.AudioFrame(sound, rate, 1, len(sound) // 2)
    return b"".join(bytes(each.data) for each in [*resampler.push(frame), *resampler.flush()])


class Microphone(io.AudioInput):
    """Gives what is put into it in real time, silence in between."""

    def __init__(self) -> None:
        super().__init__(label="microphone")
        self._waiting = bytearray()
        self._began: float | None = None
        self._given = 0
        self.silent = asyncio.Event()
        self.silent.set()
        self.ended_at = 0.0

    def say(self, sound: bytes) -> None:
        """Put sound in; `silent` is set again, and `ended_at` known, once it has been given."""
        self._waiting += sound
        self.silent.clear()

    async def __anext__(self) -> rtc.AudioFrame:
        now = time.monotonic()
        if self._began is None:
            self._began = now
        wait_s = self._began + self._given * _FRAME_S - now
        if wait_s > 0:
            await asyncio.sleep(wait_s)
        self._given += 1
        sound = bytes(self._waiting[: _FRAME * 2])
        del self._waiting[: _FRAME * 2]
        if sound and not self._waiting:
            self.ended_at = time.monotonic()
            self.silent.set()
        return rtc.AudioFrame(sound.ljust(_FRAME * 2, b"\0"), RATE, 1, _FRAME)


@dataclass(frozen=True, slots=True)
class Said:
    """A stretch that was played: when it began on the monotonic clock, and its samples."""

    at: float
    sound: bytes
    was_cut: bool


class Speaker(io.AudioOutput):
    """Plays into memory at the speed of sound, so that it can be interrupted."""

    def __init__(self) -> None:
        super().__init__(
            label="speaker",
            capabilities=io.AudioOutputCapabilities(pause=False),
            sample_rate=RATE,
        )
        self.said: list[Said] = []
        self.first_at: float | None = None
        self._sound = bytearray()
        self._at: float | None = None
        self._end: asyncio.TimerHandle | None = None

    @property
    def is_playing(self) -> bool:
        """Whether something is being played."""
        return self._at is not None

    async def capture_frame(self, frame: rtc.AudioFrame) -> None:
        """Take a frame to play."""
        await super().capture_frame(frame)
        if self._at is None:
            self._at = time.monotonic()
            self.first_at = self.first_at or self._at
            self.on_playback_started(created_at=time.time())  # noqa: TID251 - LiveKit's clock
        self._sound += bytes(frame.data)

    def flush(self) -> None:
        """Nothing more comes: the stretch is over when it has been played."""
        super().flush()
        if self._at is not None:
            left_s = self._at + len(self._sound) / 2 / RATE - time.monotonic()
            loop = asyncio.get_running_loop()
            self._end = loop.call_later(max(left_s, 0), partial(self._finish, was_cut=False))

    def clear_buffer(self) -> None:
        """Stop playing."""
        if self._at is not None:
            self._finish(was_cut=True)

    def _finish(self, *, was_cut: bool) -> None:
        assert self._at is not None
        if self._end is not None:
            self._end.cancel()
            self._end = None
        played_s = len(self._sound) / 2 / RATE
        if was_cut:
            played_s = min(time.monotonic() - self._at, played_s)
        played = bytes(self._sound[: int(played_s * RATE) * 2])
        self.said.append(Said(self._at, played, was_cut))
        self._sound.clear()
        self._at = None
        self.on_playback_finished(playback_position=played_s, interrupted=was_cut)


class RawLine:
    """A call's sound in this process."""

    def __init__(self) -> None:
        self.microphone = Microphone()
        self.speaker = Speaker()
        self.began = 0.0
        self.session: AgentSession[None] | None = None
        self._synchronizer: TranscriptSynchronizer | None = None
        self.gone = asyncio.Event()
        self._pressed: Callable[[str], None] = lambda _: None

    async def begin(self, session: AgentSession[None], agent: Agent) -> bool:
        """Start the session. Only through the synchronizer is it known what was heard."""
        self.session, self.began = session, time.monotonic()
        synchronizer = self._synchronizer = TranscriptSynchronizer(
            next_in_chain_audio=self.speaker, next_in_chain_text=_Nowhere()
        )
        session.input.audio = self.microphone
        session.output.audio = synchronizer.audio_output
        session.output.transcription = synchronizer.text_output
        await session.start(agent, record=False)
        return True

    def on_digit(self, pressed: Callable[[str], None]) -> None:
        """Tell of keys."""
        self._pressed = pressed

    def press(self, keys: str) -> None:
        """Press keys as the caller would."""
        for key in keys:
            self._pressed(key)

    async def hand_over(self, errand: Errand) -> Handed:  # noqa: ARG002 - the protocol's
        """Nobody else is on this line."""
        return Handed.NOBODY

    async def hang_up(self) -> None:
        """End the call from our side."""
        self.gone.set()

    async def close(self) -> None:
        """End what has matched text with sound."""
        if self._synchronizer is not None:
            await self._synchronizer.aclose()

    def write_wav(self, path: Path) -> None:
        """Write what the caller heard, silences included, as 16 kHz mono."""
        sound = bytearray()
        for each in self.speaker.said:
            start = max(int((each.at - self.began) * RATE), 0) * 2
            sound += b"\0" * max(start - len(sound), 0)
            sound += each.sound
        path.write_bytes(wav(bytes(sound), rate=RATE))


class _Nowhere(io.TextOutput):
    """Takes the text that goes with the sound: it is read elsewhere."""

    def __init__(self) -> None:
        super().__init__(label="nowhere", next_in_chain=None)

    async def capture_text(self, text: str) -> None:
        """Take a piece."""

    def flush(self) -> None:
        """Take the end."""
