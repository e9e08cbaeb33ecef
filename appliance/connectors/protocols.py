"""What a channel file must offer. `connect(settings, tools)` in it gives a `Channel`.

A channel knows its provider and nothing of ours: no database, no conversation. Its file name is the
`type` in bot_config.yaml; only the files a config names are imported.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from appliance.connectors.messages import (
    Delivery,
    Identity,
    Inbound,
    Media,
    OutboundMessage,
)
from appliance.core.clock import Clock
from appliance.core.http import Http


@dataclass(frozen=True, slots=True)
class WebhookRequest:
    """A request as it came: header names in lower case, the body untouched."""

    method: str
    url: str
    headers: Mapping[str, str]
    query: Mapping[str, str]
    body: bytes = field(default=b"", repr=False)


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that was tried to see whether a channel works, and what to do if it does not."""

    name: str
    passed: bool
    says: str


@dataclass(frozen=True, slots=True)
class Fetched:
    """Media bytes as fetched, with the type the provider's server gave (untrusted)."""

    content: bytes = field(repr=False)
    media_type: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Tools:
    """What assembly hands a connector.

    Attributes:
        http: The only way out.
        clock: The only clock.
        secret: Gives a secret by name; raises Misconfigured where it is not set.
        file: Gives name, media type and bytes of a file of ours that a message offers.
        public_url: Where the provider reaches us, without a trailing slash.
    """

    http: Http
    clock: Clock
    secret: Callable[[str], str]
    file: Callable[[str], tuple[str, str, bytes] | None]
    public_url: str = ""


class Channel(Protocol):
    """One account of one provider."""

    @property
    def account(self) -> str:
        """Which of our accounts this is, as inbound messages name it."""

    def handshake(self, request: WebhookRequest) -> str:
        """Answer the provider's GET that checks our address.

        Raises:
            NotAllowed: it does not know our verify token.
        """

    def verify(self, request: WebhookRequest) -> None:
        """Check that the provider signed these bytes.

        Raises:
            NotAllowed: missing, malformed or wrong.
        """

    def read(self, body: bytes) -> list[Inbound]:
        """Read verified bytes, in the provider's order; what is not understood is a Notice."""

    def parts(self, message: OutboundMessage) -> Sequence[OutboundMessage]:
        """Divide a message into what the provider takes in one request each, in order."""

    def may_send(self, *, now: datetime, heard_at: datetime | None) -> str | None:
        """Say why nothing may be sent now (a closed window), or None.

        `heard_at` is the contact's own time of their last message.
        """

    def late(self, part: OutboundMessage) -> OutboundMessage | str:
        """Give a part in the form that may be sent although the window is closed.

        A sentence where there is none: what is missing and what to do.
        """

    async def send(self, message: OutboundMessage, to: Identity, *, key: str) -> Delivery:
        """Send one part. Never raises for what a provider or the network does.

        `key` is our outbox id: it travels with the request where the provider carries it.
        """

    async def seen(self, provider_id: str) -> None:
        """Show that a message was read and is being answered; best effort, never raises."""

    async def fetch(self, media: Media) -> Fetched:
        """Fetch what a message carries.

        Raises:
            Unavailable: not now.
            Rejected: never (gone, too large, not what it claims to be).
        """

    async def probe(self) -> list[Step]:
        """Try what must work, one step after the other, ending at the first that fails."""
