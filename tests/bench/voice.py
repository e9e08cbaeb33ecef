"""A call's answer time on raw sound: from the end of the caller's to the reply's first.

The end is the sound file's; what is loud in it ends 0.13 to 0.23 s before (`phone` counts from
there).

The whole call (voice detection, end of turn, desk, gate, rows at FULL) against the bare LiveKit
pipeline: the same session with a fixed sentence in place of the desk. Speech is flite's, what was
heard is scripted (a child process), the voice is a hum (a child process), the model a server on a
socket that waits 0 or 250 ms before its first word. Turns take turns within one run. Called
ended: turns that LiveKit's model did not take for a pause (that costs up to 0.8 s). Barge-in: from
the caller's first sound until playback has stopped. Where the load average is above 1.5 the times
are the neighbours'; the difference to the bare pipeline says more.
"""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from livekit.agents import Agent

from appliance.assembly.calls import SpokenAppliance
from appliance.core import logs
from appliance.core.settings import Settings
from appliance.models.speech import shelf
from appliance.services.calls import records
from appliance.services.calls.values import Turn
from appliance.voice import pipeline, raw
from tests.bench.report import Goal, Report, Table, percentile
from tests.fakes.model_house import config_for
from tests.fakes.model_script import Asked, Step
from tests.fakes.model_server import ModelServer
from tests.voice.calls import SOUNDS, Caller, config_text, spoken_house, until

SAYS = "We open at nine on Monday."
LONG = f"{SAYS} We close at five in the evening. Would you like to know anything else at all?"
TURNS, QUICK_TURNS = 20, 6
ASKS = ("hours", "book", "person", "yes")
YES_MS = 700


@dataclass
class Side:
    """One way to answer, and how long its answers took, in ms."""

    name: str
    took: list[float] = field(default_factory=list)
    turns: list[Turn] = field(default_factory=list)


class _Bare(Agent):
    """A fixed sentence, nothing recorded."""

    def __init__(self) -> None:
        super().__init__(instructions="")

    async def llm_node(self, *_: Any, **__: Any) -> AsyncGenerator[str, None]:
        yield SAYS


def run(*, quick: bool = False) -> Report:
    """Measure and report."""
    return asyncio.run(_run(QUICK_TURNS if quick else TURNS))


