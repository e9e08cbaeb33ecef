"""A caller who speaks SIP by hand: what no telephone would write can be written."""

from __future__ import annotations

import socket
import uuid

_SOUND = """v=0\r
o=- 1 1 IN IP4 {host}\r
s=-\r
c=IN IP4 {host}\r
t=0 0\r
m=audio 40000 RTP/AVP 0\r
a=rtpmap:0 PCMU/8000\r
"""
_INVITE = """INVITE sip:{to}@{host}:{port} SIP/2.0\r
Via: SIP/2.0/UDP {source}:{own};branch=z9hG4bK{call};rport\r
Max-Forwards: 70\r
From: <sip:{caller}@{caller_host}>;tag=caller\r
To: <sip:{to}@{host}>\r
Call-ID: {call}\r
CSeq: 1 INVITE\r
Contact: <sip:{caller}@{source}:{own}>\r
Content-Type: application/sdp\r
Content-Length: {length}\r
\r
{sound}"""


def invite(
    host: str,
    port: int,
    *,
    source: str,
    to: str = "100",
    caller: str = "+16175550166",
    caller_host: str = "caller.example",
    within_s: float = 30,
) -> str:
    """Call from an address of this machine; gives the first line of the final answer."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as wire:
        wire.bind((source, 0))
        wire.settimeout(within_s)
        sound = _SOUND.format(host=source)
        asked = _INVITE.format(
            to=to,
            host=host,
            port=port,
            source=source,
            own=wire.getsockname()[1],
            call=uuid.uuid4().hex,
            caller=caller,
            caller_host=caller_host,
            length=len(sound),
            sound=sound,
        )
        wire.sendto(asked.encode(), (host, port))
        while True:
            answer = wire.recv(65536).decode()
            if not answer.startswith("SIP/2.0 1"):
                return answer.splitlines()[0]
