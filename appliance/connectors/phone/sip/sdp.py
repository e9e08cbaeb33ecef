"""What two sides agree on before they hear each other: codec, address, direction (RFC 4566, 3264).

We speak G.711 in both of its laws, which every PBX and softphone has, and key presses as
telephone events (RFC 4733).
"""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass

PCMU, PCMA = 0, 8
_NAMES = {PCMU: "PCMU", PCMA: "PCMA"}
_AUDIO = re.compile(r"m=audio (\d{1,5})(?:/\d+)? (\S+) ([\d ]+)")
_HERE = re.compile(r"c=IN IP[46] (\S+)")
_EVENTS = re.compile(r"a=rtpmap:(\d{1,3}) telephone-event/8000", re.I)
_DIRECTION = re.compile(r"a=(sendrecv|sendonly|recvonly|inactive)")


class NoCommonSound(ValueError):  # noqa: N818 - an answer, not an error
    """The offer has nothing we can hear or say."""


@dataclass(frozen=True, slots=True)
class Offer:
    """What the other side can do; `events` is its payload type for key presses, if it has one."""

    host: str
    port: int
    codec: int
    events: int | None
    direction: str

    @property
    def is_held(self) -> bool:
        """Whether the other side does not want to hear us now."""
        return self.direction in {"sendonly", "inactive"} or self.host in {"0.0.0.0", "::"}  # noqa: S104 - compared only


def read(text: str) -> Offer:
    """Read an offer.

    Raises:
        NoCommonSound: it has no plain RTP audio with a codec of ours, or no address.
    """
    session, _, rest = text.partition("m=audio")
    media = f"m=audio{rest}".split("\nm=")[0] if rest else ""
    audio = _AUDIO.match(media)
    if not audio or audio[2] not in {"RTP/AVP", "RTP/AVPF"}:
        raise NoCommonSound("The caller offers no plain RTP audio.")
    here = _HERE.search(media) or _HERE.search(session)
    if not here or not 0 < int(audio[1]) < 65536:
        raise NoCommonSound("The caller gives no address for the sound.")
    try:
        ipaddress.ip_address(here[1])
    except ValueError:
        raise NoCommonSound("The caller's address for the sound is none.") from None
    kinds = [int(kind) for kind in audio[3].split()]
    codec = next((kind for kind in kinds if kind in _NAMES), None)
    if codec is None:
        raise NoCommonSound("The caller offers no G.711.")
    events = _EVENTS.search(media)
    direction = _DIRECTION.search(media) or _DIRECTION.search(session)
    return Offer(
        host=here[1],
        port=int(audio[1]),
        codec=codec,
        events=int(events[1]) if events and int(events[1]) in kinds else None,
        direction=direction[1] if direction else "sendrecv",
    )


_ANSWERED = {"sendonly": "recvonly", "recvonly": "sendonly"}


def answer(offer: Offer, *, host: str, port: int, version: int) -> str:
    """Write the answer to an offer: the sound comes to this host and port."""
    family = "IP6" if ":" in host else "IP4"
    kinds = [str(offer.codec), *([str(offer.events)] if offer.events is not None else [])]
    lines = [
        "v=0",
        f"o=frontdesk {port} {version} IN {family} {host}",
        "s=call",
        f"c=IN {family} {host}",
        "t=0 0",
        f"m=audio {port} RTP/AVP {' '.join(kinds)}",
        f"a=rtpmap:{offer.codec} {_NAMES[offer.codec]}/8000",
    ]
    if offer.events is not None:
        lines += [f"a=rtpmap:{offer.events} telephone-event/8000", f"a=fmtp:{offer.events} 0-15"]
    lines += ["a=ptime:20", f"a={_ANSWERED.get(offer.direction, offer.direction)}"]
    return "\r\n".join(lines) + "\r\n"
