"""The chain of models that a config asks for."""

from __future__ import annotations

from pathlib import Path

from langchain_core.tools import BaseTool

from appliance.config.model import BotConfig
from appliance.models.chain import Chain, Link
from appliance.models.desk_model.model import DeskModel
from appliance.models.desk_model.pack import DeskPack
from appliance.models.embedder import Embedder


def speaker(config: BotConfig, tools: list[BaseTool], embedder: Embedder, cache_dir: Path) -> Chain:
    """Make the chain; basic mode stands last in every one. Takes up to a few seconds."""
    pack = DeskPack.build(config, tools, embedder=embedder, cache_dir=cache_dir)
    return Chain([Link("desk", DeskModel(pack=pack))])
