"""A conversation as any provider reads it, whoever spoke before.

Providers differ in what they take: call ids of nine letters or fewer signs, results right behind
their calls, the contact speaking first and in turn, nothing empty. This form fits all of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, SystemMessage, ToolMessage
from langchain_core.messages.tool import ToolCall, tool_call

LONGEST = 20_000
"""Letters of one message; what is longer is cut in the middle."""

_EMPTY = "(no words)"
_NO_RESULT = "(The result of this call is not known.)"
_GOES_ON = "(The conversation goes on.)"
_LEFT_OUT = "\n(... left out ...)\n"
_NAME = re.compile(r"[^A-Za-z0-9_-]")


def plain(messages: Sequence[BaseMessage]) -> list[BaseMessage]:
    """Give the same conversation without any provider's marks.

    Texts only, the system's words first and once, calls renumbered and each with its one result,
    neighbours of one voice joined, the contact first.
    """
    system = "\n\n".join(_text(one) for one in messages if isinstance(one, SystemMessage))
    said = list(_joined(_paired([one for one in messages if not isinstance(one, SystemMessage)])))
    if said and not isinstance(said[0], HumanMessage):
        said.insert(0, HumanMessage(_GOES_ON))
    return [SystemMessage(system), *said] if system else said


def _paired(messages: Sequence[BaseMessage]) -> Iterator[BaseMessage]:
    """Put each call's result right behind it; drop results nobody asked for."""
    count = 0
    place = 0
    while place < len(messages):
        message = messages[place]
        place += 1
        if isinstance(message, HumanMessage):
            yield HumanMessage(_text(message) or _EMPTY)
        elif isinstance(message, AIMessage):
            results: dict[str, ToolMessage] = {}
            while place < len(messages) and isinstance(messages[place], ToolMessage):
                result = messages[place]
                assert isinstance(result, ToolMessage)
                results.setdefault(result.tool_call_id, result)
                place += 1
            if not message.tool_calls:
                if text := _text(message):
                    yield AIMessage(text)
                continue
            calls = [_renamed(call, count + nth) for nth, call in enumerate(message.tool_calls)]
            count += len(calls)
            yield AIMessage(_text(message), tool_calls=calls)
            for asked, call in zip(message.tool_calls, calls, strict=True):
                yield _result(call, results.get(str(asked["id"])))


def _renamed(call: ToolCall, number: int) -> ToolCall:
    name = _NAME.sub("_", call["name"])[:64] or "unknown"
    return tool_call(name=name, args=call["args"], id=f"c{number:08d}")


def _result(call: ToolCall, result: ToolMessage | None) -> ToolMessage:
    return ToolMessage(
        content=(_text(result) if result is not None else _NO_RESULT) or _EMPTY,
        tool_call_id=str(call["id"]),
        name=call["name"],
        status="error" if result is None else result.status,
    )


def _joined(messages: Iterator[BaseMessage]) -> Iterator[BaseMessage]:
    """Join neighbours of one voice: some models insist on turns."""
    held: BaseMessage | None = None
    for message in messages:
        if isinstance(held, HumanMessage) and isinstance(message, HumanMessage):
            held = HumanMessage(f"{held.text}\n{message.text}")
        elif isinstance(held, AIMessage) and isinstance(message, AIMessage) and not held.tool_calls:
            text = "\n\n".join(filter(None, (held.text, message.text)))
            held = AIMessage(text, tool_calls=message.tool_calls)
        else:
            if held is not None:
                yield held
            held = message
    if held is not None:
        yield held


def _text(message: BaseMessage) -> str:
    """Give a message's words: no thoughts, no pictures, nothing that cannot be sent as UTF-8."""
    text = message.text.encode("utf-8", "replace").decode().replace("\x00", "").strip()
    if len(text) <= LONGEST:
        return text
    half = (LONGEST - len(_LEFT_OUT)) // 2
    return text[:half] + _LEFT_OUT + text[-half:]
