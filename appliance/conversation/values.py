"""What the rooms of a turn hand each other."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from appliance.connectors.messages import File


class Role(StrEnum):
    """Who said a message."""

    CONTACT = "contact"
    BOT = "bot"
    TOOL = "tool"
    PERSON = "person"


class State(StrEnum):
    """Who has a conversation: the bot, the bot while a person is awaited, a person, nobody."""

    OPEN = "open"
    WAITING = "waiting"
    WITH_PERSON = "with_person"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Accepted:
    """A message that is on the disk. `repeated` tells that it already was."""

    message_id: str
    conversation_id: str
    contact_id: str
    seq: int
    repeated: bool


@dataclass(frozen=True, slots=True)
class Conversation:
    """A conversation's row; instants are aware UTC."""

    id: str
    contact_id: str
    channel: str
    account: str
    state: State
    owner: str | None
    config_version: str | None
    started_at: datetime
    last_at: datetime


@dataclass(frozen=True, slots=True)
class Message:
    """A message, opened. `extras` is JSON: quick_replies, citations, files, langchain."""

    id: str
    contact_id: str
    conversation_id: str
    seq: int
    role: Role
    visible: bool
    text: str
    extras: dict[str, Any]
    turn_id: str | None
    at: datetime

    @property
    def quick_replies(self) -> list[str]:
        """Answers offered as buttons."""
        return list(self.extras.get("quick_replies", ()))

    @property
    def citations(self) -> list[str]:
        """Where the words come from."""
        return list(self.extras.get("citations", ()))

    @property
    def files(self) -> list[File]:
        """What can be downloaded."""
        return [File(**each) for each in self.extras.get("files", ())]

    @property
    def provider_id(self) -> str | None:
        """The provider's id of an inbound message, where it is at hand."""
        return self.extras.get("provider_id")


@dataclass(frozen=True, slots=True)
class History:
    """Visible messages of a contact, oldest first, and who has the conversation."""

    messages: tuple[Message, ...]
    state: State


@dataclass(frozen=True, slots=True)
class Draft:
    """A message that will be recorded when the turn closes."""

    role: Role
    text: str
    visible: bool
    extras: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Question:
    """What a parked turn waits for."""

    interrupt_id: str
    tool: str
    question: str
    customer: str
    reason: str
