"""Runs the benchmarks and prints tables, ratios and the machine's load.

    python -m tests.bench [NAME ...] [--json] [--quick]

Each benchmark runs in a process of its own, so that none inherits another's memory and threads.
"""

from __future__ import annotations

import argparse
import importlib
import inspect
import json
import logging
import os
import platform
import subprocess
import sys
import textwrap
import time

import appliance  # noqa: F401 - before anything can import sqlite3
from tests.bench.report import Report

NAMES = (
    "turn_cost",
    "desk_model",
    "voice",
    "phone",
    "dictation",
    "ready",
    "idle_memory",
    "group_commit",
    "turns_per_s",
    "peers",
    "knowledge",
    "acknowledge",
    "open_conversations",
    "flood",
)

# Above this load average on two cores, wall times say more of the neighbours than of us.
_BUSY = 1.5


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of: {', '.join(NAMES)}")
    parser.add_argument("--json", action="store_true", help="print one JSON object a line")
    parser.add_argument("--quick", action="store_true", help="a fast look, where one is offered")
    asked = parser.parse_args()
    unknown = sorted(set(asked.names) - set(NAMES))
    if unknown:
        parser.error(f"no benchmark {', '.join(unknown)}; there are: {', '.join(NAMES)}")
    names = asked.names or list(NAMES)
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # an image has its compiled files
    if not asked.json and os.environ.get("BENCH_CHILD") is None:
        print(_machine(), flush=True)
    if len(names) == 1:
        _run(names[0], as_json=asked.json, quick=asked.quick)
        return 0
    options = [f"--{name}" for name in ("json", "quick") if getattr(asked, name)]
    codes = [
        subprocess.run(
            [sys.executable, "-m", "tests.bench", name, *options],
            env=os.environ | {"BENCH_CHILD": "1"},
            check=False,
        ).returncode
        for name in names
    ]
    return max(codes)


def _run(name: str, *, as_json: bool, quick: bool) -> None:
    logging.disable(logging.WARNING)
    bench = importlib.import_module(f"tests.bench.{name}")
    loads, began = [_load()], time.monotonic()
    may_be_quick = "quick" in inspect.signature(bench.run).parameters
    report: Report = bench.run(quick=quick) if may_be_quick else bench.run()
    loads.append(_load())
    took_s, is_contended = round(time.monotonic() - began, 1), loads[0] > _BUSY
    if as_json:
        about = {"name": name, "load": loads, "is_contended": is_contended, "took_s": took_s}
        print(json.dumps({**about, **report.as_json()}))
        return
    print(f"\n== {name} =={' CONTENDED: the machine was busy when it began' * is_contended}")
    print(textwrap.dedent(bench.__doc__ or "").strip())
    print(f"Load average before and after: {loads[0]}, {loads[1]}; took {took_s} s.\n")
    print(report.text(), flush=True)


def _machine() -> str:
    system = f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    return f"{time.strftime('%Y-%m-%d')}, {system}, SQLite {_sqlite()}, load average {_load()}"


def _sqlite() -> str:
    import sqlite3

    return sqlite3.sqlite_version


def _load() -> float:
    return round(os.getloadavg()[0], 2)


if __name__ == "__main__":
    sys.exit(main())
