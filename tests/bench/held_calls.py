"""Calls held by the real exchange: what callers are answered, what the worker notes, what it costs.

The exchange is `appliance.switchboard` with LiveKit's servers, in processes of its own.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

from appliance.services.calls import records
from appliance.services.calls.values import Call, Turn
from tests.bench.callers import Answer, Caller, NotTaken, caller, followed
from tests.bench.report import percentile
from tests.bench.voice import ASKS
from tests.fakes.model_house import config_for
from tests.fakes.model_server import ModelServer
from tests.voice import exchange, weighing
from tests.voice.calls import config_text, until
from tests.voice.exchange import Exchange
from tests.voice.record import Desk, desk_of, narrow

HEARD = "what are your opening hours"
_MOST_CALLS, _MOST_WORDS = 1_000, 1_000
_STOP = "stop"
# LiveKit's end of a turn comes after 0.25 s, after 0.8 s where its model takes it for a pause.
_PAUSE_MS = 700
_PATIENCE_S = 60.0
# Callers wait until all are greeted, and what is timed shall be the answer, not a word before it.
_MANNERS = "prompt_after_s: 60, goodbye_after_s: 120, filler_after_s: 10,"


@dataclass
class Told:
    """What callers were answered, and what the worker noted of it."""

    answers: list[Answer]
    turns: list[Turn]

    @property
    def took(self) -> list[float]:
        """The times of what was answered, in ms."""
        return [each.took_ms for each in self.answers if each.took_ms is not None]

    @property
    def unanswered(self) -> int:
        """How many questions nobody answered."""
        return len(self.answers) - len(self.took)

    def percentile(self, share: float) -> float:
        """Give a percentile of the times; what was not answered took for ever."""
        return percentile([*self.took, *[float("inf")] * self.unanswered], share)

    def noted(self, part: str, share: float) -> float:
        """Give a percentile of a part of the worker's own record, in ms; 0 where it has none."""
        known = [value for each in self.turns if (value := getattr(each, part)) is not None]
        return percentile(known or [0.0], share)

    @property
    def pauses(self) -> Counter[str]:
        """How many questions of each sound were taken for a pause. For one caller's."""
        found: Counter[str] = Counter()
        for turn in self.turns:
            if (turn.end_of_turn_ms or 0) >= _PAUSE_MS:
                before = [each.sound for each in self.answers if each.asked_at <= turn.at]
                found.update(before[-1:])
        return found


@dataclass(frozen=True, slots=True)
class Cost:
    """What calls take while they talk: CPU in cores by program, memory in MB beyond one at rest.

    `others` is what else the machine did.
    """

    cores: dict[str, float]
    telephones: float
    others: float
    memory_mb: float


