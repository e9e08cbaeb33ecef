"""Both sides of a call on one timeline: the caller left, the bot right, as Ogg Opus.

The caller's frames are the clock. What the bot says comes faster than it is heard: of it only as
much is taken as the clock went on while it was played, and what was cut off is left out.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import av
import numpy as np
import numpy.typing as npt
from livekit import rtc
from livekit.agents.voice import io

RATE = 16_000
_BITS_PER_S = 32_000
# A line that gives nothing for so long is silent, and the clock is ours.
_STALLED_S = 0.5
_PAGE_US = "500000"

Samples = npt.NDArray[np.int16]


class Heard(io.AudioInput):
    """Listens to what the caller says on its way to the recogniser."""

    def __init__(self, source: io.AudioInput, tape: Tape) -> None:
        super().__init__(label="tape", source=source)
        self._tape = tape

    async def __anext__(self) -> rtc.AudioFrame:
        frame = await super().__anext__()
        self._tape.heard(frame)
        return frame


class Spoken(io.AudioOutput):
    """Listens to what is said to the caller on its way to the line."""

    def __init__(self, sink: io.AudioOutput, tape: Tape) -> None:
        super().__init__(
            label="tape",
            capabilities=io.AudioOutputCapabilities(pause=True),
            next_in_chain=sink,
            sample_rate=sink.sample_rate,
        )
        self._tape = tape

    @property
    def _sink(self) -> io.AudioOutput:
        assert self.next_in_chain is not None
        return self.next_in_chain

    async def capture_frame(self, frame: rtc.AudioFrame) -> None:
        await self._sink.capture_frame(frame)
        await super().capture_frame(frame)
        self._tape.spoken(frame)

    def flush(self) -> None:
        super().flush()
        self._sink.flush()

    def clear_buffer(self) -> None:
        self._sink.clear_buffer()

    def pause(self) -> None:
        self._tape.is_paused = True
        super().pause()

    def resume(self) -> None:
        self._tape.is_paused = False
        super().resume()

    def on_playback_started(self, **told: Any) -> None:
        self._tape.is_playing = True
        super().on_playback_started(**told)

    def on_playback_finished(self, *, interrupted: bool, **told: Any) -> None:
        if interrupted:
            self._tape.forget_unheard()
        super().on_playback_finished(interrupted=interrupted, **told)


class Tape:
    """Collects samples from `start` on; `take` gives what has come, both sides alike long."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._began: float | None = None
        self._left, self._right, self._waiting = bytearray(), bytearray(), bytearray()
        self._samples = 0
        self._fits: dict[tuple[str, int], rtc.AudioResampler] = {}
        self.is_playing = False
        self.is_paused = False

    @property
    def ms(self) -> int:
        """How long it is."""
        return self._samples * 1000 // RATE

    def start(self) -> None:
        """Listen from now on."""
        self._began = self._clock()

    def stop(self) -> None:
        """Listen no more, and forget what was not taken."""
        self._began = None
        for waiting in (self._left, self._right, self._waiting):
            waiting.clear()

    def heard(self, frame: rtc.AudioFrame) -> None:
        """Take what the caller said."""
        if self._began is not None and self._late_s > -_STALLED_S:
            self._go_on(self._fit("caller", frame))

    def spoken(self, frame: rtc.AudioFrame) -> None:
        """Take what will be played to the caller."""
        if self._began is not None:
            self._waiting += self._fit("bot", frame)

    def forget_unheard(self) -> None:
        """Leave out what was not played."""
        self._waiting.clear()

    def take(self) -> Samples:
        """Give what has come since the last time: samples of 16 bits, left and right in turn."""
        if self._late_s > _STALLED_S:
            self._go_on(b"\0\0" * int(self._late_s * RATE))
        left, right = bytes(self._left), bytes(self._right)
        self._left.clear()
        self._right.clear()
        return np.stack([np.frombuffer(left, "<i2"), np.frombuffer(right, "<i2")], axis=1).ravel()

    @property
    def _late_s(self) -> float:
        """By how much the clock is ahead of what we have; less than 0 after a line had stalled."""
        if self._began is None:
            return 0.0
        return self._clock() - self._began - self._samples / RATE

    def _go_on(self, caller: bytes) -> None:
        """Let the clock go on by the caller's samples, and the bot's voice with it."""
        bot = b""
        if self.is_playing and not self.is_paused:
            bot = bytes(self._waiting[: len(caller)])
            del self._waiting[: len(caller)]
        self._left += caller
        self._right += bot.ljust(len(caller), b"\0")
        self._samples += len(caller) // 2

    def _fit(self, side: str, frame: rtc.AudioFrame) -> bytes:
        """Bring a frame to one channel and our rate."""
        samples = np.frombuffer(frame.data, np.int16)
        if frame.num_channels > 1:
            samples = samples.reshape(-1, frame.num_channels)[:, 0]
        if frame.sample_rate == RATE:
            return samples.tobytes()
        fit = self._fits.get((side, frame.sample_rate))
        if fit is None:
            fit = self._fits[side, frame.sample_rate] = rtc.AudioResampler(frame.sample_rate, RATE)
        mono = rtc.AudioFrame(samples.tobytes(), frame.sample_rate, 1, len(samples))
        return b"".join(bytes(each.data) for each in fit.push(mono))


class Encoder:
    """Samples to Ogg Opus; every piece follows the one before, and the file may end anywhere."""

    def __init__(self) -> None:
        self._made = _Made()
        self._file = av.open(self._made, "w", format="ogg", options={"page_duration": _PAGE_US})
        self._stream = self._file.add_stream("libopus", rate=RATE, layout="stereo")
        self._stream.bit_rate = _BITS_PER_S

    def push(self, samples: Samples) -> bytes:
        """Take samples of two channels in turn; gives what is ready."""
        if len(samples):
            frame = av.AudioFrame.from_ndarray(samples.reshape(1, -1), "s16", "stereo")
            frame.sample_rate = RATE
            self._file.mux(self._stream.encode(frame))
        return self._made.taken()

    def end(self) -> bytes:
        """Give the rest."""
        self._file.mux(self._stream.encode(None))
        self._file.close()
        return self._made.taken()


class _Made:
    """Where the encoder writes."""

    def __init__(self) -> None:
        self._bytes = bytearray()

    def write(self, part: bytes) -> int:
        self._bytes += part
        return len(part)

    def taken(self) -> bytes:
        made = bytes(self._bytes)
        self._bytes.clear()
        return made
