"""Piper: a voice on this machine. Models: NAME.onnx with NAME.onnx.json beside it."""

from __future__ import annotations

from typing import Any

from livekit.agents import tts

from appliance.models.speech import _kinds, _local
from appliance.models.speech._child import Program
from appliance.models.speech.made import Made
from appliance.models.speech.program import Mouth


def speak(made: Made) -> tts.TTS[Any]:
    """Speak in a child process."""
    path = _local.model_of(made, _kinds.PIPER)
    program = Program.of_module(_kinds.PIPER.child, str(path))
    return Mouth(program, name=path.stem)
