"""The web chat: its page and widget are ours, so sending is writing the row they read."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Origin = Annotated[str, Field(pattern=r"^https?://[A-Za-z0-9.\-\[\]:]+$")]


class Settings(BaseModel):
    """What bot_config.yaml may set for the web chat."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    allowed_origins: list[Origin] = Field(
        default=[], description="Other sites that may embed the widget, e.g. https://acme.example"
    )
