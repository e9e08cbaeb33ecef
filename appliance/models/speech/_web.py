"""Speech services over HTTP: sound in, words out; words in, sound as it comes."""

from __future__ import annotations

import json
from abc import abstractmethod
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import httpx
from livekit import rtc
from livekit.agents import (
    DEFAULT_API_CONNECT_OPTIONS,
    APIConnectionError,
    APIConnectOptions,
    APIStatusError,
    APITimeoutError,
    LanguageCode,
    stt,
    tts,
    utils,
)

from appliance.core import sound

SPOKEN_RATE = 24_000
_CONNECT_S, _PIECE_S = 3.0, 8.0
_LONGEST_ANSWER = 1_000_000


class Web:
    """A service, asked without proxy or redirect: the config names its address."""

    def __init__(self, base_url: str, headers: Mapping[str, str]) -> None:
        self.client = httpx.AsyncClient(
            base_url=base_url.rstrip("/"),
            headers={"user-agent": "Frontdesk", **headers},
            timeout=httpx.Timeout(_PIECE_S, connect=_CONNECT_S),
            follow_redirects=False,
            trust_env=False,
        )

    @asynccontextmanager
    async def post(self, path: str, **given: Any) -> AsyncIterator[httpx.Response]:
        """Ask; gives an answer of 200, its body still to come.

        Raises:
            APIError: the service does not answer, or not with 200; LiveKit tries again by it.
        """
        try:
            async with self.client.stream("POST", path, **given) as answer:
                if answer.status_code != 200:
                    raise APIStatusError(
                        f"the speech service answered {answer.status_code}",
                        status_code=answer.status_code,
                    )
                yield answer
        except httpx.TimeoutException as cause:
            raise APITimeoutError("the speech service did not answer in time") from cause
        except (httpx.HTTPError, httpx.InvalidURL) as cause:
            raise APIConnectionError(
                f"the speech service cannot be reached ({type(cause).__name__})"
            ) from cause

    async def ask(self, path: str, **given: Any) -> Any:
        """Ask and give the JSON of the answer."""
        async with self.post(path, **given) as answer:
            body = b""
            async for piece in answer.aiter_bytes():
                body += piece
                if len(body) > _LONGEST_ANSWER:
                    raise APIConnectionError("the speech service's answer has no end")
        try:
            return json.loads(body)
        except ValueError as cause:
            raise APIConnectionError("the speech service's answer is no JSON") from cause


class WebEars(stt.STT[Any]):
    """A recogniser that gets an utterance whole."""

    def __init__(self, web: Web, *, model: str, provider: str, language: str) -> None:
        super().__init__(capabilities=stt.STTCapabilities(streaming=False, interim_results=False))
        self.web = web
        self._model, self._provider = model, provider
        self.language = LanguageCode(language)

    @property
    def model(self) -> str:
        return self._model

    @property
    def provider(self) -> str:
        return self._provider

    async def aclose(self) -> None:
        await self.web.client.aclose()

    async def _recognize_impl(
        self,
        buffer: utils.AudioBuffer,
        *,
        language: Any = None,  # noqa: ARG002 - LiveKit's signature
        conn_options: APIConnectOptions,  # noqa: ARG002
    ) -> stt.SpeechEvent:
        path, fields = self.asked()
        files = {"file": ("call.wav", wav_of(buffer), "audio/wav")}
        told = await self.web.ask(path, data=fields, files=files)
        words = str(told.get("text", "")).strip() if isinstance(told, dict) else ""
        return stt.SpeechEvent(
            type=stt.SpeechEventType.FINAL_TRANSCRIPT,
            alternatives=[stt.SpeechData(language=self.language, text=words, confidence=1.0)],
        )

    @abstractmethod
    def asked(self) -> tuple[str, dict[str, str]]:
        """Give the path to ask for an utterance's words, and what goes with it."""


class WebMouth(tts.TTS[Any]):
    """A voice that streams samples of 24 kHz for a whole sentence."""

    def __init__(self, web: Web, *, model: str, provider: str) -> None:
        super().__init__(
            capabilities=tts.TTSCapabilities(streaming=False),
            sample_rate=SPOKEN_RATE,
            num_channels=1,
        )
        self.web = web
        self._model, self._provider = model, provider

    @property
    def model(self) -> str:
        return self._model

    @property
    def provider(self) -> str:
        return self._provider

    async def aclose(self) -> None:
        await self.web.client.aclose()

    def synthesize(
        self, text: str, *, conn_options: APIConnectOptions = DEFAULT_API_CONNECT_OPTIONS
    ) -> tts.ChunkedStream:
        return _Speaking(tts=self, input_text=text, conn_options=conn_options)

    @abstractmethod
    def asked(self, text: str) -> tuple[str, dict[str, Any]]:
        """Give the path to ask for a text's sound, and what goes with it."""


class _Speaking(tts.ChunkedStream):
    async def _run(self, output_emitter: tts.AudioEmitter) -> None:
        mouth = self._tts
        assert isinstance(mouth, WebMouth)
        path, given = mouth.asked(self._input_text)
        async with mouth.web.post(path, **given) as answer:
            output_emitter.initialize(
                request_id=utils.shortuuid(),
                sample_rate=SPOKEN_RATE,
                num_channels=1,
                mime_type="audio/pcm",
            )
            odd = b""
            async for piece in answer.aiter_bytes():
                samples = odd + piece
                whole = len(samples) // 2 * 2
                odd = samples[whole:]
                if whole:
                    output_emitter.push(samples[:whole])
        output_emitter.flush()


def wav_of(buffer: utils.AudioBuffer) -> bytes:
    """Give sound as a WAV file."""
    frame = rtc.combine_audio_frames(buffer)
    return sound.wav(bytes(frame.data), rate=frame.sample_rate, channels=frame.num_channels)
