"""Opens what the config names: a recogniser and a voice, each with its fallbacks."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import ModuleType
from typing import Any, Literal

from livekit.agents import stt, tts, vad
from pydantic import BaseModel, ConfigDict, ValidationError

from appliance.config.model import SpeechService, VoiceProvider, VoiceSettings
from appliance.core import errors
from appliance.models.speech.made import Made

Half = Literal["hear", "speak"]
Secret = Callable[[str], str | None]
Mounted = Callable[[str], Path | None]

_HERE = Path(__file__).parent
_NO_PROVIDERS = frozenset({"made", "shelf"})
_SECTION = {"hear": "stt", "speak": "tts"}
_RETRY_S = 0.5


class NoSettings(BaseModel):
    """The settings of a provider that has none of its own."""

    model_config = ConfigDict(extra="forbid")


@dataclass(frozen=True, slots=True)
class Speech:
    """Both ends of a conversation's sound."""

    ears: stt.STT[Any]
    mouth: tts.TTS[Any]
    parts: tuple[stt.STT[Any] | tts.TTS[Any], ...] = ()

    async def close(self) -> None:
        """End connections and child processes: a chain of LiveKit's leaves its links open."""
        for each in (self.ears, self.mouth, *self.parts):
            await each.aclose()


@lru_cache
def names() -> tuple[str, ...]:
    """List the providers by name: the files of this folder, without those that serve them."""
    found = (path.stem for path in _HERE.glob("*.py"))
    return tuple(sorted({name for name in found if name[0] != "_"} - _NO_PROVIDERS))


def open_speech(
    settings: VoiceSettings, *, secret: Secret, mounted: Mounted, ends: vad.VAD
) -> Speech:
    """Open both ends. `ends` cuts what a recogniser that cannot stream gets to hear.

    Raises:
        Misconfigured: a provider is unknown, lacks a key, a model or a library; says which.
    """
    hear = [make(each, "hear", secret=secret, mounted=mounted) for each in chain(settings.stt)]
    speak = [make(each, "speak", secret=secret, mounted=mounted) for each in chain(settings.tts)]
    return Speech(_ears(hear, ends), _mouth(speak), parts=(*hear, *speak))


async def lacking(settings: VoiceSettings, *, secret: Secret, mounted: Mounted) -> list[str]:
    """Say what each provider of a config lacks before it can serve a call; asks none of them."""
    halves: list[tuple[Half, VoiceProvider]] = [("hear", settings.stt), ("speak", settings.tts)]
    lacks = []
    for half, first in halves:
        for each in chain(first):
            try:
                made = make(each, half, secret=secret, mounted=mounted)
            except errors.Misconfigured as cause:
                lacks.append(cause.sentence)
            else:
                await made.aclose()
    return lacks


def chain(first: VoiceProvider) -> list[SpeechService]:
    """Give a provider and its fallbacks, in order."""
    return [first, *first.fallbacks]


def make(named: SpeechService, half: Half, *, secret: Secret, mounted: Mounted) -> Any:
    """Make one provider's half: a LiveKit STT or TTS.

    Raises:
        Misconfigured: it is unknown, cannot do this half, or lacks something; says what.
    """
    where = f"voice.config.{_SECTION[half]}"
    file = module(named.provider, where)
    if not hasattr(file, half):
        can = [name for name in names() if hasattr(module(name, where), half)]
        raise errors.Misconfigured(
            f"{where}: {named.provider} cannot do that. These can: {', '.join(can)}."
        )
    given = dict(named.model_extra or {})
    try:
        settings = getattr(file, "Settings", NoSettings).model_validate(given)
    except ValidationError as cause:
        wrong = "; ".join(
            f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in cause.errors()
        )
        raise errors.Misconfigured(f"{where} ({named.provider}): {wrong}.") from None
    try:
        return getattr(file, half)(
            Made(
                provider=named.provider,
                model=named.model,
                language=named.language or "en",
                settings=settings,
                secret_name=named.credentials_secret,
                secret=secret,
                mounted=mounted,
            )
        )
    except errors.Misconfigured as cause:
        raise errors.Misconfigured(f"{where}: {cause.sentence}") from cause


def module(provider: str, where: str) -> ModuleType:
    """Import a provider's file.

    Raises:
        Misconfigured: there is none of this name.
    """
    if provider not in names():
        raise errors.Misconfigured(
            f"{where}: there is no speech provider {provider!r}. There are: {', '.join(names())}."
        )
    return importlib.import_module(f"appliance.models.speech.{provider}")


def _ears(made: list[stt.STT[Any]], ends: vad.VAD) -> stt.STT[Any]:
    whole = [
        each if each.capabilities.streaming else stt.StreamAdapter(stt=each, vad=ends)
        for each in made
    ]
    if len(whole) == 1:
        return whole[0]
    return stt.FallbackAdapter(whole, max_retry_per_stt=0, retry_interval=_RETRY_S)


def _mouth(made: list[tts.TTS[Any]]) -> tts.TTS[Any]:
    if len(made) == 1:
        return made[0]
    return tts.FallbackAdapter(made, max_retry_per_tts=0)
