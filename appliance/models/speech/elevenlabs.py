"""ElevenLabs: voices, and recognition of whole utterances."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from livekit.agents import stt, tts
from pydantic import BaseModel, ConfigDict

from appliance.models.speech._web import SPOKEN_RATE, Web, WebEars, WebMouth
from appliance.models.speech.made import Made

ADDRESS = "https://api.elevenlabs.io"


class Settings(BaseModel):
    """What the config may set."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    base_url: str = ADDRESS
    """The service's address."""
    voice: str = "21m00Tcm4TlvDq8ikWAM"
    """The id of the voice that speaks."""


def hear(made: Made) -> stt.STT[Any]:
    """Recognise by POST /v1/speech-to-text."""
    return _Ears(
        _web(made),
        model=made.model or "scribe_v1",
        provider="elevenlabs",
        language=made.language,
    )


def speak(made: Made) -> tts.TTS[Any]:
    """Speak by POST /v1/text-to-speech/{voice}/stream."""
    return _Mouth(_web(made), model=made.model or "eleven_flash_v2_5", voice=made.settings.voice)


def _web(made: Made) -> Web:
    return Web(made.settings.base_url, {"xi-api-key": made.key})


class _Ears(WebEars):
    def asked(self) -> tuple[str, dict[str, str]]:
        return "/v1/speech-to-text", {
            "model_id": self.model,
            "language_code": self.language.language,
        }


class _Mouth(WebMouth):
    def __init__(self, web: Web, *, model: str, voice: str) -> None:
        super().__init__(web, model=model, provider="elevenlabs")
        self._voice = voice

    def asked(self, text: str) -> tuple[str, dict[str, Any]]:
        return f"/v1/text-to-speech/{quote(self._voice, safe='')}/stream", {
            "params": {"output_format": f"pcm_{SPOKEN_RATE}"},
            "json": {"text": text, "model_id": self.model},
        }
