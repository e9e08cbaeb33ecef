"""`appliance doctor`: what this machine lacks, and how to get it. Changes nothing."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from appliance.connectors.mcp import doubts
from appliance.connectors.mcp.pins import Pins
from appliance.connectors.mcp.probe import Probed
from appliance.connectors.protocols import Step
from appliance.core import disk, errors, sockets
from appliance.core.settings import Settings
from appliance.core.store.database import LOADED_SQLITE, MINIMUM_SQLITE
from appliance.models import weights

State = Literal["ok", "warn", "fail"]

PYTHONS = ((3, 11), (3, 14))
EARLIEST = datetime(2026, 11, 1, tzinfo=UTC)
LATEST = datetime(2100, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Finding:
    """One check's answer; `says` ends in what to do where there is something to do."""

    check: str
    state: State
    says: str


def examine(
    settings: Settings, *, config_problems: Sequence[str], running: bool, present: datetime
) -> list[Finding]:
    """Make every check. `running`: our own server answers on the port."""
    return [
        python(sys.version_info[:2]),
        sqlite(LOADED_SQLITE),
        folder("data folder", settings.data_dir, "APPLIANCE_DATA_DIR"),
        folder("keys folder", settings.keys_dir, "APPLIANCE_KEYS_DIR"),
        Finding("disk", *disk.judge(_existing(settings.data_dir))),
        config(settings.config, config_problems),
        embedder(),
        port(settings, running=running),
        clock(present, settings.clock_start),
    ]


def python(version: tuple[int, ...]) -> Finding:
    """Check the Python version."""
    said = f"Python {'.'.join(map(str, version))}."
    if PYTHONS[0] <= version < PYTHONS[1]:
        return Finding("python", "ok", said)
    return Finding("python", "fail", f"{said} Use Python 3.11, 3.12 or 3.13.")


def sqlite(version: tuple[int, ...]) -> Finding:
    """Check the SQLite library that is loaded."""
    said = f"SQLite {'.'.join(map(str, version))}."
    if version >= MINIMUM_SQLITE:
        return Finding("sqlite", "ok", said)
    needed = ".".join(map(str, MINIMUM_SQLITE))
    return Finding("sqlite", "fail", f"{said} Install the locked requirements: {needed} is needed.")


def folder(name: str, path: Path, variable: str) -> Finding:
    """Check that a folder can be written, or can be made."""
    standing = _existing(path)
    if standing.is_dir() and os.access(standing, os.W_OK | os.X_OK):
        return Finding(name, "ok", f"{path} can be written.")
    said = f"{path} cannot be written. Give this user the right to, or set {variable}."
    return Finding(name, "fail", said)


def config(path: Path, problems: Sequence[str]) -> Finding:
    """Say what is wrong with the config file."""
    if not problems:
        return Finding("config", "ok", f"{path} is valid.")
    more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
    said = f"{problems[0]}{more}. See: appliance config validate {path}"
    return Finding("config", "fail", said)


def embedder() -> Finding:
    """Check that the embedding weights are there and are the official ones."""
    try:
        with tempfile.TemporaryDirectory(prefix="frontdesk-") as nowhere:
            weights.check(weights.find().weights, cache_dir=Path(nowhere))
    except errors.Error as wrong:
        return Finding("embedder", "fail", wrong.sentence)
    return Finding("embedder", "ok", "The embedding weights are the official ones.")


def port(settings: Settings, *, running: bool) -> Finding:
    """Check that the port is free, or ours."""
    if running:
        return Finding("port", "ok", f"The appliance answers on port {settings.port}.")
    try:
        sockets.check_free(settings.host, settings.port)
    except errors.Misconfigured as wrong:
        return Finding("port", "fail", wrong.sentence)
    return Finding("port", "ok", f"Port {settings.port} is free.")


def clock(present: datetime, start: datetime | None) -> Finding:
    """Check that the time is believable; hours and leases rest on it."""
    said = f"The clock says {present:%Y-%m-%d %H:%M} UTC."
    if not EARLIEST <= present < LATEST:
        return Finding("clock", "fail", f"{said} Set it, for example: timedatectl set-ntp true")
    if start:
        return Finding("clock", "warn", f"{said} APPLIANCE_CLOCK_START pretends: unset it.")
    return Finding("clock", "ok", said)


def phone(lacking: Sequence[str], lacking_for_telephones: Sequence[str]) -> list[Finding]:
    """Say what calls need and this machine has not."""
    if missing := [*lacking, *lacking_for_telephones]:
        state: State = "fail" if lacking else "warn"
        return [Finding("phone", state, said) for said in missing]
    return [Finding("phone", "ok", "What calls need is installed.")]


def speech(lacking: Sequence[str]) -> list[Finding]:
    """Say what the providers of speech lack."""
    if lacking:
        return [Finding("speech", "fail", said) for said in lacking]
    return [Finding("speech", "ok", "What the config names for speech is there.")]


def channels(probed: Sequence[tuple[str, Step]]) -> list[Finding]:
    """Say of each channel what works, step by step."""
    return [
        Finding(channel, "ok" if step.passed else "fail", f"{step.name}: {step.says}")
        for channel, step in probed
    ]


def mcp(probed: Sequence[Probed], pins: Pins) -> list[Finding]:
    """Say of each MCP server whether it answers, and whether what the config names is there."""
    return [_mcp(each, pins) for each in probed]


def _mcp(probed: Probed, pins: Pins) -> Finding:
    server, check = probed.server, f"mcp {probed.server.name}"
    if probed.problem is not None:
        return Finding(check, "fail", f"It is not connected: {probed.problem}.")
    doubtful = [doubts.about(server, tool.name, probed.listed, pins) for tool in server.tools]
    wrong = " ".join(filter(None, doubtful))
    said = f"It answers. Tools: {len(probed.listed)}, of which the bot may use {len(server.tools)}."
    return Finding(check, "fail" if wrong else "ok", wrong or said)


def _existing(path: Path) -> Path:
    """Give the nearest folder above that is there already."""
    path = path.absolute()
    while not path.exists() and path != path.parent:
        path = path.parent
    return path
