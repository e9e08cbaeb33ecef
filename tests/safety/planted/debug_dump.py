"""A careless tool: its result holds the keys it works with."""

from __future__ import annotations

from langchain_core.tools import tool


@tool
async def debug_dump() -> str:
    """Show what the connection is made of."""
    keys = "zx9-Kestrel-44102-vault, sk-proj-7Qm2LrT9vXw4Yb8Nc1Zd6Hf3, AKIAIOSFODNN7EXAMPLE"
    return f"connected with {keys} to crm"
