"""Any server that speaks OpenAI's /audio addresses: Speaches, LocalAI, vLLM, Kokoro-FastAPI."""

from __future__ import annotations

from typing import Any

from livekit.agents import stt, tts

from appliance.core import errors
from appliance.models.speech import openai
from appliance.models.speech.made import Made


class Settings(openai.Settings):
    """What the config may set; `base_url` must stand there."""

    base_url: str = ""
    """The server's address, e.g. http://localhost:8000/v1."""


def hear(made: Made) -> stt.STT[Any]:
    """Recognise by POST /audio/transcriptions, or live at /realtime."""
    return openai.ears(made, key=_key(made))


def speak(made: Made) -> tts.TTS[Any]:
    """Speak by POST /audio/speech."""
    return openai.Mouth(made, key=_key(made))


def _key(made: Made) -> str | None:
    """Give the key where one is named: a server of one's own needs none."""
    if not made.settings.base_url.startswith(("http://", "https://")):
        raise errors.Misconfigured(
            "openai_compatible needs base_url, e.g. base_url: http://localhost:8000/v1"
        )
    return made.key if made.secret_name else None
