"""What callers say to a front desk, by Debian's voices, and how much of it a recogniser gets.

The sound goes through G.711 at 8 kHz, as a telephone carries it, and into a recogniser the way a
call gives it sound. Words are told apart as written here: lower case, numbers and signs in words.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from livekit import rtc
from livekit.agents import stt

from tests.fakes import speech

SENTENCES = (
    "what are your opening hours on saturday",
    "are you open on christmas day",
    "i would like to book an appointment for next tuesday",
    "can i come on friday at half past two",
    "i need to cancel my appointment on monday morning",
    "is there anything free on thursday afternoon",
    "we will be four people at seven in the evening",
    "please move my booking to the twenty third of november",
    "i am running ten minutes late",
    "my name is john smith",
    "this is mary johnson from baker and sons",
    "my last name is miller",
    "please ask doctor brown to call me back",
    "my email is john at example dot com",
    "send it to mary dot smith at example dot org",
    "please call me back at six one seven five five five zero one four two",
    "my number is two zero two five five five zero one nine nine",
    "the order number is four seven one one",
    "my reference is seven three nine two",
    "how much does the premium plan cost",
    "is there a discount for small companies",
    "do you take credit cards",
    "the invoice says two hundred and fifty dollars",
    "do you have free parking",
    "where can i find your office",
    "my computer does not start any more",
    "i want to speak to a person please",
    "can you put me through to the sales department",
    "please tell me when it is ready",
    "thank you very much and goodbye",
)
VOICES = ("rms", "slt", "awb", "kal16", "espeak")
_NARROW, _WIDE = 8_000, 16_000
_HEARD_WITHIN_S = 60.0
_MU = 255.0


@dataclass(frozen=True, slots=True)
class Utterance:
    """A sentence as one voice says it, 16 bits at 16 kHz."""

    voice: str
    words: str
    sound: bytes


@dataclass(frozen=True, slots=True)
class Heard:
    """What became of an utterance."""

    utterance: Utterance
    words: str

    @property
    def wrong(self) -> int:
        """Count the words that are wrong, missing or too many."""
        return distance(self.utterance.words.split(), self.words.lower().split())


def utterances(voices: Sequence[str] = VOICES) -> list[Utterance]:
    """Let the voices say the sentences, each by one of them in turn."""
    return [spoken(voices[place % len(voices)], words) for place, words in enumerate(SENTENCES)]


def spoken(voice: str, words: str) -> Utterance:
    """Let a voice say something."""
    if voice == "espeak":
        return Utterance(voice, words, _at(speech.espeak(words), 22_050, _WIDE))
    return Utterance(voice, words, speech.flite(words, voice))


def telephone(sound: bytes) -> bytes:
    """Give sound of 16 kHz as a telephone carries it: 8 kHz, 8 bits a sample by G.711's mu-law."""
    samples = np.frombuffer(_at(sound, _WIDE, _NARROW), np.int16) / 32768
    bent = np.sign(samples) * np.log1p(_MU * np.abs(samples)) / np.log1p(_MU)
    eighth = np.round(bent * 127) / 127
    back = np.sign(eighth) * np.expm1(np.abs(eighth) * np.log1p(_MU)) / _MU
    carried: bytes = (back * 32767).astype(np.int16).tobytes()
    return carried


async def heard(
    ears: stt.STT[Any], said: Sequence[Utterance], *, by_telephone: bool = True
) -> list[Heard]:
    """Let a recogniser hear utterances, one after the other on one line."""
    found = []
    async with ears.stream() as line:
        for each in said:
            sound, rate = (telephone(each.sound), _NARROW) if by_telephone else (each.sound, _WIDE)
            for frame in _frames(sound, rate):
                line.push_frame(frame)
            line.flush()
            found.append(Heard(each, await _final(line)))
    return found


def error_rate(results: Sequence[Heard]) -> float:
    """Give the word error rate: what is wrong, as a share of the words that were said."""
    said = sum(len(each.utterance.words.split()) for each in results)
    return sum(each.wrong for each in results) / said


def distance(said: Sequence[str], heard: Sequence[str]) -> int:
    """Count the words to change, add or leave out to make the one of the other (Levenshtein)."""
    before = list(range(len(heard) + 1))
    for row, word in enumerate(said, 1):
        now = [row]
        for column, other in enumerate(heard, 1):
            now.append(min(before[column] + 1, now[-1] + 1, before[column - 1] + (word != other)))
        before = now
    return before[-1]


async def _final(line: stt.RecognizeStream) -> str:
    """Wait for the words of an utterance; empty where none come."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(_HEARD_WITHIN_S):
            async for event in line:
                if event.type is stt.SpeechEventType.FINAL_TRANSCRIPT:
                    return event.alternatives[0].text
    return ""


def _frames(sound: bytes, rate: int) -> list[rtc.AudioFrame]:
    """Cut sound into frames of 20 ms, with half a second of silence after it."""
    step = rate // 50 * 2
    whole = sound + bytes(step * 25)
    parts = [whole[at : at + step].ljust(step, b"\0") for at in range(0, len(whole), step)]
    return [rtc.AudioFrame(part, rate, 1, step // 2) for part in parts]


def _at(sound: bytes, rate: int, wanted: int) -> bytes:
    resampler = rtc.AudioResampler(rate, wanted, quality=rtc.AudioResamplerQuality.HIGH)
    frame = rtc.AudioFrame(sound, rate, 1, len(sound) // 2)
    return b"".join(bytes(each.data) for each in [*resampler.push(frame), *resampler.flush()])
