"""While the phone is off its process is a small one that waits."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import psutil

from appliance.config import glance
from tests.fakes.running import running, wait_for
from tests.voice.exchange import HOUSE, activate, config, ports

SAMPLE = HOUSE / "bot_config.yaml"


def is_resting(process: psutil.Process) -> bool:
    return "appliance.switchboard.resting" in process.cmdline()


def test_it_becomes_the_switchboard_and_rests_again_as_the_live_config_says(tmp_path: Path):
    on = config(tmp_path / "on")
    chosen = ports()
    activate(tmp_path, SAMPLE)
    with running(tmp_path, "appliance.switchboard.resting", config=SAMPLE, **chosen) as runs:
        process = psutil.Process(runs.process.pid)
        wait_for(lambda: is_resting(process), 20, "it rests")

        activate(tmp_path, on)
        wait_for(lambda: not is_resting(process), 20, "the switchboard is up")
        wait_for(lambda: '"off"' not in (phone_note(tmp_path) or '"off"'), 40, "it tells of itself")

        activate(tmp_path, SAMPLE)
        wait_for(lambda: is_resting(process), 60, "it rests again")
        assert not process.children()
        assert '"off"' in phone_note(tmp_path)

    assert runs.process.returncode == 0


def test_a_glance_agrees_with_what_is_live(tmp_path: Path):
    assert not glance.wants_calls(tmp_path / "data")

    activate(tmp_path, SAMPLE)
    assert not glance.wants_calls(tmp_path / "data")
    activate(tmp_path, config(tmp_path / "on"))
    assert glance.wants_calls(tmp_path / "data")


def phone_note(folder: Path) -> str:
    with sqlite3.connect(folder / "data/core.db") as db:
        row = db.execute("SELECT value FROM install WHERE name = 'phone'").fetchone()
    db.close()
    return str(row[0]) if row else ""
