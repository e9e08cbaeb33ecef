"""A telephone exchange for tests: the switchboard with LiveKit's real server, on ports of its own.

A test that needs it is never left out in CI; elsewhere it says how to get what is missing.
"""

from __future__ import annotations

import contextlib
import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import pytest

from appliance.switchboard import plan
from tests.fakes import baresip
from tests.fakes.running import Running, environment, free_port, running, wait_for

HOUSE = Path(__file__).parents[2]
VOICE = """
voice:
  enabled: true
  config:
    stt: { provider: deepgram }
    tts: { provider: deepgram }
  phone:
    allowed_addresses: [127.0.0.0/8, %s]
"""


def missing() -> list[str]:
    """Say what a call by telephone needs and this machine has not, a sentence each."""
    return [
        *plan.lacking(),
        *plan.lacking_for_telephones(),
        *([] if baresip.INSTALLED else ["A telephone is missing. Run: apt-get install baresip"]),
    ]


def needs_livekit() -> pytest.MarkDecorator:
    """Leave a test out where LiveKit's server or a telephone is missing, but never in CI."""
    lacks = missing()
    is_ci = os.environ.get("CI") == "true"
    return pytest.mark.skipif(bool(lacks) and not is_ci, reason=" ".join(lacks))


def own_address() -> str:
    """Give this machine's address as others reach it, not the loopback's."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # sends nothing
        except OSError:
            return "127.0.0.1"
        return str(probe.getsockname()[0])


@dataclass
class Exchange:
    host: str
    sip: int
    runs: Running
    folder: Path
    settings: dict[str, object]

    @property
    def address(self) -> str:
        return f"sip:100@{self.host}:{self.sip}"

    def diary(self, what: str) -> list[dict[str, Any]]:
        """Give what the worker without a bot has noted."""
        path = self.folder / "data/diary"
        lines = path.read_text().splitlines() if path.exists() else []
        return [told for told in map(json.loads, lines) if told["what"] == what]

    def wait(self, what: str, within_s: float = 20, *, count: int = 1) -> dict[str, Any]:
        wait_for(lambda: len(self.diary(what)) >= count, within_s, what)
        return self.diary(what)[-1]

    def log(self) -> str:
        return self.runs.log.read_text()

    def state(self) -> dict[str, Any]:
        """Read what /ready is told of the phone."""
        import sqlite3

        with contextlib.closing(sqlite3.connect(self.folder / "data/core.db")) as db:
            row = db.execute("SELECT value FROM install WHERE name = 'phone'").fetchone()
        return json.loads(row[0]) if row else {}

    def program(self, words: str) -> psutil.Process:
        """Find a process of the exchange by a word of its command."""
        for process in psutil.Process(self.runs.process.pid).children(recursive=True):
            with contextlib.suppress(psutil.Error):
                if any(words in word for word in process.cmdline()):
                    return process
        raise LookupError(words)

    def is_back(self, words: str, before: int) -> bool:
        """Tell whether a process that had the id `before` has been started again."""
        with contextlib.suppress(LookupError):
            return self.program(words).pid != before
        return False

    def holder(self) -> psutil.Process:
        """Find the process that holds the call that is under way, by the recogniser it runs."""
        above = self.program("speech.py").parents()
        return next(each for each in above if any("forkserver" in word for word in each.cmdline()))


def config(folder: Path, extra: str = "", host: str = "") -> Path:
    """Write the sample config with the voice on, and make it live."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "bot_config.yaml"
    whole = (HOUSE / "bot_config.yaml").read_text()
    before, off, after = whole.partition("\nvoice:\n  enabled: false\n")
    assert off, "the sample config's voice section has changed"
    path.write_text(before + VOICE % (host or own_address()) + extra + after)
    return path


def keypad_text(more: str = "") -> str:
    """Give the sample config with the keypad menu on the phone: no speech service, no model.

    `more` are lines of voice.phone.
    """
    phone = f"""voice:
  enabled: true
  phone:
    allowed_addresses: [{own_address()}]
    ring_s: 60
{more}"""
    before, off, after = (
        (HOUSE / "bot_config.yaml").read_text().partition("voice:\n  enabled: false\n")
    )
    assert off, "the sample config's voice section has changed"
    return before + phone + after


def activate(folder: Path, path: Path, **settings: object) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "appliance", "config", "activate", str(path)],
        env=environment(folder, 1, **settings) | {"APPLIANCE_SECRET_VOICE": "x"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def ports() -> dict[str, object]:
    first = free_port() + 8_000  # apart from the ports that are given one by one
    return {
        "voice_port": free_port(),
        "livekit_port": free_port(),
        "rtc_tcp_port": free_port(),
        "rtc_udp_port": free_port(),
        "sip_port": free_port(),
        "sip_rtp_ports": f"{first}-{first + 200}",  # twenty callers at once ask for many
    }


@contextlib.contextmanager
def exchange(
    folder: Path,
    extra: str = "",
    *,
    module: str = "tests.fakes.exchange",
    text: str | None = None,
    **settings: object,
) -> Iterator[Exchange]:
    """Run the exchange until calls can be taken."""
    chosen = {**ports(), **settings}
    path = config(folder, extra)
    if text is not None:
        path.write_text(text)
    activate(folder, path, **chosen)
    with running(folder, module, config=path, **chosen) as runs:
        made = Exchange(
            own_address(), int(str(chosen["sip_port"])), runs, folder, {"config": path, **chosen}
        )
        wait_for(lambda: made.state().get("state") == "ok", 40, "the phone is ready")
        yield made
