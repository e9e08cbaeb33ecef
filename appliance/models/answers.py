"""What counts as an answer: whole, with tool calls that can be run as they stand."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage
from langchain_core.messages.tool import ToolCall, ToolCallChunk, tool_call
from langchain_core.tools import BaseTool

from appliance.core import ids
from appliance.models.failures import Failed, Garbled

_CUT = {"length", "max_tokens", "model_context_window_exceeded"}
_REFUSED = {"content_filter", "refusal", "safety", "recitation", "blocklist", "prohibited_content"}
_REFUSED |= {"spii", "image_safety", "language"}
_GARBLED = {"malformed_function_call", "unexpected_tool_call"}
_GOOD_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")

_CORRECTION = (
    "(From the system, not from the customer.) Your last answer was not used: {why}. "
    "{how} Nothing has been done so far."
)
_AS_JSON = "Make the call again with its arguments as one complete JSON object, or answer in words."
_KNOWN = "The tools are: {names}. Call one of these, or answer in words."


def whole_answer(
    heard: AIMessageChunk | None,
    tools: Sequence[BaseTool],
    earlier: Sequence[BaseMessage],
    *,
    says_why_it_ends: bool,
) -> AIMessage:
    """Give the answer as every later reader takes it: plain text, and calls with unique ids.

    Raises:
        Failed: it is empty, cut off or refused.
        Garbled: a tool call has arguments that are not JSON, or names a tool there is not.
    """
    if heard is None:
        raise Failed(why="said nothing")
    about = heard.response_metadata
    reason = str(about.get("finish_reason") or about.get("stop_reason") or "").lower()
    if reason in _REFUSED:
        raise Failed(why=f"refused ({reason})", is_unwell=False)
    if reason in _CUT:
        raise Failed(why=f"cut off ({reason})", is_unwell=False)
    if says_why_it_ends and not reason:
        raise Failed(why="broke off")
    calls = list(_calls(heard, {tool.name for tool in tools}))
    if reason in _GARBLED:
        raise Garbled(reason, _correction("the tool call was malformed", _AS_JSON))
    if not (heard.text.strip() or calls):
        raise Failed(why="said nothing", is_unwell=False)
    kept, names = _unique(calls, taken=_ids_in(earlier))
    return AIMessage(
        content=heard.text,
        tool_calls=kept,
        usage_metadata=heard.usage_metadata,
        response_metadata=_renamed(dict(about), names) if names else dict(about),
    )


def _calls(heard: AIMessageChunk, known: set[str]) -> Iterable[ToolCall]:
    """Read the calls strictly: LangChain would guess the end of arguments that were cut off."""
    written: list[ToolCallChunk | ToolCall] = [*heard.tool_call_chunks]
    for call in written or [*heard.tool_calls]:
        name = call["name"] or ""
        if name not in known:
            how = _KNOWN.format(names=", ".join(sorted(known)) or "none")
            raise Garbled("called a tool there is not", _correction("there is no such tool", how))
        args = _arguments(call["args"])
        if args is None:
            why = f"the arguments of the call of {name} were not complete JSON"
            raise Garbled("garbled a tool call", _correction(why, _AS_JSON))
        yield tool_call(name=name, args=args, id=call["id"])


def _arguments(given: str | dict[str, Any] | None) -> dict[str, Any] | None:
    """Read arguments; None where they are not one JSON object."""
    if isinstance(given, dict):
        return given
    try:
        read = json.loads(given or "{}")
    except ValueError:
        return None
    return read if isinstance(read, dict) else None


def _unique(calls: Sequence[ToolCall], *, taken: set[str]) -> tuple[list[ToolCall], dict[str, str]]:
    """Leave out what is asked for twice in one breath; give every call an id of its own.

    Gives the new id of each call that had to change it, too.
    """
    kept: list[ToolCall] = []
    names: dict[str, str] = {}
    for call in calls:
        if any((call["name"], call["args"]) == (one["name"], one["args"]) for one in kept):
            continue
        call_id = given = call["id"] or ""
        if given in taken or not _GOOD_ID.fullmatch(given):
            call_id = f"call_{ids.new_id()}"
            if given:
                names[given] = call_id
        taken.add(call_id)
        kept.append(tool_call(name=call["name"], args=call["args"], id=call_id))
    return kept, names


def _renamed(remembered: Any, names: Mapping[str, str]) -> Any:
    """Let what an answer remembers of its own calls go by the ids they have now.

    Basic mode keeps in the answer which call's result stands where; by an id that is gone it would
    find nothing and have nothing to say.
    """
    if isinstance(remembered, str):
        return names.get(remembered, remembered)
    if isinstance(remembered, Mapping):
        return {key: _renamed(value, names) for key, value in remembered.items()}
    if isinstance(remembered, list | tuple):
        return [_renamed(each, names) for each in remembered]
    return remembered


def _ids_in(messages: Sequence[BaseMessage]) -> set[str]:
    return {
        str(call["id"])
        for message in messages
        if isinstance(message, AIMessage)
        for call in message.tool_calls
    }


def _correction(why: str, how: str) -> str:
    return _CORRECTION.format(why=why, how=how)
