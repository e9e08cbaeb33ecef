"""The sound of one call: RTP packets of 20 ms, and key presses (RFC 3550, RFC 4733)."""

from __future__ import annotations

import asyncio
import secrets
import struct
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from appliance.connectors.phone.sip import g711, sdp
from appliance.core import errors

RATE = 8000
FRAME_BYTES = 320
_HEADER = struct.Struct("!BBHII")
_KEYS = "0123456789*#ABCD"
_BEHIND = 0x8000


@dataclass(slots=True, kw_only=True)
class Sound(asyncio.DatagramProtocol):
    """One call's sound. `heard` gets 16-bit samples at 8 kHz, `pressed` a key once a press.

    Packets count only from a host the caller has named; the port is where they come from, so that
    the sound finds its way back through a router.
    """

    offer: sdp.Offer
    hosts: frozenset[str]
    heard: Callable[[bytes], None]
    pressed: Callable[[str], None]
    packets: int = 0
    strangers: int = 0
    _to: tuple[str, int] = ("", 0)
    _wire: asyncio.DatagramTransport | None = None
    _last: int | None = None
    _last_press: int | None = None
    _number: int = field(default_factory=lambda: secrets.randbelow(1 << 16))
    _time: int = field(default_factory=lambda: secrets.randbelow(1 << 32))
    _source: int = field(default_factory=lambda: secrets.randbelow(1 << 32))

    def __post_init__(self) -> None:
        self._to = (self.offer.host, self.offer.port)

    def connection_made(self, transport: Any) -> None:
        """Take the socket."""
        self._wire = transport

    def error_received(self, exc: Exception) -> None:
        """Ignore that nobody listens there yet: the caller opens its port when it likes."""

    @property
    def port(self) -> int:
        """Where the caller sends its sound."""
        assert self._wire is not None
        return int(self._wire.get_extra_info("sockname")[1])

    def change(self, offer: sdp.Offer) -> None:
        """Go on with what a later offer says."""
        self.offer = offer
        self._to = (offer.host, offer.port)

    def datagram_received(self, data: bytes, addr: tuple[Any, ...]) -> None:
        """Take a packet."""
        if addr[0] not in {*self.hosts, self.offer.host}:
            self.strangers += 1
            return
        if len(data) < _HEADER.size or data[0] >> 6 != 2:
            return
        _, kind, number, time, _ = _HEADER.unpack_from(data)
        payload = _payload(data)
        if not payload or kind & 0x7F not in {sdp.PCMU, sdp.PCMA, self.offer.events}:
            return
        self._to = (addr[0], addr[1])
        self.packets += 1
        if kind & 0x7F == self.offer.events:
            self._press(payload[0], time)
        elif self._is_new(number):
            self.heard(g711.decode(payload, kind & 0x7F))

    def _is_new(self, number: int) -> bool:
        """Drop what comes twice or late: the sound after it has been passed on already."""
        if self._last is not None and (number - self._last - 1) & 0xFFFF >= _BEHIND:
            return False
        self._last = number
        return True

    def _press(self, event: int, time: int) -> None:
        # A press is sent many times with one timestamp.
        if event < len(_KEYS) and time != self._last_press:
            self._last_press = time
            self.pressed(_KEYS[event])

    def say(self, samples: bytes) -> None:
        """Send 16-bit samples at 8 kHz as one packet."""
        if self._wire is None or self._wire.is_closing():
            return
        self._number = (self._number + 1) & 0xFFFF
        if not self.offer.is_held:
            head = _HEADER.pack(0x80, self.offer.codec, self._number, self._time, self._source)
            self._wire.sendto(head + g711.encode(samples, self.offer.codec), self._to)
        self._time = (self._time + len(samples) // 2) & 0xFFFFFFFF

    def close(self) -> None:
        """Give the port back."""
        if self._wire is not None:
            self._wire.close()


def _payload(data: bytes) -> bytes:
    """Give what a packet carries, without extension and padding; empty where lengths lie."""
    at = _HEADER.size + 4 * (data[0] & 0x0F)
    if data[0] & 0x10:
        if len(data) < at + 4:
            return b""
        at += 4 + 4 * int.from_bytes(data[at + 2 : at + 4])
    end = len(data) - (data[-1] if data[0] & 0x20 else 0)
    return data[at:end]


async def open_sound(
    host: str,
    ports: range,
    *,
    offer: sdp.Offer,
    hosts: frozenset[str],
    heard: Callable[[bytes], None],
    pressed: Callable[[str], None],
) -> Sound:
    """Open a free port of the range for one call's sound.

    Raises:
        Unavailable: every port is taken.
    """
    loop = asyncio.get_running_loop()
    start = secrets.randbelow(len(ports))
    for port in (*ports[start:], *ports[:start]):
        sound = Sound(offer=offer, hosts=hosts, heard=heard, pressed=pressed)
        try:
            await loop.create_datagram_endpoint(lambda made=sound: made, local_addr=(host, port))  # type: ignore[misc]
        except OSError:
            continue
        return sound
    raise errors.Unavailable(
        f"Every port for sound ({ports.start}-{ports.stop - 1}) is taken. "
        "Widen APPLIANCE_SIP_RTP_PORTS."
    )
