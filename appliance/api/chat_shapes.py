"""What the web chat says over the wire, and what it needs of the appliance."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Annotated, Any, Literal, Protocol

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from appliance.config import model
from appliance.connectors import messages
from appliance.core import clock, crypto, safe_text, settings

LONGEST_TEXT = 4000

Mode = Literal["basic", "model"]
Sender = Literal["visitor", "bot", "person"]


def _carried(value: Any) -> Any:
    """Lone surrogates and NUL cannot be stored or shown: a visible sign takes their place."""
    if isinstance(value, str):
        return safe_text.storable(value).replace("\0", "\ufffd")
    return value


def _not_blank(text: str) -> str:
    if not text.strip():
        raise ValueError("The message is empty. Write something first.")
    return text


class Wire(BaseModel):
    """A shape of the web chat."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)


class Bot(Wire):
    """The bot as a visitor meets it."""

    name: Annotated[str, Field(examples=["Acme Corporation"])]
    """Whose front desk this is."""
    greeting: Annotated[str, Field(examples=["Hello! How can I help you?"])]
    """The first words, shown above the conversation."""
    suggestions: Annotated[list[str], Field(examples=[["When are you open?"]])]
    """Buttons under the greeting."""
    mode: Mode
    """`basic`: answers from the company's own words; `model`: a language model answers."""
    open_now: bool
    """Whether people are there."""
    calls: bool = False
    """Whether a visitor may call by the browser."""
    notice: str | None
    """Something every visitor should know first."""


class Call(Wire):
    """A call that may be made now: connect to `/v1/chat/signal` with LiveKit's client."""

    token: Annotated[str, Field(examples=["eyJhbGciOi..."])]
    """Opens the room for ten minutes."""
    room: Annotated[str, Field(examples=["call-01jd8d3x5v9q2m7c4k8r6t0w1y"])]
    """The call's room."""


class NewVisitor(Wire):
    """Nothing to say yet; kept an object so that it can grow."""


class Visitor(Wire):
    """A visitor of the chat and the token that proves it."""

    token: Annotated[str, Field(examples=["v1.01jd8d3x5v9q2m7c4k8r6t0w1y.1794841200.aGVsbG8"])]
    """Send it as `Authorization: Bearer TOKEN`, from the same origin, for 180 days."""
    visitor: Annotated[str, Field(examples=["01jd8d3x5v9q2m7c4k8r6t0w1y"])]
    """The visitor's id."""
    bot: Bot
    """The bot."""


class NewMessage(Wire):
    """A message the visitor sends. The same `id` sent again is answered, not repeated."""

    id: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,64}$", examples=["3f9c1a70b2"])]
    """The client's own id of the message."""
    text: Annotated[
        str,
        BeforeValidator(_carried),
        AfterValidator(_not_blank),
        Field(min_length=1, max_length=LONGEST_TEXT, examples=["When are you open?"]),
    ]
    """The words, in characters of Unicode."""


class Accepted(Wire):
    """The message is stored for good."""

    message_id: Annotated[str, Field(examples=["01jd8d3x9m4f2k6p8s0v1w3y5z"])]
    """Our id of the message."""
    seq: Annotated[int, Field(examples=[12])]
    """Its place in the conversation."""
    repeated: bool
    """Whether it had been accepted before."""


class FileLink(Wire):
    """A file beside a message."""

    name: str
    """Its name."""
    media_type: str
    """Its type, e.g. text/calendar."""
    href: str
    """Where it is, relative to the origin; signed, so it needs no token."""


class Message(Wire):
    """A message as the visitor sees it."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, use_attribute_docstrings=True, serialize_by_alias=True
    )

    seq: int
    """Its place; grows, with gaps."""
    id: str
    """Its id."""
    client_id: str | None
    """The id the visitor's client gave it, if it is the visitor's."""
    sender: Annotated[Sender, Field(alias="from")]
    """Who wrote it."""
    text: Annotated[str, Field(examples=["We are open until 5:00 pm today."])]
    """The words, to be shown as text and nothing else."""
    at: datetime
    """When, in UTC."""
    quick_replies: list[str]
    """Answers offered as buttons."""
    citations: Annotated[list[str], Field(examples=[["Opening hours"]])]
    """Where the words come from."""
    files: list[FileLink]
    """What can be downloaded."""
    turn: str | None
    """The turn it belongs to: it takes the place of that turn's chunks."""


class History(Wire):
    """Messages after a place, in order."""

    messages: list[Message]
    """At most 200."""
    more: bool
    """Whether to ask again, after the last one."""
    state: Annotated[str, Field(examples=["open"])]
    """open, waiting, with_person or closed."""
    bot: Bot
    """The bot as it is now."""


class Said(Protocol):
    """A visible message as the appliance keeps it. `role` is contact, bot or person."""

    @property
    def seq(self) -> int: ...
    @property
    def id(self) -> str: ...
    @property
    def role(self) -> str: ...
    @property
    def text(self) -> str: ...
    @property
    def at(self) -> datetime: ...
    @property
    def quick_replies(self) -> Sequence[str]: ...
    @property
    def citations(self) -> Sequence[str]: ...
    @property
    def files(self) -> Sequence[messages.File]: ...
    @property
    def turn_id(self) -> str | None: ...
    @property
    def provider_id(self) -> str | None:
        """The inbound message's provider_id; None for ours, or where it is not at hand."""


class Told(Protocol):
    """A stretch of a contact's messages in order of seq, and the conversation's state."""

    @property
    def messages(self) -> Sequence[Said]: ...
    @property
    def state(self) -> str: ...


class Received(Protocol):
    """The receipt of an inbound message."""

    @property
    def message_id(self) -> str: ...
    @property
    def seq(self) -> int: ...
    @property
    def repeated(self) -> bool: ...


class Events(Protocol):
    """What happens to one visitor, as it happens; an asyncio.Queue will do.

    An event is {"event": "message"|"typing"|"chunk"|"reset"|"state", "data": {...}}. `message` and
    `state` are only hints to read history again, so their data may be empty. A new subscriber
    first gets `typing` and, as one chunk, the words so far of a turn that is under way. `get` may
    raise hub.CutOff: the stream then ends, and the client comes back.
    """

    async def get(self) -> Mapping[str, Any]: ...


class ChatAppliance(Protocol):
    """What the web chat uses of the appliance."""

    @property
    def config(self) -> model.BotConfig | None:
        """The live config; None in safe mode."""

    @property
    def problems(self) -> Sequence[str]:
        """Why it is in safe mode."""

    @property
    def clock(self) -> clock.Clock: ...
    @property
    def keyring(self) -> crypto.Keyring: ...
    @property
    def settings(self) -> settings.Settings: ...
    @property
    def draining(self) -> asyncio.Event:
        """Set when the process is about to stop."""

    async def receive(self, message: messages.InboundMessage, /) -> Received:
        """Record a message once, durably, and wake the desk."""

    def history(self, kind: str, value: str, *, after: int, limit: int) -> Told:
        """Read what was said to and by the contact of an identity; nothing if there is none."""

    def subscribe(self, visitor: str, /) -> AbstractAsyncContextManager[Events]:
        """Listen to what happens to a visitor from now on."""

    def mode(self) -> Mode:
        """Say who answers."""

    def open_now(self) -> bool:
        """Say whether people are there."""

    def file(self, file_id: str, /) -> tuple[str, str, bytes] | None:
        """Find a file: name, media type, bytes."""
