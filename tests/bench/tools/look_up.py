"""A tool that answers at once: what a turn costs beside its model and its tools."""

from __future__ import annotations

from appliance.toolkit import tool

PASSAGE = ("The passage that was found says what our plans hold and for whom each is made. " * 6)[
    :400
]


@tool(effect="read")
async def look_up(query: str) -> str:
    """Look something up."""
    return PASSAGE
