"""Seconds from the start of the command until /ready answers 200.

Real processes with the sample config: the api process alone, and `appliance up` with everything it
runs. First start: empty data and keys folders (schema, keys, the model's first reading of the
config). Second start: the same folders again. Python's compiled files are there, as in the image: a
start before the rounds is not counted. Medians of three.
"""

from __future__ import annotations

import tempfile
import time
from pathlib import Path
from statistics import median

import psutil

from tests.bench.report import Goal, Report, Table, spread
from tests.fakes.running import Running, running, wait_for

ROUNDS = 3
COMMANDS = {
    "python -m appliance.api": ("appliance.api",),
    "appliance up": ("appliance", "up"),
}


def is_ready(process: Running) -> bool:
    try:
        return process.get("/ready", 1)[0] == 200
    except OSError:
        return False


def _start(folder: Path, command: tuple[str, ...]) -> tuple[float, float]:
    """Give the seconds until ready, and the CPU seconds of all processes until then."""
    began = time.perf_counter()
    with running(folder, *command) as process:
        wait_for(lambda: is_ready(process), 120, f"{command} is ready")
        took = time.perf_counter() - began
        top = psutil.Process(process.process.pid)
        times = [each.cpu_times() for each in (top, *top.children(recursive=True))]
        return took, sum(each.user + each.system for each in times)


def run() -> Report:
    took: dict[tuple[str, str], list[tuple[float, float]]] = {}
    with tempfile.TemporaryDirectory(prefix="bench-") as scratch:
        _start(Path(scratch), COMMANDS["appliance up"])
    for _ in range(ROUNDS):
        for name, command in COMMANDS.items():
            with tempfile.TemporaryDirectory(prefix="bench-") as scratch:
                for which in ("first", "second"):
                    took.setdefault((name, which), []).append(_start(Path(scratch), command))
    rows = [
        (name, which, spread([wall for wall, _ in starts]), spread([cpu for _, cpu in starts]))
        for (name, which), starts in took.items()
    ]
    return Report(
        [Table("Seconds to ready", ("command", "start", "seconds", "CPU seconds"), rows)],
        [
            Goal(f"{name}, {which} start", median(wall for wall, _ in starts), "s", most=5)
            for (name, which), starts in took.items()
        ],
    )
