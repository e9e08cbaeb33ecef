"""The way to the appliance's own LiveKit server: its address, and tokens for its rooms.

The key is derived from the install's master key, so that it lies in no file and every process has
the same one. Tokens are plain JWTs, written here: the web server makes them without LiveKit's
libraries in its memory.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from appliance.core.crypto import Keyring

AGENT = "frontdesk"
PREFIX = "call-"
"""What the rooms of calls begin with."""
OUTWARD = f"{PREFIX}out-"
"""What the rooms of calls that we make begin with; the rest names the call we owe."""
PERSON = "person-"
"""What a person's identity begins with who is called into a caller's room."""
PROCESS = "frontdesk.process"
"""The attribute in which a bot names its process, so that its death is seen at once."""
_KEY = "frontdesk"
_VALID = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Access:
    """Where the server listens on this machine, and the key it knows."""

    port: int
    key: str
    secret: str

    @property
    def url(self) -> str:
        """The address for signalling."""
        return f"ws://127.0.0.1:{self.port}"

    @property
    def http(self) -> str:
        """The address for its interface."""
        return f"http://127.0.0.1:{self.port}"

    def call_token(
        self,
        now: datetime,
        *,
        room: str,
        identity: str,
        metadata: dict[str, Any] | None = None,
    ) -> str:
        """Make the token that opens a room for one caller and calls the bot into it.

        It is good for ten minutes to enter; who is inside stays.
        """
        agent = {"agentName": AGENT, "metadata": json.dumps(metadata or {})}
        claims: dict[str, Any] = {
            "kind": "standard",
            "video": {
                "room": room,
                "roomJoin": True,
                "canPublish": True,
                "canSubscribe": True,
                "canPublishData": True,
                "canPublishSources": ["microphone"],
            },
            "roomConfig": {
                "name": room,
                "emptyTimeout": 30,
                "departureTimeout": 5,
                "maxParticipants": 6,
                "agents": [agent],
            },
        }
        return self.token(now, identity=identity, claims=claims)

    def token(self, now: datetime, *, identity: str, claims: dict[str, Any]) -> str:
        """Sign claims (RFC 7519, HS256)."""
        head = {"alg": "HS256", "typ": "JWT"}
        said = {
            **claims,
            "iss": self.key,
            "sub": identity,
            "nbf": int((now - timedelta(minutes=1)).timestamp()),
            "exp": int((now + _VALID).timestamp()),
        }
        signed = b".".join(_coded(json.dumps(part).encode()) for part in (head, said))
        mark = hmac.new(self.secret.encode(), signed, hashlib.sha256).digest()
        return (signed + b"." + _coded(mark)).decode()


def outward_room(dial_id: str, attempt: int) -> str:
    """Name the room of one attempt to call somebody."""
    return f"{OUTWARD}{dial_id}-{attempt}"


def dial_of(room: str) -> str | None:
    """Tell which call we owe a room is for; None where somebody calls us."""
    return room.removeprefix(OUTWARD).split("-")[0] if room.startswith(OUTWARD) else None


def of(keyring: Keyring, port: int) -> Access:
    """Give this install's access to its own server."""
    return Access(port=port, key=_KEY, secret=keyring.derive("livekit").hex())


def _coded(raw: bytes) -> bytes:
    return base64.urlsafe_b64encode(raw).rstrip(b"=")
