"""G.711: 8-bit samples of the telephone to 16-bit ones and back, by tables (ITU-T G.711).

Python's own `audioop` is gone since 3.13.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from appliance.connectors.phone.sip import sdp

_BIAS = 0x84
_Table = NDArray[np.int16]


def decode(payload: bytes, codec: int) -> bytes:
    """Give 16-bit little-endian samples of a packet's payload."""
    return _decoding(codec)[np.frombuffer(payload, np.uint8)].astype("<i2").tobytes()


def encode(samples: bytes, codec: int) -> bytes:
    """Give a packet's payload of 16-bit little-endian samples."""
    return _encoding(codec)[np.frombuffer(samples, "<i2").view(np.uint16)].tobytes()


@cache
def _decoding(codec: int) -> _Table:
    return _mu_law() if codec == sdp.PCMU else _a_law()


def _mu_law() -> _Table:
    byte = ~np.arange(256, dtype=np.int32) & 0xFF
    exponent, mantissa = (byte >> 4) & 7, byte & 0x0F
    size = (((mantissa << 3) + _BIAS) << exponent) - _BIAS
    return np.where(byte & 0x80, -size, size).astype(np.int16)


def _a_law() -> _Table:
    byte = np.arange(256, dtype=np.int32) ^ 0x55
    exponent, mantissa = (byte >> 4) & 7, (byte & 0x0F) << 4
    low, high = mantissa + 8, (mantissa + 0x108) << np.maximum(exponent - 1, 0)
    size = np.where(exponent == 0, low, high)
    return np.where(byte & 0x80, size, -size).astype(np.int16)


@cache
def _encoding(codec: int) -> NDArray[np.uint8]:
    """Give, for every 16-bit sample seen as unsigned, the byte whose value is nearest."""
    levels = _decoding(codec).astype(np.int32)
    order = np.argsort(levels, kind="stable")
    known = levels[order]
    samples = np.arange(65536, dtype=np.uint16).view(np.int16).astype(np.int32)
    above = np.clip(np.searchsorted(known, samples), 1, 255)
    nearer = np.where(samples - known[above - 1] <= known[above] - samples, above - 1, above)
    return order[nearer].astype(np.uint8)
