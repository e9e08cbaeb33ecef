"""What a model is told before it answers, and a conversation as a model reads it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from langchain_core.messages import (
    AIMessage,
    BaseMessage,
    HumanMessage,
    SystemMessage,
    ToolMessage,
)

from appliance.calendar import Calendar, Span
from appliance.config.model import BotConfig
from appliance.contacts.values import Card
from appliance.conversation import brief
from appliance.conversation.values import Draft, Message, Role
from appliance.core.lately import Lately

_DAYS_AHEAD = 70


def system_message(
    config: BotConfig,
    calendar: Calendar,
    days: Days,
    *,
    now: datetime,
    card: Card,
    survey_done: bool,
    is_spoken: bool = False,
) -> SystemMessage:
    """Give the system message of a turn; `turn` beside it holds the same as data."""
    here = now.astimezone(calendar.zone)
    known = {
        field: getattr(card, field)
        for field in ("name", "email", "phone", "company")
        if getattr(card, field)
    }
    is_open = calendar.is_open(now)
    text = brief.written(
        config,
        now=here,
        zone=str(calendar.zone),
        is_open=is_open,
        hours=days.hours,
        day_names=days.names,
        card=known,
        survey_done=survey_done,
    )
    if is_spoken:
        text = f"{text}\n\n{brief.SPOKEN}"
    turn = {
        "now": here.isoformat(),
        "zone": str(calendar.zone),
        "card": known,
        "open_now": is_open,
        "open_days": days.hours,
        "day_names": days.names,
        "survey_done": survey_done,
    }
    return SystemMessage(text, additional_kwargs={"turn": turn})


def instructions(config: BotConfig) -> str:
    """Give what every turn's system message says and no answer may recite."""
    return f"{config.workflow.system_prompt}\n{brief.RULES}"


class Reader:
    """Gives recorded messages as a model reads them; one read lately is not made anew."""

    def __init__(self, *, most: int = 2000) -> None:
        self._lately: Lately[tuple[str, int], tuple[Message, BaseMessage]] = Lately(most)

    def read(self, messages: Sequence[Message]) -> list[BaseMessage]:
        """Give messages, never beginning with an orphan tool message; nobody may change them."""
        read = [self._one(message) for message in messages]
        start = 0
        while start < len(read) and isinstance(read[start], ToolMessage):
            start += 1
        return read[start:]

    def _one(self, message: Message) -> BaseMessage:
        # The message is kept beside, so that its address stays its own.
        return self._lately.get(
            (message.id, id(message)), lambda: (message, _as_langchain(message))
        )[1]


def as_draft(message: BaseMessage) -> Draft:
    """Give the hidden record of an answer with tool calls, or of a tool's message."""
    if isinstance(message, ToolMessage):
        extras: dict[str, Any] = {
            "tool_call_id": message.tool_call_id,
            "name": message.name,
            "status": message.status,
        }
        return Draft(Role.TOOL, str(message.content), visible=False, extras={"langchain": extras})
    return Draft(
        Role.BOT, message.text, visible=False, extras={"langchain": langchain_extras(message)}
    )


def langchain_extras(message: BaseMessage) -> dict[str, Any]:
    """Give what of an answer must be stored beside its text."""
    kept: dict[str, Any] = {"content": message.text}
    if isinstance(message, AIMessage) and message.tool_calls:
        kept["tool_calls"] = [dict(call) for call in message.tool_calls]
    desk = message.response_metadata.get("desk")
    if desk:
        kept["desk"] = desk
    return kept


def _as_langchain(message: Message) -> BaseMessage:
    kept = message.extras.get("langchain", {})
    if message.role is Role.CONTACT:
        return HumanMessage(message.text)
    if message.role is Role.TOOL:
        return ToolMessage(
            content=message.text,
            tool_call_id=kept["tool_call_id"],
            name=kept.get("name"),
            status=kept.get("status", "success"),
        )
    if message.role is Role.PERSON:
        return AIMessage(
            f"(A colleague wrote:) {message.text}", response_metadata={"said_by": "person"}
        )
    metadata = {"desk": kept["desk"]} if kept.get("desk") else {}
    return AIMessage(
        content=kept.get("content", message.text),
        tool_calls=kept.get("tool_calls", []),
        response_metadata=metadata,
    )


@dataclass(frozen=True, slots=True)
class Days:
    """The next 70 days: opening hours as [["09:00", "17:00"]] and holidays' names, by ISO day."""

    first: date
    hours: dict[str, list[list[str]]]
    names: dict[str, str]


def days_from(calendar: Calendar, first: date) -> Days:
    """Give the days a turn may speak of. Takes about a millisecond: keep it for the day."""
    days = [first + timedelta(days=ahead) for ahead in range(_DAYS_AHEAD)]
    named = ((day, calendar.day_name(day)) for day in days)
    return Days(
        first,
        {day.isoformat(): [_wall(span) for span in calendar.hours(day)] for day in days},
        {day.isoformat(): name for day, name in named if name},
    )


def _wall(span: Span) -> list[str]:
    closes = span.closes.strftime("%H:%M")
    return [span.opens.strftime("%H:%M"), "24:00" if closes == "00:00" else closes]
