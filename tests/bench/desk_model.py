"""How long basic mode takes for a turn, and how long the whole turn takes around it.

Whole appliance in process with the sample config, debounce 0, one visitor at a time: each books a
demo in five messages and asks seven questions about hours, prices and policies between them. Every
sentence but the bare "yes" differs from all earlier ones, so nothing is answered from a cache of
texts. Model: all calls of a turn together, the send gate included. Whole turn: from the message's
arrival until its reply is on the disk.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.tools import BaseTool

from appliance.conversation.run import Speaker
from appliance.models.ledger import Purse
from appliance.models.speaker import speaker
from tests.bench.houses import ROOT, in_loop, open_house, say
from tests.bench.report import Cell, Goal, Report, Table, percentile

VISITORS = 30
FIRST = ("Ada", "Boris", "Carla", "Dmitri", "Elena", "Farid")
LAST = ("Quint", "Rossi", "Stone", "Tanaka", "Umber")
DAYS = ("Tuesday", "Wednesday", "Thursday", "Friday", "next Monday")
PLANS = ("Starter", "Premium", "Enterprise")


@dataclass
class Timed:
    """A speaker with a stop-watch."""

    inner: Speaker
    calls: int = 0
    spent_s: float = 0
    cpu_s: float = 0

    async def call(
        self,
        messages: list[BaseMessage],
        tools: list[BaseTool],
        on_text: Callable[[str], Awaitable[None]],
        on_reset: Callable[[], Awaitable[None]],
        *,
        on_whole: Callable[[], Awaitable[None]],
        purse: Purse | None = None,
    ) -> AIMessage:
        began, spent = time.perf_counter(), time.process_time()
        try:
            return await self.inner.call(
                messages, tools, on_text, on_reset, on_whole=on_whole, purse=purse
            )
        finally:
            self.calls += 1
            self.spent_s += time.perf_counter() - began
            self.cpu_s += time.process_time() - spent


@dataclass
class Times:
    model_ms: list[float] = field(default_factory=list)
    model_cpu_ms: list[float] = field(default_factory=list)
    whole_ms: list[float] = field(default_factory=list)
    whole_cpu_ms: list[float] = field(default_factory=list)
    calls: int = 0


def _script(number: int) -> Iterator[tuple[str, str]]:
    """Give what the nth visitor says, each with its kind."""
    first, last = FIRST[number % len(FIRST)], LAST[number % len(LAST)]
    day, hour, plan = DAYS[number % len(DAYS)], 9 + number % 7, PLANS[number % len(PLANS)]
    yield "fact", f"Are you open on December {number + 1}?"
    yield "fact", f"What would {plan} cost for {number + 3} people?"
    yield "booking", f"I'd like to book a demo for our {number + 4} people"
    yield "booking", f"{day} at {hour}:{'30' if number % 2 else '00'} would suit visitor {number}"
    yield "fact", f"And do you give refunds after {number + 5} days?"
    yield "booking", f"My name is {first} {last}{'son' if number % 4 else ''}"
    yield "booking", f"{first}.{last}{number}@example.com".lower()
    yield "booking", "yes"
    yield "fact", f"Where is your office? I come by train number {number + 11}."
    yield "fact", f"Can {number + 6} of us cancel {plan} whenever we like?"
    yield (
        "fact",
        f"Is there a discount of {number % 14 + 1} percent for {number + 20} seats of {plan}?",
    )
    yield "fact", f"Which languages do your {number + 2} support people speak?"


async def _measure(folder: Path) -> tuple[dict[str, Times], int]:
    watches: list[Timed] = []

    def timed(*given: Any) -> Timed:
        watches.append(Timed(speaker(*given)))
        return watches[-1]

    config = (ROOT / "bot_config.yaml").read_text("utf-8")
    config = config.replace("debounce_ms: 350", "debounce_ms: 0")
    times = {"fact": Times(), "booking": Times()}
    async with open_house(folder, config=config, tools=ROOT / "tools", speaker=timed) as house:
        assert house.config is not None
        assert house.config.behavior.debounce_ms == 0
        (watch,) = watches
        for nth, text in enumerate(("When do you open?", "What does Premium cost?")):
            await say(house, "warm-up", nth, text)
        for number in range(VISITORS):
            for nth, (kind, text) in enumerate(_script(number)):
                watch.calls, watch.spent_s, watch.cpu_s = 0, 0.0, 0.0
                began, spent = time.perf_counter(), time.process_time()
                await say(house, f"visitor {number}", nth, text)
                kept = times[kind]
                kept.whole_ms.append(1000 * (time.perf_counter() - began))
                kept.whole_cpu_ms.append(1000 * (time.process_time() - spent))
                kept.model_ms.append(1000 * watch.spent_s)
                kept.model_cpu_ms.append(1000 * watch.cpu_s)
                kept.calls += watch.calls
        sql = "SELECT count(*) FROM bookings"
        booked = house.db.read(lambda c: int(c.exec_driver_sql(sql).scalar_one()))
        assert not house.desk.turns_failed
    return times, booked


def run() -> Report:
    with tempfile.TemporaryDirectory(prefix="bench-") as scratch:
        times, booked = in_loop(_measure(Path(scratch)))
    fact, booking = times["fact"], times["booking"]
    both = Times(
        model_ms=fact.model_ms + booking.model_ms,
        model_cpu_ms=fact.model_cpu_ms + booking.model_cpu_ms,
        whole_ms=fact.whole_ms + booking.whole_ms,
        whole_cpu_ms=fact.whole_cpu_ms + booking.whole_cpu_ms,
        calls=fact.calls + booking.calls,
    )
    rows = [_row("fact", fact), _row("booking", booking), _row("all", both)]
    columns = ("turns", "n", "calls a turn", "model ms", "model CPU ms", "whole ms", "whole CPU ms")
    return Report(
        [Table(f"p50 / p95; {booked} of {VISITORS} visitors got a booking", columns, rows)],
        [
            Goal("model, p50 of a turn", percentile(both.model_ms, 0.5), "ms", most=40),
            Goal("whole turn, p50", percentile(both.whole_ms, 0.5), "ms"),
        ],
    )


def _row(kind: str, kept: Times) -> tuple[Cell, ...]:
    parts = (kept.model_ms, kept.model_cpu_ms, kept.whole_ms, kept.whole_cpu_ms)
    worded = (f"{percentile(part, 0.5):.1f} / {percentile(part, 0.95):.1f}" for part in parts)
    return (kind, len(kept.model_ms), kept.calls / len(kept.model_ms), *worded)
