"""How large the tool calls of one answer may be: they are stored, hashed and read again."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any

from langchain_core.messages import AIMessage

MOST_SIGNS = 16_384
DEEPEST = 16
LONGEST_NAME = 64
TOO_LARGE: Mapping[str, str] = {"arguments left out": "too large"}
"""What stands in place of arguments beyond measure; the toolbox runs no tool with them."""


def bounded(answer: AIMessage, *, most: int) -> AIMessage:
    """Give an answer with at most so many tool calls, none of them beyond measure."""
    calls = answer.tool_calls
    if len(calls) <= most and all(map(_fits, calls)):
        return answer
    kept = [
        call
        if _fits(call)
        else {**call, "name": str(call["name"])[:LONGEST_NAME], "args": dict(TOO_LARGE)}
        for call in calls[:most]
    ]
    return answer.model_copy(update={"tool_calls": kept})


def _fits(call: Mapping[str, Any]) -> bool:
    return len(str(call["name"])) <= LONGEST_NAME and _is_measured(call["args"])


def _is_measured(arguments: Any) -> bool:
    """Tell whether arguments are neither too long nor too deep, without following them far."""
    waiting, signs = [(arguments, 0)], 0
    while waiting:
        value, depth = waiting.pop()
        if isinstance(value, Mapping):
            signs += sum(len(str(name)) + 2 for name in value)
            inside = list(value.values())
        elif isinstance(value, list | tuple):
            signs += len(value)
            inside = list(value)
        else:
            signs += len(value) if isinstance(value, str) else sys.getsizeof(value)
            inside = []
        if signs > MOST_SIGNS or (inside and depth >= DEEPEST):
            return False
        waiting += [(each, depth + 1) for each in inside]
    return True
