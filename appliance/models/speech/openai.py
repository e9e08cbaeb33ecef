"""OpenAI's speech, by the addresses that many other servers know too."""

from __future__ import annotations

from typing import Any

from livekit.agents import stt, tts
from pydantic import BaseModel, ConfigDict

from appliance.models.speech._openai_live import LiveEars
from appliance.models.speech._web import Web, WebEars, WebMouth
from appliance.models.speech.made import Made

ADDRESS = "https://api.openai.com/v1"


class Settings(BaseModel):
    """What the config may set."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    base_url: str = ADDRESS
    """The service's address, e.g. http://localhost:8000/v1."""
    voice: str = "alloy"
    """Whose voice speaks."""
    prompt: str = ""
    """Words that are likely to come up, e.g. the company's and its products' names."""
    live: bool = False
    """Whether words come while the caller still speaks, over a WebSocket."""


def hear(made: Made) -> stt.STT[Any]:
    """Recognise by POST /audio/transcriptions, or live at /realtime."""
    return ears(made, key=made.key)


def speak(made: Made) -> tts.TTS[Any]:
    """Speak by POST /audio/speech."""
    return Mouth(made, key=made.key)


def ears(made: Made, *, key: str | None) -> stt.STT[Any]:
    """Give the recogniser that the settings ask for."""
    return LiveEars(made, key=key) if made.settings.live else Ears(made, key=key)


def _web(made: Made, key: str | None) -> Web:
    return Web(made.settings.base_url, {"authorization": f"Bearer {key}"} if key else {})


class Ears(WebEars):
    """Whole utterances to words."""

    def __init__(self, made: Made, *, key: str | None) -> None:
        super().__init__(
            _web(made, key),
            model=made.model or "gpt-4o-mini-transcribe",
            provider=made.provider,
            language=made.language,
        )
        self._prompt = made.settings.prompt

    def asked(self) -> tuple[str, dict[str, str]]:
        """Give the path to ask for an utterance's words, and what goes with it."""
        fields = {
            "model": self.model,
            "language": self.language.language,
            "response_format": "json",
        }
        if self._prompt:
            fields["prompt"] = self._prompt
        return "/audio/transcriptions", fields


class Mouth(WebMouth):
    """Sentences to sound."""

    def __init__(self, made: Made, *, key: str | None) -> None:
        super().__init__(
            _web(made, key), model=made.model or "gpt-4o-mini-tts", provider=made.provider
        )
        self._voice = made.settings.voice

    def asked(self, text: str) -> tuple[str, dict[str, Any]]:
        """Give the path to ask for a text's sound, and what goes with it."""
        return "/audio/speech", {
            "json": {
                "model": self.model,
                "voice": self._voice,
                "input": text,
                "response_format": "pcm",
            }
        }
