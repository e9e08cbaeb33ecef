"""Vosk: recognition on this machine, as a stream. Models: folders that hold am/final.mdl."""

from __future__ import annotations

from typing import Any

from livekit.agents import stt

from appliance.models.speech import _kinds, _local
from appliance.models.speech._child import Program
from appliance.models.speech.made import Made
from appliance.models.speech.program import Ears


def hear(made: Made) -> stt.STT[Any]:
    """Recognise in a child process."""
    path = _local.model_of(made, _kinds.VOSK)
    program = Program.of_module(_kinds.VOSK.child, str(path))
    return Ears(program, name=path.name, language=made.language)
