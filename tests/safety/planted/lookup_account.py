"""A plain tool with an argument that only code may fill in."""

from __future__ import annotations

from typing import Annotated

from langchain_core.tools import InjectedToolArg, tool


@tool
async def lookup_account(contact_id: Annotated[str, InjectedToolArg] = "nobody") -> str:
    """Look the customer's own account up."""
    return f"The account of {contact_id}: Wilhelmina Oddsworth, +12125550187"
