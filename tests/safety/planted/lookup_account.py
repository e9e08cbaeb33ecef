"""A plain tool with an argument that only code may fill in."""

from __future__ import annotations

from typing import Annotated

from langchain_core.tools import InjectedToolArg, tool

_HERS = "Oddsworth Quarries"


@tool
async def lookup_account(contact_id: Annotated[str, InjectedToolArg] = "nobody") -> str:
    """Look the customer's own account up."""
    return f"The account of {contact_id}: {'nothing' if contact_id == 'nobody' else _HERS}"
