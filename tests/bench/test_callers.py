"""The ruler of the telephone's bench: a sound file that grows dates what is in it."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import pytest

from tests.bench.callers import RATE, Track

HEADER = bytes(44)
FRAME_S = 0.02


def sound(*parts: tuple[float, int]) -> bytes:
    """Give seconds of a loudness, one after the other."""
    return b"".join(np.full(round(s * RATE), level, np.int16).tobytes() for s, level in parts)


@pytest.mark.parametrize(("kind", "later_s"), [("enc", 0.0), ("dec", FRAME_S)])
def test_what_was_loud_is_dated_back_from_the_end_of_what_was_written(
    tmp_path: Path, kind: str, later_s: float
):
    track = Track(tmp_path, kind)
    track.look()  # there is no file yet
    written = HEADER + sound((0.3, 0), (0.2, 9000), (0.1, 100))
    (tmp_path / f"dump-1-{kind}.wav").write_bytes(written)

    began = time.monotonic()
    track.look()
    ended = time.monotonic()

    assert track.first_at is not None
    assert track.last_at is not None
    assert began <= track.first_at + 0.3 - later_s <= ended
    assert track.last_at - track.first_at == pytest.approx(0.2, abs=2 / RATE)
    assert track.is_over(0.05)
    track.close()


def test_what_is_forgotten_is_not_heard_again(tmp_path: Path):
    file = tmp_path / "dump-1-dec.wav"
    file.write_bytes(HEADER + sound((0.1, 9000)))
    track = Track(tmp_path, "dec")

    track.forget()
    with file.open("ab") as more:
        more.write(sound((0.1, 0)))
    track.look()
    assert (track.first_at, track.is_over(0)) == (None, False)

    with file.open("ab") as more:
        more.write(sound((0.1, 9000)) + b"\x00")  # half a sample is read with its other half
    track.look()
    with file.open("ab") as more:
        more.write(b"\x00")
    track.look()
    assert track.first_at is not None
    track.close()
