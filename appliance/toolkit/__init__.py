"""What a tool file may import: the decorator, its errors and context, wording, and the ports.

from appliance.toolkit import ToolContext, ToolError, tool
from appliance.toolkit.ports import Passages

The decorator brings LangChain with it (40 MB): it is imported when it is asked for, for the ports
are wanted by processes that call no tool.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from appliance.toolkit.policy import (
    ApprovalNeeded,
    Decision,
    Effect,
    Policy,
    ToolContext,
    ToolError,
)
from appliance.toolkit.wording import (
    say_day,
    say_list,
    say_moment,
    say_money,
    say_percent,
    say_time,
    say_zone,
)

if TYPE_CHECKING:
    from appliance.toolkit.decorator import policy_of, ports_of, tool

__all__ = [
    "ApprovalNeeded",
    "Decision",
    "Effect",
    "Policy",
    "ToolContext",
    "ToolError",
    "policy_of",
    "ports_of",
    "say_day",
    "say_list",
    "say_moment",
    "say_money",
    "say_percent",
    "say_time",
    "say_zone",
    "tool",
]
_LATE = {"policy_of", "ports_of", "tool"}


def __getattr__(name: str) -> Any:
    if name not in _LATE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module("appliance.toolkit.decorator"), name)
