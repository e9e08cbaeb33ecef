"""sherpa-onnx: recognition on this machine, as a stream. Models: streaming transducers, as ONNX."""

from __future__ import annotations

from typing import Any

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


def hear(made: Made) -> stt.STT[Any]:
    """Recognise in a child process."""
    path = _local.model_of(made, _kinds.SHERPA)
    program = Program.of_module(_kinds.SHERPA.child, str(path), str(made.settings.threads))
    return Ears(program, name=path.name, language=made.language)
