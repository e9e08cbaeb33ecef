"""A channel without a provider: what it is given to send it keeps, and it fails on script."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from appliance.connectors.messages import (
    Delivery,
    Identity,
    Inbound,
    InboundMessage,
    Media,
    OutboundMessage,
)
from appliance.connectors.protocols import Channel, Fetched, Step, WebhookRequest
from appliance.core import errors
from appliance.core.effects import Outcome

PIGEON = "pigeon"
Answer = Delivery | Exception | Callable[[], Delivery]


@dataclass
class Sent:
    """A part that reached the provider, and the key that came with it."""

    text: str
    to: Identity
    key: str


@dataclass
class Pigeon:
    """Sends in memory. `script` holds what the next attempts come to; then all are accepted.

    Attributes:
        late_form: Whether there is a form for when the window is closed.
        longest: Longer texts are divided at this length.
        holds: Set to let `send` wait until it is set.
    """

    script: list[Answer] = field(default_factory=list)
    sent: list[Sent] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    marks: list[str] = field(default_factory=list)
    media: dict[str, bytes | Exception] = field(default_factory=dict)
    longest: int = 1000
    works: bool = True
    late_form: bool = False
    holds: asyncio.Event | None = None
    account: str = "loft"

    def handshake(self, request: WebhookRequest) -> str:
        return request.query["challenge"]

    def verify(self, request: WebhookRequest) -> None:
        if request.headers.get("signature") != "right":
            raise errors.NotAllowed("wrong signature")

    def read(self, body: bytes) -> list[Inbound]:
        return []

    def parts(self, message: OutboundMessage) -> list[OutboundMessage]:
        words = message.text
        cut = [words[at : at + self.longest] for at in range(0, len(words), self.longest)]
        return [OutboundMessage(text) for text in cut] or [message]

    def may_send(self, *, now: datetime, heard_at: datetime | None) -> str | None:
        if heard_at is None or now - heard_at > timedelta(hours=24):
            return "the window of 24 hours is closed"
        return None

    def late(self, part: OutboundMessage) -> OutboundMessage | str:
        if not self.late_form:
            return "there is no late form"
        return OutboundMessage(f"[late] {part.text}", late=True)

    async def send(self, message: OutboundMessage, to: Identity, *, key: str) -> Delivery:
        self.asked.append(message.text)
        if self.holds is not None:
            await self.holds.wait()
        answer = self.script.pop(0) if self.script else None
        if isinstance(answer, Exception):
            raise answer
        delivery = answer() if callable(answer) else answer
        if delivery is None:
            delivery = Delivery(Outcome.SENT, provider_id=f"p-{len(self.sent) + 1}")
        if delivery.outcome is Outcome.SENT:
            self.sent.append(Sent(message.text, to, key))
        return delivery

    async def seen(self, provider_id: str) -> None:
        self.marks.append(provider_id)

    async def fetch(self, media: Media) -> Fetched:
        found = self.media[media.provider_id]
        if isinstance(found, Exception):
            raise found
        return Fetched(found, media.media_type)

    async def probe(self) -> list[Step]:
        return [Step("credentials", passed=self.works, says="as the test says")]


@dataclass
class OneChannel:
    """The channels of a process that has one."""

    channel: Pigeon | None

    def find(self, channel: str, account: str = "") -> Channel | None:
        return self.channel if channel == PIGEON else None


def letter(
    text: str, at: datetime, *, sender: str = "+16175550142", known_as: str = "", **more: object
) -> InboundMessage:
    """Give a message as the pigeon channel would read it."""
    return InboundMessage(
        channel=PIGEON,
        account="loft",
        provider_id=known_as or f"{sender}|{text}",
        sender=sender,
        identity_kind="phone",
        text=text,
        sent_at=at,
        **more,  # type: ignore[arg-type]
    )
