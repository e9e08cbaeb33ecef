"""Finds a recording in what came out of a telephone, by the shape of its spectrum over time.

G.711, Opus and a jitter buffer stand between the two: samples differ, loudness in bands does not.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from appliance.connectors.phone import prompts

# Frames of 32 ms, 16 ms apart; bands evenly between 200 and 3400 Hz.
_FRAME, _HOP, _BANDS = 256, 128, 20
_LOW, _HIGH = 200, 3_400
# So much of a recording is looked for: a jitter buffer stretches what is longer.
_PIECE_S = 0.9
# The same sentence was 0.87 to 0.98 by telephone, others up to 0.83.
ALIKE = 0.85


def is_heard(recording: str, sound: np.ndarray) -> bool:
    """Tell whether a recording was played in sound of 8 kHz."""
    return likeness(np.frombuffer(prompts.samples(recording), np.int16), sound) >= ALIKE


def likeness(wanted: np.ndarray, sound: np.ndarray) -> float:
    """Give how alike the best place in the sound is to the first words wanted: 1 is the same."""
    loud = np.flatnonzero(np.abs(wanted.astype(int)) > 500)
    piece = _shape(wanted[loud[0] : loud[0] + int(_PIECE_S * prompts.RATE)])
    whole = _shape(sound)
    if len(whole) < len(piece):
        return 0.0
    places = range(len(whole) - len(piece) + 1)
    return max(_correlation(piece, whole[at : at + len(piece)]) for at in places)


def _shape(sound: np.ndarray) -> np.ndarray:
    """Give the loudness of each band in each frame, as logarithms."""
    count = max((len(sound) - _FRAME) // _HOP + 1, 0)
    frames = np.stack(
        [sound[at * _HOP : at * _HOP + _FRAME] for at in range(count)]
        or [np.zeros(_FRAME, np.int16)]
    )
    power = np.abs(np.fft.rfft(frames * np.hanning(_FRAME))) ** 2
    edges = np.linspace(_LOW, _HIGH, _BANDS + 1) * _FRAME / prompts.RATE
    bands = [power[:, int(a) : int(b) + 1].sum(axis=1) for a, b in pairwise(edges)]
    shape: np.ndarray = np.log10(np.stack(bands, axis=1) + 1e6)
    return shape


def _correlation(one: np.ndarray, other: np.ndarray) -> float:
    a, b = one - one.mean(), other - other.mean()
    size = float(np.sqrt((a**2).sum() * (b**2).sum()))
    return float((a * b).sum()) / size if size else 0.0
