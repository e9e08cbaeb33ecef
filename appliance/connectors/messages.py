"""What every channel reads and sends."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class InboundMessage:
    """A message as a channel read it.

    Attributes:
        channel: The channel's type, e.g. web_chat.
        account: Which of our accounts it reached (a phone number id); "" where there is one.
        provider_id: The provider's id of the message; with channel and account unique for ever.
        sender: The sender's identity on the channel, e.g. a visitor id or a phone number.
        identity_kind: What `sender` is: visitor, phone, email.
        text: The words; any characters, untrusted.
        sent_at: The sender's own time, aware.
        raw: The provider's bytes, kept beside.
        name: The name the channel gives the sender, untrusted.
    """

    channel: str
    account: str
    provider_id: str
    sender: str
    identity_kind: str
    text: str
    sent_at: datetime
    raw: bytes = b""
    name: str | None = None


@dataclass(frozen=True, slots=True)
class File:
    """Something to download beside a message; `file_id` is looked up by the desk."""

    file_id: str
    name: str
    media_type: str


@dataclass(frozen=True, slots=True)
class OutboundMessage:
    """A message to send: words, and what a channel may show beside them."""

    text: str
    quick_replies: tuple[str, ...] = ()
    citations: tuple[str, ...] = ()
    files: tuple[File, ...] = ()
