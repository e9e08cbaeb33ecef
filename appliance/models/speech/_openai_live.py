"""OpenAI's realtime transcription: words while the caller still speaks.

It is asked for words and nothing else: what is said to a caller comes from the desk.
Source: developers.openai.com/api/docs/guides/realtime-transcription (2026-11).
"""

from __future__ import annotations

import base64
from collections import defaultdict
from typing import Any

from livekit.agents import APIConnectionError, APIStatusError, LanguageCode, stt

from appliance.core.safe_text import one_line
from appliance.models.speech import _socket
from appliance.models.speech._gate import Gate
from appliance.models.speech._socket import Address, Message, SocketEars, Wire
from appliance.models.speech.made import Made

_RATE = 24_000
_HEARD = "conversation.item.input_audio_transcription."
# The service refuses to take less than this for a turn.
_LEAST_BYTES = _RATE * 2 // 10
# Refusals that end nothing.
_HARMLESS = frozenset({"input_audio_buffer_commit_empty"})


class LiveEars(SocketEars):
    """A recogniser that is told when a turn has ended ("commit")."""

    def __init__(self, made: Made, *, key: str | None) -> None:
        super().__init__(
            service="the transcription service",
            model=made.model or "gpt-live-transcribe",
            provider=made.provider,
            language=made.language,
            rate=_RATE,
        )
        self._url = f"{made.settings.base_url.rstrip('/')}/realtime"
        self._headers = {"authorization": f"Bearer {key}"} if key else {}
        self._prompt: str = made.settings.prompt

    def address(self) -> Address:
        """Give where to connect to."""
        return Address(self._url, [("intent", "transcription")], self._headers)

    def wire(self) -> Wire:
        """Give the words of one connection."""
        return _Wire(self.model, self.language, self._prompt)


class _Wire:
    def __init__(self, model: str, language: LanguageCode, prompt: str) -> None:
        self._model, self._language, self._prompt = model, language, prompt
        self._gate = Gate(_RATE)
        self._turn_bytes = 0
        self._told: defaultdict[str, str] = defaultdict(str)

    def hello(self) -> list[Message]:
        wanted = {"model": self._model, "language": self._language.language}
        if self._prompt:
            wanted["prompt"] = self._prompt
        heard = {
            "format": {"type": "audio/pcm", "rate": _RATE},
            "transcription": wanted,
            "turn_detection": None,
        }
        session = {"type": "transcription", "audio": {"input": heard}}
        return [{"type": "session.update", "session": session}]

    def sound(self, samples: bytes) -> list[Message]:
        return self._appended(self._gate.push(samples))

    def turn_over(self) -> list[Message]:
        last = self._appended(self._gate.end())
        if self._turn_bytes < _LEAST_BYTES:
            return last
        self._turn_bytes = 0
        return [*last, {"type": "input_audio_buffer.commit"}]

    def bye(self) -> list[Message]:
        return []

    def alive(self) -> list[Message]:
        return []

    def read(self, told: dict[str, Any]) -> stt.SpeechEvent | None:
        kind, item = str(told.get("type")), str(told.get("item_id"))
        if kind == f"{_HEARD}delta":
            self._told[item] += str(told.get("delta") or "")
            return _socket.words(self._told[item], self._language, is_final=False)
        if kind == f"{_HEARD}completed":
            self._told.pop(item, None)
            said = str(told.get("transcript") or "")
            return _socket.words(said, self._language, is_final=True)
        if kind == f"{_HEARD}failed":
            raise APIConnectionError(f"a turn could not be transcribed: {_why(told)}")
        if kind == "error" and _code(told) not in _HARMLESS:
            raise APIStatusError(f"the transcription was refused: {_why(told)}", status_code=400)
        return None

    def _appended(self, samples: bytes) -> list[Message]:
        if not samples:
            return []
        self._turn_bytes += len(samples)
        sound = base64.b64encode(samples).decode()
        return [{"type": "input_audio_buffer.append", "audio": sound}]


def _code(told: dict[str, Any]) -> str:
    error = told.get("error")
    return str(error.get("code")) if isinstance(error, dict) else ""


def _why(told: dict[str, Any]) -> str:
    error = told.get("error")
    words = error.get("message") if isinstance(error, dict) else None
    return one_line(str(words or "no reason is given"), limit=200)
