"""Recognisers behind a WebSocket, that are told when a turn has ended."""

from __future__ import annotations

import asyncio
import json
from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import aiohttp
from livekit import rtc
from livekit.agents import (
    DEFAULT_API_CONNECT_OPTIONS,
    NOT_GIVEN,
    APIConnectionError,
    APIConnectOptions,
    APIError,
    APIStatusError,
    LanguageCode,
    stt,
)

Message = bytes | dict[str, Any]

_CONNECT_S, _ALIVE_S = 5.0, 5.0


@dataclass(frozen=True, slots=True)
class Address:
    """Where a service listens, and what it is told on the way in."""

    url: str
    query: Sequence[tuple[str, str]]
    headers: dict[str, str] = field(repr=False)


class Wire(Protocol):
    """One connection's words: what is sent, and what is made of what comes."""

    def hello(self) -> list[Message]:
        """Give what is sent first."""

    def sound(self, samples: bytes) -> list[Message]:
        """Give how sound is sent."""

    def turn_over(self) -> list[Message]:
        """Give what tells that a turn has ended."""

    def bye(self) -> list[Message]:
        """Give what is sent last."""

    def alive(self) -> list[Message]:
        """Give what is sent now and then, so that the service stays."""

    def read(self, told: dict[str, Any]) -> stt.SpeechEvent | None:
        """Make something of a message; None where it holds no words.

        Raises:
            APIError: the service cannot go on.
        """


class SocketEars(stt.STT[Any]):
    """A recogniser; `service` is its name for people."""

    def __init__(
        self, *, service: str, model: str, provider: str, language: str, rate: int
    ) -> None:
        super().__init__(
            capabilities=stt.STTCapabilities(
                streaming=True, interim_results=True, offline_recognize=False, manual_flush=True
            )
        )
        self.service = service
        self.language = LanguageCode(language)
        self.rate = rate
        self._model, self._provider = model, provider

    @property
    def model(self) -> str:
        return self._model

    @property
    def provider(self) -> str:
        return self._provider

    async def _recognize_impl(self, *_: Any, **__: Any) -> stt.SpeechEvent:
        raise NotImplementedError("it listens to a stream")

    def stream(
        self,
        *,
        language: Any = NOT_GIVEN,  # noqa: ARG002 - LiveKit's signature
        conn_options: APIConnectOptions = DEFAULT_API_CONNECT_OPTIONS,
    ) -> stt.RecognizeStream:
        return _Listening(stt=self, conn_options=conn_options, sample_rate=self.rate)

    @abstractmethod
    def address(self) -> Address:
        """Give where to connect to."""

    @abstractmethod
    def wire(self) -> Wire:
        """Give the words of one connection."""


class _Listening(stt.RecognizeStream):
    async def _run(self) -> None:
        ears = self._stt
        assert isinstance(ears, SocketEars)
        at, wire = ears.address(), ears.wire()
        headers = {**at.headers, "user-agent": "Frontdesk"}
        timeout = aiohttp.ClientTimeout(total=None, sock_connect=_CONNECT_S, sock_read=_CONNECT_S)
        try:
            async with (
                aiohttp.ClientSession(timeout=timeout, headers=headers) as web,
                web.ws_connect(at.url, params=at.query) as line,
                asyncio.TaskGroup() as all_three,
            ):
                alive = all_three.create_task(_stay_alive(line, wire))
                reading = all_three.create_task(self._read(line, wire))
                await self._feed(line, wire)
                alive.cancel()
                await reading
        except* aiohttp.WSServerHandshakeError as wrong:
            cause = wrong.exceptions[0]
            status = cause.status if isinstance(cause, aiohttp.WSServerHandshakeError) else 500
            raise APIStatusError(f"{ears.service} answered {status}", status_code=status) from None
        except* (aiohttp.ClientError, OSError, TimeoutError, _Closed) as wrong:
            name = type(wrong.exceptions[0]).__name__
            raise APIConnectionError(f"{ears.service} cannot be reached ({name})") from None
        except* APIError as wrong:
            raise wrong.exceptions[0] from None

    async def _feed(self, line: aiohttp.ClientWebSocketResponse, wire: Wire) -> None:
        await _send(line, wire.hello())
        async for given in self._input_ch:
            if isinstance(given, rtc.AudioFrame):
                await _send(line, wire.sound(bytes(given.data)))
            else:
                await _send(line, wire.turn_over())
        await _send(line, wire.bye())

    async def _read(self, line: aiohttp.ClientWebSocketResponse, wire: Wire) -> None:
        async for told in line:
            event = wire.read(_json(told.data)) if told.type is aiohttp.WSMsgType.TEXT else None
            if event is not None:
                self._event_ch.send_nowait(event)
        if not self._input_ch.closed:
            raise _Closed


class _Closed(Exception):  # noqa: N818 - an end, not an error
    """The service has closed the line in mid-call."""


def words(
    text: str, language: LanguageCode, *, is_final: bool, confidence: float = 1.0
) -> stt.SpeechEvent | None:
    """Give words as LiveKit takes them; None where there are none."""
    if not (said := text.strip()):
        return None
    kinds = stt.SpeechEventType
    return stt.SpeechEvent(
        type=kinds.FINAL_TRANSCRIPT if is_final else kinds.INTERIM_TRANSCRIPT,
        alternatives=[stt.SpeechData(language=language, text=said, confidence=confidence)],
    )


def _json(told: str) -> dict[str, Any]:
    """Read a message; one that is no JSON object says nothing."""
    try:
        found = json.loads(told)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


async def _send(line: aiohttp.ClientWebSocketResponse, messages: list[Message]) -> None:
    for message in messages:
        if isinstance(message, bytes):
            await line.send_bytes(message)
        else:
            await line.send_json(message)


async def _stay_alive(line: aiohttp.ClientWebSocketResponse, wire: Wire) -> None:
    while True:
        await asyncio.sleep(_ALIVE_S)
        await _send(line, wire.alive())
