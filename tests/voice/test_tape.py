"""Both sides of a call on one timeline, by a clock that the test moves."""

from __future__ import annotations

import io
from dataclasses import dataclass, field

import av
import numpy as np
import pytest
from livekit import rtc

from appliance.voice.tape import RATE, Encoder, Samples, Tape

FRAME_S = 0.02


def _frame(level: int, seconds: float = FRAME_S, rate: int = RATE) -> rtc.AudioFrame:
    samples = np.full(round(seconds * rate), level, np.int16)
    return rtc.AudioFrame(samples.tobytes(), rate, 1, len(samples))


@dataclass
class Call:
    """A caller who says 100, and a clock."""

    now: float = 1000.0
    tape: Tape = field(init=False)

    def __post_init__(self) -> None:
        self.tape = Tape(clock=lambda: self.now)

    def goes_on(self, seconds: float) -> None:
        for _ in range(round(seconds / FRAME_S)):
            self.now += FRAME_S
            self.tape.heard(_frame(100))

    def sides(self) -> tuple[Samples, Samples]:
        both = self.tape.take().reshape(-1, 2)
        return both[:, 0], both[:, 1]


@pytest.fixture
def call() -> Call:
    return Call()


def _seconds(samples: Samples, level: int) -> float:
    return int(np.count_nonzero(samples == level)) / RATE


def test_nothing_is_on_it_from_before_its_start(call: Call) -> None:
    call.tape.is_playing = True
    call.tape.spoken(_frame(7, 3.0))
    call.goes_on(1.0)

    call.tape.start()
    call.goes_on(1.0)

    caller, bot = call.sides()
    assert len(caller) == len(bot) == RATE
    assert (_seconds(caller, 100), _seconds(bot, 7)) == (1.0, 0.0)
    assert call.tape.ms == 1000


def test_nothing_is_on_it_from_after_its_stop(call: Call) -> None:
    call.tape.start()
    call.tape.spoken(_frame(7, 3.0))
    call.goes_on(1.0)

    call.tape.stop()
    call.tape.spoken(_frame(7, 3.0))
    call.goes_on(5.0)

    assert len(call.tape.take()) == 0


def test_what_was_cut_off_is_not_on_it(call: Call) -> None:
    call.tape.start()
    call.tape.spoken(_frame(7, 5.0))  # all at once, as a voice gives it
    call.goes_on(0.5)
    call.tape.is_playing = True
    call.goes_on(1.0)
    call.tape.forget_unheard()
    call.goes_on(0.5)

    caller, bot = call.sides()
    assert _seconds(caller, 100) == 2.0
    assert _seconds(bot, 7) == 1.0
    assert set(bot[: RATE // 2]) == {0}
    assert set(bot[RATE // 2 : RATE * 3 // 2]) == {7}


def test_a_reply_that_is_held_goes_on_later(call: Call) -> None:
    call.tape.start()
    call.tape.spoken(_frame(7, 1.0))
    call.tape.is_playing = True
    call.goes_on(0.5)
    call.tape.is_paused = True
    call.goes_on(0.5)
    call.tape.is_paused = False
    call.goes_on(1.0)

    _, bot = call.sides()
    assert [int(bot[round(at * RATE)]) for at in (0.25, 0.75, 1.25, 1.75)] == [7, 0, 7, 0]


def test_a_line_that_gives_nothing_is_silent_for_as_long(call: Call) -> None:
    call.tape.start()
    call.goes_on(1.0)
    call.now += 3.0

    caller, bot = call.sides()
    call.goes_on(1.0)

    assert len(caller) == len(bot) == pytest.approx(4 * RATE, abs=2)
    assert _seconds(caller, 100) == 1.0
    assert len(call.sides()[0]) == RATE


def test_frames_that_come_late_and_all_at_once_do_not_outrun_the_clock(call: Call) -> None:
    call.tape.start()
    call.now += 3.0
    call.sides()
    for _ in range(150):  # what was held up
        call.tape.heard(_frame(100))

    assert call.tape.ms <= 3600


def test_other_rates_and_channels_fit(call: Call) -> None:
    call.tape.start()
    call.tape.is_playing = True
    for _ in range(50):
        call.tape.spoken(_frame(7000, rate=24_000))
        call.now += FRAME_S
        both = np.tile(np.array([3000, 0], np.int16), 960).tobytes()
        call.tape.heard(rtc.AudioFrame(both, 48_000, 2, 960))

    caller, bot = call.sides()
    assert len(caller) == pytest.approx(RATE, rel=0.1)
    assert int(np.median(caller)) == pytest.approx(3000, rel=0.05)
    assert int(np.median(bot)) == pytest.approx(7000, rel=0.05)


def test_the_file_can_be_played_wherever_it_ends() -> None:
    encoder = Encoder()
    left = (8000 * np.sin(np.arange(RATE) * 0.2)).astype(np.int16)
    second = np.stack([left, np.zeros_like(left)], axis=1).ravel()

    pieces = [encoder.push(second) for _ in range(4)]
    whole = b"".join(pieces) + encoder.end()

    assert _played(whole)[0] == pytest.approx(4.0, abs=0.1)
    cut, loud_left, loud_right = _played(b"".join(pieces[:3]))
    assert 2.0 < cut <= 3.0
    assert loud_left > 0.1
    assert loud_right < 0.02


def _played(file: bytes) -> tuple[float, float, float]:
    """Give a file's seconds and how loud its sides are."""
    with av.open(io.BytesIO(file), "r") as reading:
        frames = [frame.to_ndarray() for frame in reading.decode(audio=0)]
    both = np.concatenate(frames, axis=1)
    return both.shape[1] / 48_000, float(np.abs(both[0]).mean()), float(np.abs(both[1]).mean())
