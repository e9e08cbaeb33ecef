"""Deepgram: recognition as a stream, and voices."""

from __future__ import annotations

from typing import Any

from livekit.agents import LanguageCode, stt, tts
from pydantic import BaseModel, ConfigDict

from appliance.models.speech import _socket
from appliance.models.speech._socket import Address, Message, SocketEars, Wire
from appliance.models.speech._web import SPOKEN_RATE, Web, WebMouth
from appliance.models.speech.made import Made

ADDRESS = "https://api.deepgram.com"
_RATE = 16_000


class Settings(BaseModel):
    """What the config may set."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    base_url: str = ADDRESS
    """The service's address."""
    keyterms: list[str] = []
    """Words that are likely to come up, e.g. the company's and its products' names."""


def hear(made: Made) -> stt.STT[Any]:
    """Recognise over a WebSocket, /v1/listen."""
    return Ears(made, made.key)


def speak(made: Made) -> tts.TTS[Any]:
    """Speak by POST /v1/speak."""
    web = Web(made.settings.base_url, {"authorization": f"Token {made.key}"})
    return _Mouth(web, model=made.model or "aura-2-thalia-en", provider="deepgram")


class _Mouth(WebMouth):
    def asked(self, text: str) -> tuple[str, dict[str, Any]]:
        query = {
            "model": self.model,
            "encoding": "linear16",
            "sample_rate": str(SPOKEN_RATE),
            "container": "none",
        }
        return "/v1/speak", {"params": query, "json": {"text": text}}


class Ears(SocketEars):
    """A recogniser that is told when a turn has ended ("Finalize")."""

    def __init__(self, made: Made, key: str) -> None:
        super().__init__(
            service="Deepgram",
            model=made.model or "nova-3",
            provider="deepgram",
            language=made.language,
            rate=_RATE,
        )
        query = [
            ("model", self.model),
            ("language", made.language),
            ("encoding", "linear16"),
            ("sample_rate", str(_RATE)),
            ("channels", "1"),
            ("interim_results", "true"),
            ("smart_format", "true"),
            *(("keyterm", term) for term in made.settings.keyterms),
        ]
        url = f"{made.settings.base_url.rstrip('/')}/v1/listen"
        self._address = Address(url, query, {"authorization": f"Token {key}"})

    def address(self) -> Address:
        """Give where to connect to."""
        return self._address

    def wire(self) -> Wire:
        """Give the words of one connection."""
        return _Wire(self.language)


class _Wire:
    def __init__(self, language: LanguageCode) -> None:
        self._language = language

    def hello(self) -> list[Message]:
        return []

    def sound(self, samples: bytes) -> list[Message]:
        return [samples]

    def turn_over(self) -> list[Message]:
        return [{"type": "Finalize"}]

    def bye(self) -> list[Message]:
        return [{"type": "CloseStream"}]

    def alive(self) -> list[Message]:
        return [{"type": "KeepAlive"}]

    def read(self, told: dict[str, Any]) -> stt.SpeechEvent | None:
        try:
            best = told["channel"]["alternatives"][0]
            said, sure = str(best["transcript"]), float(best.get("confidence", 0.0))
        except (KeyError, IndexError, TypeError, ValueError):
            return None
        is_final = bool(told.get("is_final"))
        return _socket.words(said, self._language, is_final=is_final, confidence=sure)
