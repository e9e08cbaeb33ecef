"""What the programs of an exchange hold and spend, by program."""

from __future__ import annotations

import contextlib
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil

from tests.voice.exchange import Exchange

A_CALL = "a call's"
SCRIPTS = "scripted ears and voices"


@dataclass(frozen=True)
class Holding:
    """What a program holds."""

    memory_mb: float
    files: int
    threads: int


def programs(line: Exchange) -> dict[str, list[Holding]]:
    """Weigh every process of the exchange, by its program."""
    found: dict[str, list[Holding]] = defaultdict(list)
    for name, process in _living(line):
        with contextlib.suppress(psutil.Error), process.oneshot():
            held = Holding(
                process.memory_info().rss / 2**20, process.num_fds(), process.num_threads()
            )
            found[name].append(held)
    return found


def memory_mb(line: Exchange) -> dict[str, float]:
    """Give what each program holds; what processes share is counted once, split among them."""
    held: dict[str, float] = defaultdict(float)
    for name, process in _living(line):
        with contextlib.suppress(psutil.Error):
            held[name] += process.memory_full_info().pss / 2**20
    return held


def cpu_s(line: Exchange) -> dict[str, float]:
    """Give the CPU each program has used so far, of its processes that live."""
    used: dict[str, float] = defaultdict(float)
    for name, process in _living(line):
        with contextlib.suppress(psutil.Error):
            spent = process.cpu_times()
            used[name] += spent.user + spent.system
    return used


def _living(line: Exchange) -> Iterator[tuple[str, psutil.Process]]:
    for process in psutil.Process(line.runs.process.pid).children(recursive=True):
        with contextlib.suppress(psutil.Error):
            yield _name(process.cmdline()), process


def _name(command: list[str]) -> str:
    if command[1:4] == ["-u", "-m", "appliance.core.supervised"]:
        return command[4]
    if any(word.endswith("tests/fakes/speech.py") for word in command):
        return SCRIPTS
    return A_CALL if "multiprocessing" in " ".join(command) else Path(command[0]).name
