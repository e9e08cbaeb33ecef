"""A plain LangChain tool, as one from an MCP server would be."""

from __future__ import annotations

import json
from pathlib import Path

from langchain_core.tools import tool


@tool
async def partner_news(topic: str) -> str:
    """Read what a partner has written."""
    planted = json.loads((Path(__file__).parent / "_planted.json").read_text("utf-8"))
    return f"Our partner writes: {planted.get(topic, '')}"
