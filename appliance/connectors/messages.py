"""What every channel reads and sends.

`read` gives `Inbound` values; what a channel knows of a kind we have no name for comes as a
`Notice`, so that nothing is dropped. `send` takes an `OutboundMessage` and gives a `Delivery`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from appliance.core.effects import Outcome


class Kind(StrEnum):
    """What somebody sent. `text` of the message always says it in words a model can read."""

    TEXT = "text"
    CHOICE = "choice"
    IMAGE = "image"
    VIDEO = "video"
    AUDIO = "audio"
    DOCUMENT = "document"
    STICKER = "sticker"
    LOCATION = "location"
    CONTACTS = "contacts"
    ORDER = "order"
    FORM = "form"
    UNSUPPORTED = "unsupported"


class Status(StrEnum):
    """What a provider reports of a message of ours, in rising order; `failed` stands apart."""

    SENT = "sent"
    DELIVERED = "delivered"
    READ = "read"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Identity:
    """What a channel names somebody by. `kind` is visitor, phone, email, bsuid."""

    kind: str
    value: str


@dataclass(frozen=True, slots=True)
class Media:
    """Something a message carries; its bytes are fetched from the provider later.

    Attributes:
        provider_id: The provider's id of the media; "" where only `url` is known.
        media_type: The claimed MIME type, untrusted.
        name: The claimed file name, untrusted.
        url: Where it can be fetched, for a while.
        sha256: Hex or base64 digest as the provider gives it.
    """

    provider_id: str
    media_type: str
    name: str | None = None
    url: str | None = None
    sha256: str | None = None


@dataclass(frozen=True, slots=True)
class InboundMessage:
    """A message as a channel read it.

    Attributes:
        channel: The channel's type, e.g. web_chat.
        account: Which of our accounts it reached (a phone number id); "" where there is one.
        provider_id: The provider's id of the message; with channel and account unique for ever.
        sender: The sender's identity on the channel, e.g. a visitor id or a phone number.
        identity_kind: What `sender` is: visitor, phone, email, bsuid.
        text: The words; any characters, untrusted. Of media the caption.
        sent_at: The sender's own time, aware.
        raw: The provider's bytes, kept beside.
        name: The name the channel gives the sender, untrusted.
        also: Further identities of the same sender.
        kind: What was sent.
        is_described: Whether `text` is our description of it because there were no words.
        media: What it carries.
        reply_to: The provider's id of the message this one answers.
        choice: The id of the button or row that was chosen.
        referral: Where the sender came from (an ad), as the provider tells it.
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
    also: tuple[Identity, ...] = ()
    kind: Kind = Kind.TEXT
    is_described: bool = False
    media: tuple[Media, ...] = ()
    reply_to: str | None = None
    choice: str | None = None
    referral: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Echo:
    """Words a person of ours wrote from the provider's own app: the bot falls silent."""

    channel: str
    account: str
    provider_id: str
    recipient: Identity
    text: str
    sent_at: datetime
    raw: bytes = b""
    also: tuple[Identity, ...] = ()


@dataclass(frozen=True, slots=True)
class Edit:
    """New words for an earlier message of the sender (or of ours, where `ours`)."""

    channel: str
    account: str
    provider_id: str
    of: str
    text: str
    sent_at: datetime
    ours: bool = False


@dataclass(frozen=True, slots=True)
class Revocation:
    """An earlier message was taken back by who wrote it (`ours`: by us): our copy of it goes."""

    channel: str
    account: str
    provider_id: str
    of: str
    sent_at: datetime
    ours: bool = False


@dataclass(frozen=True, slots=True)
class Reaction:
    """A mark on an earlier message; None where it was removed. Never a turn of its own."""

    channel: str
    account: str
    provider_id: str
    of: str
    emoji: str | None
    sent_at: datetime


@dataclass(frozen=True, slots=True)
class DeliveryReport:
    """What became of a message of ours.

    Attributes:
        provider_id: The provider's id of our message.
        outbox_id: Our own id of it, where the provider hands it back.
        outcome: For `failed`: what we may do about it.
        code: The provider's error code, never its text.
        most_attempts: How often it may be tried in all, where that is less often than usual.
    """

    channel: str
    account: str
    provider_id: str
    status: Status
    at: datetime
    outbox_id: str | None = None
    outcome: Outcome | None = None
    code: str | None = None
    why: str = ""
    most_attempts: int | None = None


@dataclass(frozen=True, slots=True)
class IdentityChange:
    """Somebody has a new identity on the channel; the contact stays the same."""

    channel: str
    account: str
    provider_id: str
    old: Identity
    new: Identity
    at: datetime


@dataclass(frozen=True, slots=True)
class Notice:
    """Anything else a provider tells: kept, shown to operators, answered to nobody.

    Attributes:
        key: What makes it one: a repeat of the same key changes nothing.
        kind: The provider's word for it, e.g. account_update.
        says: One sentence for the operator.
        stops: Whether the channel must stop sending until a person acts.
    """

    channel: str
    account: str
    key: str
    kind: str
    says: str
    raw: bytes = b""
    stops: bool = False


Inbound = (
    InboundMessage | Echo | Edit | Revocation | Reaction | DeliveryReport | IdentityChange | Notice
)


@dataclass(frozen=True, slots=True)
class File:
    """Something to download beside a message; `file_id` is looked up by the desk."""

    file_id: str
    name: str
    media_type: str


@dataclass(frozen=True, slots=True)
class OutboundMessage:
    """A message to send: words, and what a channel may show beside them.

    `reply_to` is the provider's id of the message it answers, where that shall be shown. `late`
    messages leave in the form the provider has approved for contacts who wrote too long ago.
    """

    text: str
    quick_replies: tuple[str, ...] = ()
    citations: tuple[str, ...] = ()
    files: tuple[File, ...] = ()
    reply_to: str | None = None
    late: bool = False


@dataclass(frozen=True, slots=True)
class Delivery:
    """How an attempt to send ended.

    Attributes:
        provider_id: The provider's id of the message, once it has accepted it.
        code: The provider's error code, for records.
        why: One sentence for the operator, without personal data or secrets.
        retry_after_s: How long the provider asks us to wait.
        most_attempts: How often it may be tried in all, where that is less often than usual.
    """

    outcome: Outcome
    provider_id: str | None = None
    code: str | None = None
    why: str = ""
    retry_after_s: float | None = None
    most_attempts: int | None = None
