"""A tool of the owner's whose text comes from elsewhere."""

from __future__ import annotations

import json
from pathlib import Path

from pydantic import BaseModel

from appliance.toolkit import tool


class Status(BaseModel):
    """What the warehouse says."""

    note: str
    parcels: int


@tool(effect="read")
async def order_status(topic: str) -> Status:
    """Find what is new about an order."""
    planted = json.loads((Path(__file__).parent / "_planted.json").read_text("utf-8"))
    return Status(note=f"Nothing new. {planted.get(topic, '')}", parcels=2)
