"""Basic mode's desk with tools of a public set, as the product builds it from a config."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from appliance.config.model import BotConfig
from appliance.models.desk_model.manner import manner_of
from appliance.models.desk_model.move import Desk
from appliance.models.desk_model.pack import DeskPack
from appliance.models.desk_model.slots import holidays
from appliance.models.desk_model.slots.found import Context
from appliance.models.desk_model.turn import Turn
from appliance.models.embedder import Embedder


def config(**more: Any) -> BotConfig:
    """Give the smallest config there is."""
    return BotConfig.model_validate(
        {
            "version": "1.0",
            "client": {"id": "public", "name": "Public"},
            "workflow": {"system_prompt": "You are the front desk."},
            "calendar": {"zone": "Europe/London", "week": {}},
            **more,
        }
    )


def schema(
    name: str, description: str, properties: Mapping[str, Any], required: Sequence[str] = ()
) -> dict[str, Any]:
    """Give a tool in OpenAI's JSON form."""
    return {
        "type": "function",
        "function": {
            "name": name,
            "description": description,
            "parameters": {
                "type": "object", "properties": dict(properties), "required": list(required),
            },
        },
    }  # fmt: skip


def desk_with(
    tools: Sequence[Mapping[str, Any]], *, now: datetime, embedder: Embedder, cache_dir: Path
) -> Desk:
    """Build a desk that has these tools."""
    pack = DeskPack.build(config(), tools, embedder=embedder, cache_dir=cache_dir)
    manners = [manner_of(tool) for tool in tools]
    return Desk(
        pack=pack,
        tools={manner.name: manner for manner in manners},
        turn=Turn(now=now, zone=str(now.tzinfo)),
        context=Context(
            now=now,
            open_days={},
            region=pack.config.client.region,
            named_days=holidays.named(now.date()),
        ),
    )
