"""Any recogniser or voice on this machine, as a program that speaks our framing (see `_child`)."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

from livekit import rtc
from livekit.agents import (
    DEFAULT_API_CONNECT_OPTIONS,
    NOT_GIVEN,
    APIConnectionError,
    APIConnectOptions,
    LanguageCode,
    stt,
    tts,
    utils,
)
from pydantic import BaseModel, ConfigDict, Field

from appliance.core import logs
from appliance.models.speech._child import Child, Gone, Program
from appliance.models.speech._gate import Gate
from appliance.models.speech.made import Made

HEARD_RATE = 16_000
SPOKEN_RATE = 24_000
_BEHIND_S = 2.0

_log = logs.get(__name__)


class Settings(BaseModel):
    """What is run."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    command: Annotated[list[str], Field(min_length=1, max_length=100)]
    """The program and its arguments."""


def hear(made: Made) -> stt.STT[Any]:
    """Give a recogniser that runs as a program."""
    return Ears(
        Program(made.settings.command), name=made.model or "program", language=made.language
    )


def speak(made: Made) -> tts.TTS[Any]:
    """Give a voice that runs as a program."""
    return Mouth(Program(made.settings.command), name=made.model or "program")


class Ears(stt.STT[Any]):
    """A recogniser in a child process, told by the session when a turn has ended."""

    def __init__(self, program: Program, *, name: str, language: str) -> None:
        super().__init__(
            capabilities=stt.STTCapabilities(
                streaming=True,
                interim_results=True,
                offline_recognize=False,
                manual_flush=True,
            )
        )
        self._name = name
        self.program = program
        self.language = LanguageCode(language)

    @property
    def model(self) -> str:
        return self._name

    @property
    def provider(self) -> str:
        return "local"

    async def _recognize_impl(self, *_: Any, **__: Any) -> stt.SpeechEvent:
        raise NotImplementedError("it listens to a stream")

    def stream(
        self,
        *,
        language: Any = NOT_GIVEN,  # noqa: ARG002 - LiveKit's signature
        conn_options: APIConnectOptions = DEFAULT_API_CONNECT_OPTIONS,
    ) -> stt.RecognizeStream:
        return _Listening(stt=self, conn_options=conn_options, sample_rate=HEARD_RATE)


class _Listening(stt.RecognizeStream):
    """One call's ear."""

    async def _run(self) -> None:
        ears = self._stt
        assert isinstance(ears, Ears)
        try:
            child = await Child.start(ears.program)
            try:
                async with asyncio.TaskGroup() as both:
                    reading = both.create_task(self._read(child, ears.language))
                    both.create_task(self._feed(child, reading))
            finally:
                await child.close()
        except* Gone as gone:
            _log.warning("a recogniser ended", why=str(gone.exceptions[0]))
            raise APIConnectionError(str(gone.exceptions[0])) from None

    async def _feed(self, child: Child, reading: asyncio.Task[None]) -> None:
        """Hand over what is worth hearing."""
        gate = Gate(HEARD_RATE)
        async for given in self._input_ch:
            if isinstance(given, rtc.AudioFrame):
                if sound := gate.push(bytes(given.data)):
                    await child.put(sound)
            else:
                if sound := gate.end():
                    await child.put(sound)
                await child.put(b"")
        reading.cancel()

    async def _read(self, child: Child, language: LanguageCode) -> None:
        while True:
            told = await child.line()
            for key, kind in _KINDS.items():
                words = told.get(key)
                if isinstance(words, str) and words.strip():
                    self._event_ch.send_nowait(
                        stt.SpeechEvent(
                            type=kind,
                            alternatives=[
                                stt.SpeechData(
                                    language=language, text=words.strip(), confidence=1.0
                                )
                            ],
                        )
                    )


_KINDS = {
    "interim": stt.SpeechEventType.INTERIM_TRANSCRIPT,
    "final": stt.SpeechEventType.FINAL_TRANSCRIPT,
}


class Mouth(tts.TTS[Any]):
    """A voice in a child process that is kept: its model is loaded once."""

    def __init__(self, program: Program, *, name: str) -> None:
        super().__init__(
            capabilities=tts.TTSCapabilities(streaming=False),
            sample_rate=SPOKEN_RATE,
            num_channels=1,
        )
        self._name = name
        self._program = program
        self._turn = asyncio.Lock()
        self._child: Child | None = None
        self._is_behind = False

    @property
    def model(self) -> str:
        return self._name

    @property
    def provider(self) -> str:
        return "local"

    def synthesize(
        self, text: str, *, conn_options: APIConnectOptions = DEFAULT_API_CONNECT_OPTIONS
    ) -> tts.ChunkedStream:
        return _Speaking(tts=self, input_text=text, conn_options=conn_options)

    async def aclose(self) -> None:
        child, self._child = self._child, None
        if child is not None:
            await child.close()

    async def say(self, text: str, out: tts.AudioEmitter) -> None:
        """Have a text spoken into `out`.

        Where nobody listens any more, the rest is read past before the next text.
        """
        async with self._turn:
            child = await self._ready()
            out.initialize(
                request_id=utils.shortuuid(),
                sample_rate=SPOKEN_RATE,
                num_channels=1,
                mime_type="audio/pcm",
            )
            try:
                self._is_behind = True
                await child.put(text.encode())
                fit = _Fit(int(child.hello.get("rate", SPOKEN_RATE)))
                while sound := await child.piece():
                    out.push(fit.push(sound))
                self._is_behind = False
                out.push(fit.rest())
            except Gone:
                await self.aclose()
                raise

    async def _ready(self) -> Child:
        if self._child is not None and self._is_behind:
            try:
                async with asyncio.timeout(_BEHIND_S):
                    while await self._child.piece():
                        pass
            except (Gone, TimeoutError):
                await self.aclose()
        if self._child is None:
            self._child = await Child.start(self._program)
        self._is_behind = False
        return self._child


class _Fit:
    """Brings a program's samples to the rate LiveKit was told before the program was asked."""

    def __init__(self, rate: int) -> None:
        self._rate = rate
        self._resampler = rtc.AudioResampler(rate, SPOKEN_RATE) if rate != SPOKEN_RATE else None

    def push(self, sound: bytes) -> bytes:
        if self._resampler is None:
            return sound
        frame = rtc.AudioFrame(sound, self._rate, 1, len(sound) // 2)
        return b"".join(bytes(each.data) for each in self._resampler.push(frame))

    def rest(self) -> bytes:
        if self._resampler is None:
            return b""
        return b"".join(bytes(each.data) for each in self._resampler.flush())


class _Speaking(tts.ChunkedStream):
    """One text on its way to sound."""

    async def _run(self, output_emitter: tts.AudioEmitter) -> None:
        mouth = self._tts
        assert isinstance(mouth, Mouth)
        try:
            await mouth.say(self._input_text, output_emitter)
        except Gone as gone:
            _log.warning("a voice ended", why=gone.sentence)
            raise APIConnectionError(gone.sentence) from None
        output_emitter.flush()
