"""Judges from the processes' states whether it is time to give up."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable
from dataclasses import dataclass, field

from appliance.core.process import MISCONFIGURED
from appliance.processes.supervisord import State

BUDGET = 10
WITHIN_S = 300.0
GAVE_UP = 70


@dataclass(frozen=True, slots=True)
class Verdict:
    """Why everything must stop, and the exit code that says so."""

    exit_code: int
    sentence: str


@dataclass(slots=True)
class Watch:
    """Counts restarts: a process that keeps dying takes the appliance down, for all to see.

    supervisord alone would go on without it for ever and leave with code 0.
    """

    _pids: dict[str, int] = field(default_factory=dict)
    _restarts: dict[str, deque[float]] = field(default_factory=lambda: defaultdict(deque))

    def look(self, states: Iterable[State], at_s: float) -> Verdict | None:
        """Give the reason to stop, or None. `at_s` is monotonic time."""
        for one in states:
            if one.state == "EXITED" and one.exit_code == MISCONFIGURED:
                said = f"The {one.name} process cannot start. Its own words stand above."
                return Verdict(MISCONFIGURED, said)
            if one.state == "FATAL":
                said = f"The {one.name} process cannot be started. The reason stands above."
                return Verdict(GAVE_UP, said)
            if self._count(one, at_s) > BUDGET:
                said = f"The {one.name} process does not stay up. Its own words stand above."
                return Verdict(GAVE_UP, said)
        return None

    def _count(self, one: State, at_s: float) -> int:
        restarts = self._restarts[one.name]
        before = self._pids.get(one.name)
        if one.pid:
            self._pids[one.name] = one.pid
            if before not in {None, one.pid}:
                restarts.append(at_s)
        while restarts and restarts[0] < at_s - WITHIN_S:
            restarts.popleft()
        return len(restarts)
