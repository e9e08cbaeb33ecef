"""Deepgram: recognition as a stream, and voices."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import aiohttp
from livekit import rtc
from livekit.agents import (
    DEFAULT_API_CONNECT_OPTIONS,
    NOT_GIVEN,
    APIConnectionError,
    APIConnectOptions,
    APIStatusError,
    LanguageCode,
    stt,
    tts,
)
from pydantic import BaseModel, ConfigDict

from appliance.models.speech._web import SPOKEN_RATE, Web, WebMouth
from appliance.models.speech.made import Made

ADDRESS = "https://api.deepgram.com"
_RATE = 16_000
_CONNECT_S, _ALIVE_S = 5.0, 5.0


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


class Ears(stt.STT[Any]):
    """A recogniser that is told when a turn has ended ("Finalize")."""

    def __init__(self, made: Made, key: str) -> None:
        super().__init__(
            capabilities=stt.STTCapabilities(
                streaming=True, interim_results=True, offline_recognize=False, manual_flush=True
            )
        )
        self.base_url: str = made.settings.base_url
        self.headers = {"authorization": f"Token {key}", "user-agent": "Frontdesk"}
        self.language = LanguageCode(made.language)
        self._model = made.model or "nova-3"
        self.query = [
            ("model", self._model),
            ("language", made.language),
            ("encoding", "linear16"),
            ("sample_rate", str(_RATE)),
            ("channels", "1"),
            ("interim_results", "true"),
            ("smart_format", "true"),
            *(("keyterm", term) for term in made.settings.keyterms),
        ]

    @property
    def model(self) -> str:
        return self._model

    @property
    def provider(self) -> str:
        return "deepgram"

    async def _recognize_impl(self, *_: Any, **__: Any) -> stt.SpeechEvent:
        raise NotImplementedError("it listens to a stream")

    def stream(
        self,
        *,
        language: Any = NOT_GIVEN,  # noqa: ARG002 - LiveKit's signature
        conn_options: APIConnectOptions = DEFAULT_API_CONNECT_OPTIONS,
    ) -> stt.RecognizeStream:
        return _Listening(stt=self, conn_options=conn_options, sample_rate=_RATE)


class _Listening(stt.RecognizeStream):
    async def _run(self) -> None:
        ears = self._stt
        assert isinstance(ears, Ears)
        timeout = aiohttp.ClientTimeout(total=None, sock_connect=_CONNECT_S, sock_read=_CONNECT_S)
        try:
            async with (
                aiohttp.ClientSession(timeout=timeout, headers=ears.headers) as web,
                web.ws_connect(f"{ears.base_url.rstrip('/')}/v1/listen", params=ears.query) as line,
                asyncio.TaskGroup() as all_three,
            ):
                alive = all_three.create_task(_stay_alive(line))
                reading = all_three.create_task(self._read(line, ears.language))
                await self._feed(line)
                alive.cancel()
                await reading
        except* aiohttp.WSServerHandshakeError as wrong:
            cause = wrong.exceptions[0]
            status = cause.status if isinstance(cause, aiohttp.WSServerHandshakeError) else 500
            raise APIStatusError(f"Deepgram answered {status}", status_code=status) from None
        except* (aiohttp.ClientError, OSError, TimeoutError, _Closed) as wrong:
            name = type(wrong.exceptions[0]).__name__
            raise APIConnectionError(f"Deepgram cannot be reached ({name})") from None

    async def _feed(self, line: aiohttp.ClientWebSocketResponse) -> None:
        async for given in self._input_ch:
            if isinstance(given, rtc.AudioFrame):
                await line.send_bytes(bytes(given.data))
            else:
                await line.send_json({"type": "Finalize"})
        await line.send_json({"type": "CloseStream"})

    async def _read(self, line: aiohttp.ClientWebSocketResponse, language: LanguageCode) -> None:
        async for told in line:
            if told.type is not aiohttp.WSMsgType.TEXT:
                continue
            event = _event(told.data, language)
            if event is not None:
                self._event_ch.send_nowait(event)
        if not self._input_ch.closed:
            raise _Closed


class _Closed(Exception):  # noqa: N818 - an end, not an error
    """The service has closed the line in mid-call."""


def _event(told: str, language: LanguageCode) -> stt.SpeechEvent | None:
    """Read a message; None for one that holds no words."""
    try:
        found = json.loads(told)
        best = found["channel"]["alternatives"][0]
        words, is_final = str(best["transcript"]).strip(), bool(found.get("is_final"))
        sure = float(best.get("confidence", 0.0))
    except (ValueError, KeyError, IndexError, TypeError):
        return None
    if not words:
        return None
    kinds = stt.SpeechEventType
    return stt.SpeechEvent(
        type=kinds.FINAL_TRANSCRIPT if is_final else kinds.INTERIM_TRANSCRIPT,
        alternatives=[stt.SpeechData(language=language, text=words, confidence=sure)],
    )


async def _stay_alive(line: aiohttp.ClientWebSocketResponse) -> None:
    while True:
        await asyncio.sleep(_ALIVE_S)
        await line.send_json({"type": "KeepAlive"})
