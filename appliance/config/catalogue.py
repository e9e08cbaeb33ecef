"""What the appliance has to offer a config: its tools and connectors, with their settings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from pydantic import BaseModel

Settings = type[BaseModel] | None


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Tools by name and connectors by family and type, each with its settings model.

    None instead of a model means: takes no settings. The families are `input_channels`,
    `output_channels`, `crm` and `database`.
    """

    tools: Mapping[str, Settings] = field(default_factory=dict)
    connectors: Mapping[str, Mapping[str, Settings]] = field(default_factory=dict)
