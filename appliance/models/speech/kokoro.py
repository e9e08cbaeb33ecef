"""Kokoro: a voice on this machine, by sherpa-onnx. Models: its folders, with model.onnx."""

from __future__ import annotations

from typing import Any

from livekit.agents import tts
from pydantic import BaseModel, ConfigDict, Field

from appliance.models.speech import _kinds, _local
from appliance.models.speech._child import Program
from appliance.models.speech.made import Made
from appliance.models.speech.program import Mouth


class Settings(BaseModel):
    """What the config may set."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    speaker: int = Field(default=0, ge=0, le=999)
    """Which of the model's speakers speaks, by number."""
    speed: float = Field(default=1.0, ge=0.5, le=2.0)
    """How fast; 1 is as it was trained."""
    threads: int = Field(default=2, ge=1, le=64)
    """How many cores one call may use."""


def speak(made: Made) -> tts.TTS[Any]:
    """Speak in a child process."""
    path = _local.model_of(made, _kinds.KOKORO)
    given = made.settings
    program = Program.of_module(
        _kinds.KOKORO.child,
        str(path),
        *(str(given.speaker), str(given.speed), str(given.threads), _tongue(made.language)),
    )
    return Mouth(program, name=path.name)


def _tongue(language: str) -> str:
    """Name a language as espeak-ng does; its English is British, Kokoro's first voices are not."""
    return "en-us" if language == "en" else language.lower()
