"""faster-whisper: recognition here, an utterance at a time. Models: CTranslate2 folders."""

from __future__ import annotations

from typing import Any, Literal

from livekit.agents import stt
from pydantic import BaseModel, ConfigDict, Field

from appliance.models.speech import _kinds, _local
from appliance.models.speech._child import Program
from appliance.models.speech.made import Made
from appliance.models.speech.program import Ears


class Settings(BaseModel):
    """What the config may set."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    threads: int = Field(default=2, ge=1, le=64)
    """How many cores one call may use."""
    compute: Literal["int8", "int8_float16", "float16", "float32"] = "int8"
    """How numbers are kept: int8 on a CPU."""


def hear(made: Made) -> stt.STT[Any]:
    """Recognise in a child process."""
    path = _local.model_of(made, _kinds.WHISPER)
    program = Program.of_module(
        _kinds.WHISPER.child,
        str(path),
        made.language.partition("-")[0],
        str(made.settings.threads),
        made.settings.compute,
    )
    return Ears(program, name=path.name, language=made.language)