@dataclass(slots=True, kw_only=True)
class Held:
    """The exchange."""

    desk: Desk
    sounds: dict[str, Path]
    _callers: int = 0

    async def talk(
        self, count: int, *, asks: Sequence[str], turns: int, every_s: float = 0.0
    ) -> tuple[Told, Cost]:
        """Let so many callers ask so often, each beginning `every_s` after the one before.

        Raises:
            NotTaken: not all of them were answered and greeted.
        """
        line = self.desk.exchange
        await until(self._is_at_rest, _PATIENCE_S)
        rest_mb, before = sum(weighing.memory_mb(line).values()), len(self._calls())
        with ExitStack() as opened:
            callers = await self._greeted(opened, count)
            async with followed(callers):
                meter = _Meter.begin(line)
                answered = await asyncio.gather(
                    *(self._ask(each, at * every_s, asks, turns) for at, each in enumerate(callers))
                )
                cost = meter.read(sum(weighing.memory_mb(line).values()) - rest_mb)
            for each in callers:
                each.phone.hang_up()
            await until(lambda: len(self._over()) >= before + count, _PATIENCE_S)
        noted = [turn for call in self._over()[:count] for turn in self._turns(call)]
        return Told([answer for each in answered for answer in each], noted), cost

    async def stops(self, times: int) -> list[float]:
        """Interrupt so many replies; gives the ms until each was silent, of those there were."""
        found: list[float] = []
        with ExitStack() as opened:
            (one,) = await self._greeted(opened, 1)
            async with followed([one]):
                question, words = self.sounds[ASKS[0]], self.sounds[_STOP]
                for _ in range(times):
                    with suppress(TimeoutError):
                        found.append(await one.interrupt(question, words))
        return found

    async def _greeted(self, opened: ExitStack, count: int) -> list[Caller]:
        """Let so many call, each from a number of their own, and listen to the greeting."""
        line, callers = self.desk.exchange, []
        for _ in range(count):
            self._callers += 1
            number = f"+1617555{self._callers:04}"
            callers.append(opened.enter_context(caller(line.folder / number, line.host, number)))
        try:
            await asyncio.gather(*(each.call(line.address) for each in callers))
        except TimeoutError:
            raise NotTaken(f"{count} calls are not answered and greeted in time") from None
        return callers

    async def _ask(
        self, who: Caller, after_s: float, asks: Sequence[str], turns: int
    ) -> list[Answer]:
        await asyncio.sleep(after_s)
        return [await who.ask(self.sounds[asks[turn % len(asks)]]) for turn in range(turns)]

    def _is_at_rest(self) -> bool:
        """Tell whether one process waits for the next call (beside the two that serve all)."""
        time.sleep(0.2)  # a look costs some CPU itself
        return len(weighing.programs(self.desk.exchange)[weighing.A_CALL]) == 3

    def _calls(self) -> list[Call]:
        return self.desk.office.db.read(lambda c: records.newest(c, most=_MOST_CALLS))

    def _over(self) -> list[Call]:
        return [each for each in self._calls() if each.state != "open"]

    def _turns(self, call: Call) -> Sequence[Turn]:
        return self.desk.office.db.read(lambda c: records.turns_of(c, call.id))


@contextmanager
def held(folder: Path, server: ModelServer, *, most: int) -> Iterator[Held]:
    """Run an exchange that takes so many calls at once and speaks by a model server."""
    phone = f"  phone: {{ allowed_addresses: [{exchange.own_address()}], ring_s: 60 }}\n"
    manners = "  manners: {"
    text = config_text(folder, text=config_for(server))
    assert manners in text
    text = text.replace(manners, f"{phone}{manners} {_MANNERS}")
    (folder / "script.txt").write_text(f"{HEARD}\n" * _MOST_WORDS)
    sounds = {name: narrow(name, folder) for name in (*ASKS, _STOP)}
    with exchange.exchange(
        folder, module="appliance.switchboard", text=text, calls_at_once=most
    ) as line:
        desk = desk_of(line)
        try:
            yield Held(desk=desk, sounds=sounds)
        finally:
            desk.office.close()


@dataclass(frozen=True, slots=True)
class _Meter:
    """Reads what is spent from one moment to another."""

    line: Exchange
    began: float
    programs: dict[str, float]
    own: float
    all: float

    @classmethod
    def begin(cls, line: Exchange) -> _Meter:
        return cls(line, time.monotonic(), weighing.cpu_s(line), _own_s(), _busy_s())

    def read(self, memory_mb: float) -> Cost:
        now = _Meter.begin(self.line)
        took_s = now.began - self.began
        cores = {
            name: (spent - self.programs.get(name, 0.0)) / took_s
            for name, spent in now.programs.items()
        }
        own = (now.own - self.own) / took_s
        others = (now.all - self.all) / took_s - sum(cores.values()) - own
        return Cost(cores, own, max(others, 0.0), memory_mb)


def _own_s() -> float:
    """Give the CPU of this process and the telephones."""
    here = psutil.Process()
    phones = [each for each in here.children() if each.name() == "baresip"]
    spent = [each.cpu_times() for each in (here, *phones)]
    return sum(each.user + each.system for each in spent)


def _busy_s() -> float:
    spent = psutil.cpu_times()
    return sum(spent) - spent.idle - spent.iowait - spent.guest - spent.guest_nice