async def _run(turns: int) -> Report:
    step = Step(text=SAYS)

    def script(_: Asked) -> Step:
        return step

    logs.configure(Settings(log_level="error"), process="bench")
    pipeline.warm()
    with tempfile.TemporaryDirectory(prefix="frontdesk-") as scratch:
        folder = Path(scratch)
        async with ModelServer(script) as server:
            text = config_text(folder, text=config_for(server))
            async with spoken_house(folder, text=text) as house:
                sides = [Side("bare LiveKit"), Side("a call, model 0 ms"), Side("a call, 250 ms")]
                for side, wait_s in zip(sides[1:], (0.0, 0.25), strict=True):
                    step = replace(step, delay_s=wait_s)
                    await _compare(house, folder, sides[0], side, turns)
                step = Step(text=LONG)
                stops = [await _barge_in(house, folder) for _ in range(max(turns // 4, 2))]
    return _report(sides, stops)


async def _compare(
    house: SpokenAppliance, folder: Path, bare: Side, ours: Side, turns: int
) -> None:
    """Let the bare pipeline and a call answer in turn."""
    async with Caller(house, folder / "script.txt") as caller, _bare(house, folder) as line:
        await caller.greeted()
        for turn in range(turns):
            for side, where in ((bare, line), (ours, caller.line)):
                with caller.script.open("a") as script:
                    script.write("what are your opening hours\n")
                side.took.append(await _answer_ms(where, ASKS[turn % len(ASKS)]))
        outcome = await caller.hang_up()
    calls = house.db.read(lambda c: records.of_conversation(c, outcome.conversation_id))
    ours.turns += house.db.read(lambda c: records.turns_of(c, calls[-1].id))


@asynccontextmanager
async def _bare(house: SpokenAppliance, folder: Path) -> AsyncIterator[raw.RawLine]:
    config = house.bots.the_live().config.voice.config
    assert config is not None
    vad = pipeline.voice_activity()
    speech = shelf.open_speech(config, secret=house.secret, mounted=lambda _: None, ends=vad)
    line, session = raw.RawLine(), pipeline.session(speech, vad)
    await line.begin(session, _Bare())
    try:
        yield line
    finally:
        await session.aclose()
        await line.close()
        await speech.close()


async def _answer_ms(line: raw.RawLine, sound: str) -> float:
    """Ask, and give the time to the first sound; then let the reply end."""
    line.speaker.first_at = None
    line.microphone.say(raw.read_wav(SOUNDS / f"{sound}.wav"))
    await line.microphone.silent.wait()
    await until(lambda: line.speaker.first_at is not None)
    first_at: float | None = line.speaker.first_at
    took_ms = ((first_at or 0.0) - line.microphone.ended_at) * 1000
    await until(lambda: not line.speaker.is_playing)
    await until(lambda: line.session and line.session.agent_state == "listening")
    return took_ms


async def _barge_in(house: SpokenAppliance, folder: Path) -> float:
    """Speak over a reply; gives the ms from the first sound until it is silent."""
    async with Caller(house, folder / "script.txt") as caller:
        await caller.greeted()
        caller.speak("hours", "what are your opening hours")
        await until(lambda: caller.replies and caller.line.speaker.is_playing)
        await asyncio.sleep(1)
        before = len(caller.line.speaker.said)
        began = time.monotonic() + _lead_s(raw.read_wav(SOUNDS / "stop.wav"))
        caller.speak("stop", "wait a moment please")
        await until(lambda: len(caller.line.speaker.said) > before)
        stopped = caller.line.speaker.said[before]
        return (stopped.at + len(stopped.sound) / 2 / raw.RATE - began) * 1000


def _lead_s(sound: bytes) -> float:
    samples = memoryview(sound).cast("h")
    return next(place for place, each in enumerate(samples) if abs(each) > 300) / raw.RATE


def _report(sides: list[Side], stops: list[float]) -> Report:
    bare, ours, slow = sides
    rows: list[tuple[str | int, ...]] = [
        (side.name, len(side.took), *(round(percentile(side.took, at)) for at in (0.5, 0.95)))
        for side in sides
    ]
    parts = ("stt_ms", "end_of_turn_ms", "first_token_ms", "first_audio_ms")
    breakdown: list[tuple[str | int, ...]] = [
        (side.name, *(_median(side.turns, part) for part in parts)) for side in (ours, slow)
    ]
    yes = [took for took in ours.took if took < YES_MS]
    added = percentile(ours.took, 0.5) - percentile(bare.took, 0.5)
    return Report(
        [
            Table("End of the question to first sound, ms", ("", "turns", "p50", "p95"), rows),
            Table(
                "Of that, p50 in ms, as LiveKit counts it",
                ("", "to final words", "to the turn's end", "to first words", "to first sound"),
                breakdown,
            ),
        ],
        [
            Goal("p50, model 0 ms", percentile(ours.took, 0.5), "ms", most=450),
            Goal("p95, model 0 ms", percentile(ours.took, 0.95), "ms", most=900),
            *(Goal("p95, turns called ended", percentile(yes, 0.95), "ms", most=600),) * bool(yes),
            Goal("turns taken for a pause", 1 - len(yes) / len(ours.took), most=0.25),
            Goal("our layer over the bare pipeline, p50", added, "ms", most=30),
            Goal("barge-in, p50", percentile(stops, 0.5), "ms", most=280),
        ],
    )


def _median(turns: list[Turn], part: str) -> int:
    known = [value for turn in turns if (value := getattr(turn, part)) is not None]
    return round(percentile(known or [0], 0.5))
