"""What a tool file may import: the decorator, its errors and context, wording, and the ports.

from appliance.toolkit import ToolContext, ToolError, tool
from appliance.toolkit.ports import Passages
"""

from appliance.toolkit.policy import (
    ApprovalNeeded,
    Decision,
    Effect,
    Policy,
    ToolContext,
    ToolError,
)
from appliance.toolkit.tool import policy_of, ports_of, tool
from appliance.toolkit.wording import (
    say_day,
    say_list,
    say_moment,
    say_money,
    say_percent,
    say_time,
    say_zone,
)

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
