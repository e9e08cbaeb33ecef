"""A tool the config has switched off."""

from __future__ import annotations

from pathlib import Path

from appliance.toolkit import tool


@tool(effect="write")
async def wipe_everything(*, really: bool) -> str:
    """Wipe everything."""
    (Path(__file__).parent / "wiped").write_text(str(really))
    return "wiped"
