"""Every provider of speech, against a service on a real socket or a program in a real process."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from livekit import rtc
from livekit.agents import APIConnectionError, APIConnectOptions, APIStatusError, inference, stt

from appliance.config.model import SpeechService, VoiceProvider, VoiceSettings
from appliance.core import errors
from appliance.models.speech import _kinds, shelf
from appliance.models.speech._kinds import Kind
from tests.fakes import speech
from tests.fakes.speech_server import SOUND, SpeechServer, speech_server

ONCE = APIConnectOptions(max_retry=0, timeout=5)
HEARS = ["openai", "openai_compatible", "elevenlabs"]
SPEAKS = [*HEARS, "deepgram"]


def _secret(name: str) -> str | None:
    return "k-1" if name == "the-key" else None


def _nothing(_: str) -> None:
    """No model was added."""


def _make(
    provider: str,
    half: shelf.Half,
    mounted: Callable[[str], Path | None] = _nothing,
    **given: Any,
) -> Any:
    return shelf.make(
        SpeechService(provider=provider, **{"credentials_secret": "the-key", **given}),
        half,
        secret=_secret,
        mounted=mounted,
    )


@pytest.fixture
async def server() -> AsyncIterator[SpeechServer]:
    async with speech_server() as serving:
        yield serving


def _frame(seconds: float = 0.5, level: int = 4000) -> rtc.AudioFrame:
    count = int(16_000 * seconds)
    sound = b"".join(
        (level if place % 8 < 4 else -level).to_bytes(2, "little", signed=True)
        for place in range(count)
    )
    return rtc.AudioFrame(sound, 16_000, 1, count)


async def _sound(mouth: Any, text: str) -> bytes:
    async with mouth.synthesize(text, conn_options=ONCE) as stream:
        return b"".join([bytes(piece.frame.data) async for piece in stream])


@pytest.mark.parametrize("provider", HEARS)
async def test_an_utterance_becomes_words(provider: str, server: SpeechServer) -> None:
    ears = _make(provider, "hear", base_url=server.url, language="en-US")

    event = await ears.recognize([_frame()], conn_options=ONCE)
    await ears.aclose()

    assert event.alternatives[0].text == server.words
    assert server.heard_bytes > 16_000
    assert "en" in server.asked[0].values()
    assert server.keys == ["k-1" if provider == "elevenlabs" else "Bearer k-1"]


@pytest.mark.parametrize("provider", SPEAKS)
async def test_words_become_sound_as_it_comes(provider: str, server: SpeechServer) -> None:
    mouth = _make(provider, "speak", base_url=server.url)

    sound = await _sound(mouth, "Good morning.")
    await mouth.aclose()

    assert sound[: len(SOUND) - 2] == SOUND[: len(SOUND) - 2]
    assert "Good morning." in server.asked[0].values()
    assert server.keys[0].removeprefix("Bearer ").removeprefix("Token ") == "k-1"


@pytest.mark.parametrize("provider", SPEAKS)
async def test_a_refusal_and_a_dead_service_are_told_apart(
    provider: str, server: SpeechServer
) -> None:
    mouth = _make(provider, "speak", base_url=server.url)
    nobody = _make(provider, "speak", base_url="http://127.0.0.1:9")

    server.status = 401
    with pytest.raises(APIStatusError) as refused:
        await _sound(mouth, "Hello.")
    with pytest.raises(APIConnectionError):
        await _sound(nobody, "Hello.")
    await mouth.aclose()
    await nobody.aclose()

    assert refused.value.status_code == 401
    assert not refused.value.retryable


async def test_deepgram_gives_words_when_it_is_told_that_the_turn_is_over(
    server: SpeechServer,
) -> None:
    ears = _make("deepgram", "hear", base_url=server.url, keyterms=["Acme"])

    async with ears.stream(conn_options=ONCE) as stream:
        stream.push_frame(_frame())
        stream.flush()
        events = [await anext(stream), await anext(stream)]
        stream.end_input()

    assert [event.type for event in events] == [
        stt.SpeechEventType.INTERIM_TRANSCRIPT,
        stt.SpeechEventType.FINAL_TRANSCRIPT,
    ]
    assert events[1].alternatives[0].text == server.words
    assert server.asked[0]["keyterm"] == "Acme"
    assert server.keys == ["Token k-1"]


async def test_deepgram_that_closes_in_mid_call_is_a_failure_not_an_end(
    server: SpeechServer,
) -> None:
    server.breaks = True
    ears = _make("deepgram", "hear", base_url=server.url)

    async with ears.stream(conn_options=ONCE) as stream:
        stream.push_frame(_frame())
        with pytest.raises(APIConnectionError):
            await anext(stream)


@pytest.mark.parametrize("provider", ["openai", "openai_compatible"])
async def test_words_come_live_and_whole_when_the_turn_is_over(
    provider: str, server: SpeechServer
) -> None:
    ears = _make(provider, "hear", base_url=server.url, live=True, prompt="Acme", language="en-US")

    events: list[stt.SpeechEvent] = []
    async with ears.stream(conn_options=ONCE) as stream:
        for _ in range(2):
            stream.push_frame(_frame())
            stream.flush()
            async for event in stream:
                events.append(event)
                if event.type is stt.SpeechEventType.FINAL_TRANSCRIPT:
                    break
        stream.end_input()

    told = [(event.type.name, event.alternatives[0].text) for event in events]
    interim, final = "INTERIM_TRANSCRIPT", "FINAL_TRANSCRIPT"
    assert told == 2 * [
        (interim, "hello"),
        (interim, "hello from"),
        (interim, "hello from the"),
        (interim, "hello from the caller"),
        (final, "hello from the caller"),
    ]
    assert server.heard_bytes == pytest.approx(2 * 0.5 * 24_000 * 2, rel=0.1)
    assert server.keys == ["Bearer k-1"]
    assert server.asked[0]["intent"] == "transcription"
    session = json.loads(server.asked[0]["session"])
    assert session["type"] == "transcription"  # nothing that would answer by itself
    assert session["audio"]["input"]["turn_detection"] is None
    assert session["audio"]["input"]["transcription"] == {
        "model": "gpt-live-transcribe",
        "language": "en",
        "prompt": "Acme",
    }


async def test_a_turn_of_silence_is_not_sent_live(server: SpeechServer) -> None:
    ears = _make("openai", "hear", base_url=server.url, live=True)

    async with ears.stream(conn_options=ONCE) as stream:
        for level in (20, 4000):
            stream.push_frame(_frame(level=level))
            stream.flush()
        async for event in stream:
            if event.type is stt.SpeechEventType.FINAL_TRANSCRIPT:
                break
        stream.end_input()

    loud = 0.5 * 24_000 * 2
    assert loud <= server.heard_bytes < 1.7 * loud  # and a little of what stood before it


async def test_live_a_refusal_a_failed_turn_and_a_closed_line_are_told_apart(
    server: SpeechServer,
) -> None:
    async def raised() -> Exception:
        ears = _make("openai", "hear", base_url=server.url, live=True)
        async with ears.stream(conn_options=ONCE) as stream:
            stream.push_frame(_frame())
            stream.flush()
            with pytest.raises((APIConnectionError, APIStatusError)) as wrong:
                async for _ in stream:
                    pass
        return wrong.value

    server.refuses = {"code": "model_not_found", "message": "No such model."}
    refused = await raised()
    server.refuses, server.fails_turns = None, 1
    failed = await raised()
    server.breaks = True
    closed = await raised()
    server.status = 401
    unknown = await raised()

    assert isinstance(refused, APIStatusError)
    assert not refused.retryable
    assert "No such model." in str(refused)
    assert isinstance(failed, APIConnectionError)
    assert isinstance(closed, APIConnectionError)
    assert isinstance(unknown, APIStatusError)
    assert unknown.status_code == 401


async def test_live_a_harmless_error_ends_nothing(server: SpeechServer) -> None:
    server.refuses = {"code": "input_audio_buffer_commit_empty", "message": "Too short."}
    ears = _make("openai", "hear", base_url=server.url, live=True)

    async with ears.stream(conn_options=ONCE) as stream:
        stream.push_frame(_frame())
        stream.flush()
        events = [await anext(stream) for _ in range(5)]
        stream.end_input()

    assert events[-1].alternatives[0].text == server.words


async def test_the_next_recogniser_hears_where_the_first_cannot(server: SpeechServer) -> None:
    settings = VoiceSettings(
        stt=VoiceProvider(
            provider="openai_compatible",
            live=True,
            base_url="http://127.0.0.1:9",
            fallbacks=[SpeechService(provider="openai_compatible", live=True, base_url=server.url)],
        ),
        tts=VoiceProvider(provider="program", command=["true"]),
    )
    both = shelf.open_speech(settings, secret=_secret, mounted=_nothing, ends=inference.VAD())

    async with both.ears.stream(conn_options=ONCE) as stream, asyncio.timeout(30):

        async def talk() -> None:
            while True:  # what was said to the first is lost with it: callers are asked again
                stream.push_frame(_frame())
                stream.flush()
                await asyncio.sleep(0.3)

        talking = asyncio.create_task(talk())
        event = await anext(stream)
        talking.cancel()
        stream.end_input()
    await both.close()

    assert event.alternatives[0].text in server.words


async def test_the_next_voice_speaks_where_the_first_cannot(server: SpeechServer) -> None:
    settings = VoiceSettings(
        stt=VoiceProvider(provider="program", command=["true"]),
        tts=VoiceProvider(
            provider="openai_compatible",
            base_url="http://127.0.0.1:9",
            fallbacks=[SpeechService(provider="openai_compatible", base_url=server.url)],
        ),
    )
    both = shelf.open_speech(settings, secret=_secret, mounted=_nothing, ends=inference.VAD())

    sound = await _sound(both.mouth, "Hello.")
    await both.close()

    assert len(sound) > 9_000


async def test_a_program_hears_and_is_told_when_a_turn_ends(tmp_path: Path) -> None:
    script = tmp_path / "script.txt"
    script.write_text("first words\nsecond words\n")
    ears = _make("program", "hear", command=speech.program("hear", str(script)))

    heard: list[str] = []
    async with ears.stream(conn_options=ONCE) as stream:
        for _ in range(2):
            stream.push_frame(_frame())
            stream.flush()
            async for event in stream:
                if event.type is stt.SpeechEventType.FINAL_TRANSCRIPT:
                    heard.append(event.alternatives[0].text)
                    break
        stream.end_input()

    assert heard == ["first words", "second words"]


async def test_a_program_is_not_fed_silence() -> None:
    ears = _make("program", "hear", command=speech.program("count"))

    held: list[int] = []
    async with ears.stream(conn_options=ONCE) as stream:
        for level in (20, 4000):
            stream.push_frame(_frame(level=level))
            stream.flush()
            async for event in stream:
                if event.type is stt.SpeechEventType.FINAL_TRANSCRIPT:
                    held.append(int(event.alternatives[0].text))
                    break
        stream.end_input()

    assert held[0] == 0 < held[1]


async def test_a_program_that_ends_is_started_again_with_the_next_try(tmp_path: Path) -> None:
    script = tmp_path / "script.txt"
    script.write_text("!die\nstill here\n")
    ears = _make("program", "hear", command=speech.program("hear", str(script)))

    heard: list[str] = []
    again = APIConnectOptions(max_retry=2, retry_interval=0.01, timeout=5)
    async with ears.stream(conn_options=again) as stream:
        stream.push_frame(_frame())
        stream.flush()
        async with asyncio.timeout(20):
            while not heard:
                script.write_text("still here\n")
                stream.push_frame(_frame())
                stream.flush()
                await asyncio.sleep(0.05)
                event = await anext(stream)
                if event.type is stt.SpeechEventType.FINAL_TRANSCRIPT:
                    heard.append(event.alternatives[0].text)
        stream.end_input()

    assert heard == ["still here"]


async def test_a_voice_that_was_interrupted_speaks_the_next_text_whole() -> None:
    mouth = _make("program", "speak", command=speech.program("tone"))
    long = " ".join(["word"] * 40)

    whole = await _sound(mouth, "two words")
    async with mouth.synthesize(long, conn_options=ONCE) as stream:
        await anext(stream)
    again = await _sound(mouth, "two words")
    await mouth.aclose()

    assert abs(len(again) - len(whole)) < 2_000
    assert len(whole) == pytest.approx(2 * 0.28 * 24_000 * 2, rel=0.05)


@pytest.mark.parametrize(
    ("provider", "half", "given", "says"),
    [
        ("deepgramm", "hear", {}, "there is no speech provider 'deepgramm'"),
        ("piper", "hear", {}, "piper cannot do that"),
        ("deepgram", "hear", {"credentials_secret": "other"}, "appliance secrets set other"),
        ("openai_compatible", "speak", {}, "needs base_url"),
        ("deepgram", "hear", {"modell": "x"}, "modell"),
    ],
)
def test_what_is_missing_is_named_with_what_to_do(
    provider: str, half: shelf.Half, given: dict[str, Any], says: str
) -> None:
    with pytest.raises(errors.Misconfigured, match=r"voice\.config") as wrong:
        _make(provider, half, **given)

    assert says in wrong.value.sentence


@pytest.mark.parametrize("kind", _kinds.KINDS, ids=lambda kind: kind.provider)
def test_of_a_model_here_the_library_and_each_missing_file_is_named(
    kind: Kind, tmp_path: Path
) -> None:
    def refused(**given: Any) -> str:
        with pytest.raises(errors.Misconfigured, match=r"voice\.config") as wrong:
            _make(kind.provider, kind.half, **given)
        return wrong.value.sentence

    if not kind.has_library:
        assert f"uv pip install {kind.package}" in refused(model=str(tmp_path))
        return
    assert "appliance models list" in refused()
    assert "appliance models add" in refused(model="not-added")
    assert kind.files[-1] in refused(model="added", mounted=lambda _: tmp_path)


def test_a_missing_library_is_named_with_the_command_that_brings_it() -> None:
    kind = replace(_kinds.VOSK, module="no_such_library", package="no-such-package")

    assert not kind.has_library
    assert "uv pip install no-such-package" in kind.how_to_install


async def test_everything_that_speech_lacks_is_said_at_once(server: SpeechServer) -> None:
    settings = VoiceSettings(
        stt=VoiceProvider(
            provider="deepgram",
            credentials_secret="other",
            fallbacks=[SpeechService(provider="openai_compatible")],
        ),
        tts=VoiceProvider(provider="openai_compatible", base_url=server.url),
    )

    lacks = await shelf.lacking(settings, secret=_secret, mounted=_nothing)

    assert ["appliance secrets set other" in lacks[0], "needs base_url" in lacks[1]] == [True, True]
    assert len(lacks) == 2
    assert server.asked == []


def test_every_file_here_is_a_provider_that_can_do_something() -> None:
    assert len(shelf.names()) >= 8
    for name in shelf.names():
        file = shelf.module(name, "voice.config")
        assert hasattr(file, "hear") or hasattr(file, "speak"), name
