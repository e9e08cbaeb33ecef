"""Memory of the text processes of `appliance up`, idle after one chat turn.

Real processes with the sample config on an empty data folder; a visitor asks one question over HTTP
and gets the answer, then ten quiet seconds. PSS from /proc/PID/smaps_rollup: pages that processes
share are counted once, split among them. The middle one of three starts, by its sum.
"""

from __future__ import annotations

import http.client
import json
import tempfile
import time
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from tests.bench.ready import is_ready
from tests.bench.report import Goal, Report, Table
from tests.fakes.running import Running, running, wait_for

ROUNDS, QUIET_S = 3, 10
GOAL_MB = 450


@dataclass(frozen=True)
class Memory:
    """One process, in bytes."""

    name: str
    pss: int
    rss: int
    own: int
    threads: int


def _chat(process: Running, method: str, path: str, token: str = "", **body: str) -> Any:
    connection = http.client.HTTPConnection("127.0.0.1", process.port, timeout=10)
    headers = {"Content-Type": "application/json"}
    headers |= {"Authorization": f"Bearer {token}"} if token else {}
    with closing(connection):
        connection.request(method, path, json.dumps(body) if method == "POST" else None, headers)
        response = connection.getresponse()
        told = response.read()
        assert response.status < 300, (response.status, told)
        return json.loads(told)


def _one_turn(process: Running) -> None:
    token = _chat(process, "POST", "/v1/chat/visitors")["token"]
    _chat(process, "POST", "/v1/chat/messages", token, id="m1", text="When are you open?")

    def answered() -> bool:
        time.sleep(0.5)  # a visitor may read the history once a second in the long run
        told = _chat(process, "GET", "/v1/chat/messages?after=0", token)["messages"]
        return any(message["from"] == "bot" for message in told)

    wait_for(answered, 30, "the chat turn is answered")


def _memory(process: psutil.Process) -> Memory:
    kb: dict[str, int] = {}
    for line in Path(f"/proc/{process.pid}/smaps_rollup").read_text().splitlines()[1:]:
        name, value, *_ = line.split()
        kb[name.rstrip(":")] = int(value) * 1024
    own = kb["Private_Clean"] + kb["Private_Dirty"]
    return Memory(_named(process), kb["Pss"], kb["Rss"], own, process.num_threads())


def _named(process: psutil.Process) -> str:
    words = process.cmdline()
    for word, name in (
        ("appliance.api", "api"),
        ("appliance.jobs", "jobs"),
        ("appliance.switchboard.resting", "switchboard, resting"),
        ("supervisor.supervisord", "supervisord"),
    ):
        if word in words:
            return name
    return "up" if "up" in words else process.name()


def _round() -> list[Memory]:
    with (
        tempfile.TemporaryDirectory(prefix="bench-") as scratch,
        running(Path(scratch), "appliance", "up") as process,
    ):
        wait_for(lambda: is_ready(process), 60, "appliance up is ready")
        _one_turn(process)
        time.sleep(QUIET_S)
        top = psutil.Process(process.process.pid)
        return [_memory(each) for each in (top, *top.children(recursive=True))]


def run() -> Report:
    rounds = sorted((_round() for _ in range(ROUNDS)), key=lambda r: sum(m.pss for m in r))
    found = rounds[ROUNDS // 2]
    mb = 1_000_000
    rows = [
        (m.name, m.pss / mb, m.rss / mb, m.own / mb, m.threads)
        for m in sorted(found, key=lambda m: -m.pss)
    ]
    total = sum(m.pss for m in found) / mb
    rows.append(
        ("sum", total, sum(m.rss for m in found) / mb, sum(m.own for m in found) / mb,
         sum(m.threads for m in found))
    )  # fmt: skip
    columns = ("process", "PSS MB", "RSS MB", "private MB", "threads")
    return Report(
        [Table("Idle after one turn (1 MB = 1,000,000 bytes)", columns, rows)],
        [Goal("sum of PSS", total, "MB", most=GOAL_MB)],
    )
