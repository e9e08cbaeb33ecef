"""Calls by telephone: baresip, G.711, livekit-sip, livekit-server, the worker, rows at FULL.

Nothing stands in but the recogniser (scripted), the voice (a hum) and the model (a server in this
process that waits 0 or 250 ms). From the caller's last sound to the reply's first, as it comes out
of the telephone (`callers.py`). One caller asks four questions in turn. Then so many callers at
once, out of step with each other, ask the one question that was least often taken for a pause: what
grows is load then, not LiveKit's doubt whether a sentence is over, which costs up to 0.8 s. After
three steps it ends where their p95 has passed 800 ms. Telephones and bench share the machine: what
they take is printed, and what was none of ours at all.
"""

from __future__ import annotations

import asyncio
import math
import tempfile
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from tests.bench import held_calls
from tests.bench.callers import NotTaken
from tests.bench.held_calls import Cost, Held, Told
from tests.bench.report import Goal, Report, Table, percentile
from tests.bench.voice import ASKS, LONG, SAYS
from tests.fakes.model_script import Asked, Step
from tests.fakes.model_server import ModelServer
from tests.voice import weighing
from tests.voice.exchange import missing

MOST_MS = 800
_LEAST = 3
FAST, SLOW = "model 0 ms", "model 250 ms"
PARTS = ("end_of_turn_ms", "first_token_ms", "first_audio_ms")
COLUMNS = ("to the turn's end", "to first words", "to first sound")
_CONTENDED = 0.3  # cores that are none of ours
_ROUND_S = 5.0  # a question, its answer, and what is between


@dataclass(frozen=True, slots=True)
class Length:
    """How much is measured: turns of one caller, interruptions, callers at once, turns of each."""

    turns: int
    stops: int
    calls: Sequence[int]
    turns_each: int


WHOLE = Length(20, 6, (1, 2, 3, 4, 6, 8, 10, 12, 16), 8)
QUICK = Length(8, 2, (1, 2, 4), 4)


@dataclass(frozen=True, slots=True)
class Load:
    """What so many calls at once were answered, and cost."""

    calls: int
    told: Told
    cost: Cost


@dataclass(frozen=True, slots=True)
class Measured:
    """All there is to report."""

    alone: dict[str, Told]
    question: str
    loads: Sequence[Load]
    stops: list[float]
    not_taken: str


def run(*, quick: bool = False) -> Report:
    """Measure and report."""
    if lacks := missing():
        return Report([Table("Left out", ("what is missing",), [(each,) for each in lacks])])
    try:
        return _report(asyncio.run(_measure(QUICK if quick else WHOLE)))
    except NotTaken as why:
        return Report([_not_measured(str(why))])


async def _measure(length: Length) -> Measured:
    step = Step(text=SAYS)

    def script(_: Asked) -> Step:
        return step

    with tempfile.TemporaryDirectory(prefix="frontdesk-") as scratch:
        async with ModelServer(script) as server:
            with held_calls.held(Path(scratch), server, most=max(length.calls)) as held:
                alone = {}
                for name, wait_s in ((FAST, 0.0), (SLOW, 0.25)):
                    step = replace(step, delay_s=wait_s)
                    alone[name], _ = await held.talk(1, asks=ASKS, turns=length.turns)
                step = Step(text=LONG)
                stops = await held.stops(length.stops)
                step = Step(text=SAYS)
                question = _surest(alone.values())
                loads, not_taken = await _more_and_more(held, length, question)
    return Measured(alone, question, loads, stops, not_taken)


def _surest(alone: Iterable[Told]) -> str:
    """Give the question whose end was doubted least often."""
    doubted = sum((told.pauses for told in alone), Counter[str]())
    return min(ASKS, key=lambda name: doubted[name])


async def _more_and_more(held: Held, length: Length, question: str) -> tuple[list[Load], str]:
    """Let more and more callers call at once, until their p95 is beyond what is good.

    Gives also why it ended sooner.
    """
    loads: list[Load] = []
    for calls in length.calls:
        try:
            told, cost = await held.talk(
                calls, asks=[question], turns=length.turns_each, every_s=_ROUND_S / calls
            )
        except NotTaken as why:
            return loads, f"{calls} at once: {why}"
        loads.append(Load(calls, told, cost))
        if told.percentile(0.95) > MOST_MS and len(loads) >= _LEAST:
            break
    return loads, ""


def _report(found: Measured) -> Report:
    fast = found.alone[FAST]
    good = [load.calls for load in found.loads if load.told.percentile(0.95) <= MOST_MS]
    stops = percentile(found.stops or [math.inf], 0.5)
    left_out = [_not_measured(found.not_taken)] if found.not_taken else []
    return Report(
        [_alone(found.alone), _together(found), _costs(found.loads), *left_out],
        [
            Goal("one call, p50, model 0 ms", fast.percentile(0.5), "ms"),
            Goal("one call, p95, model 0 ms", fast.percentile(0.95), "ms"),
            Goal("from the caller's first sound over a reply to silence, p50", stops, "ms"),
            Goal(f"calls at once whose p95 is within {MOST_MS} ms", max(good, default=0)),
        ],
    )


def _not_measured(why: str) -> Table:
    return Table("Not measured", ("why",), [(why,)])


def _alone(alone: Mapping[str, Told]) -> Table:
    return Table(
        "One call, last sound to first sound at the telephone, ms; the worker's own record, p50",
        ("", "turns", "p50", "p95", "for a pause", "not answered", *COLUMNS),
        [
            (
                name,
                len(told.answers),
                *_times(told),
                told.pauses.total(),
                told.unanswered,
                *(round(told.noted(part, 0.5)) for part in PARTS),
            )
            for name, told in alone.items()
        ],
    )


def _together(found: Measured) -> Table:
    return Table(
        f'Calls at once, each asks for "{found.question}"; behind it the worker\'s own record, p95',
        ("calls", "turns", "p50", "p95", "not answered", *COLUMNS),
        [
            (
                f"{load.calls}{', contended' * (load.cost.others > _CONTENDED)}",
                len(load.told.answers),
                *_times(load.told),
                load.told.unanswered,
                *(round(load.told.noted(part, 0.95)) for part in PARTS),
            )
            for load in found.loads
        ],
    )


def _costs(loads: Sequence[Load]) -> Table:
    named = (weighing.A_CALL, "livekit-server", "livekit-sip", weighing.SCRIPTS)
    return Table(
        "What they take while they talk: cores a call, and MB a call beyond the exchange at rest",
        ("calls", *named, "all of it", "MB", "cores of telephones and bench", "of others"),
        [
            (
                f"{load.calls}",
                *(load.cost.cores.get(name, 0.0) / load.calls for name in named),
                sum(load.cost.cores.values()) / load.calls,
                round(load.cost.memory_mb / load.calls),
                load.cost.telephones,
                load.cost.others,
            )
            for load in loads
        ],
    )


def _times(told: Told) -> tuple[str, ...]:
    times = (told.percentile(share) for share in (0.5, 0.95))
    return tuple("never" if math.isinf(each) else f"{each:,.0f}" for each in times)
