"""The worker's process: what it needs, what it costs where the phone is off, how calls are read."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from livekit import rtc

from appliance.connectors.messages import Identity
from appliance.voice import room
from tests.voice.calls import ROOT

WITHOUT = """
import importlib.abc, runpy, sys
class Missing(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] == "livekit":
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
sys.meta_path.insert(0, Missing())
sys.argv = sys.argv[1:]
runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
"""


def _run(*command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    bare = {name: value for name, value in os.environ.items() if not name.startswith("LIVEKIT")}
    return subprocess.run(
        [sys.executable, *command],
        env={**bare, **environment},
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
    )


def test_a_worker_that_is_not_told_of_a_server_says_what_it_needs(tmp_path: Path) -> None:
    done = _run("-m", "appliance.voice", APPLIANCE_DATA_DIR=str(tmp_path))

    assert done.returncode == 78
    assert "LIVEKIT_URL" in done.stderr.splitlines()[-1]


@pytest.mark.parametrize(
    "command",
    [
        ["appliance.voice"],
        ["appliance", "call", "--wav", "in.wav", "out.wav"],
    ],
)
def test_without_livekits_libraries_the_command_that_brings_them_is_named(
    tmp_path: Path, command: list[str]
) -> None:
    done = _run("-c", WITHOUT, *command, APPLIANCE_DATA_DIR=str(tmp_path))

    assert done.returncode == 78
    assert done.stderr.splitlines()[-1].endswith("Run: make livekit")


def test_processes_that_hold_no_calls_load_nothing_of_livekit() -> None:
    program = (
        "import sys, appliance.api.app, appliance.assembly.commands, appliance.assembly.jobs, "
        "appliance.jobs.worker, appliance.voice.commands, appliance.__main__; "
        "sys.exit(any(name.split('.')[0] == 'livekit' for name in sys.modules))"
    )

    assert _run("-c", program).returncode == 0


def _job() -> Any:
    return SimpleNamespace(job=SimpleNamespace(id="AJ_1", room=SimpleNamespace(name="call-7")))


def test_a_telephone_call_is_read_from_what_the_bridge_says() -> None:
    caller: Any = SimpleNamespace(
        identity="sip_+16175550142",
        kind=rtc.ParticipantKind.PARTICIPANT_KIND_SIP,
        attributes={
            "sip.callID": "SCL_1",
            "sip.phoneNumber": "+16175550142",
            "sip.trunkPhoneNumber": "+16175550100",
        },
    )

    call = room.call_of(_job(), caller)

    assert (call.call_id, call.kind) == ("SCL_1", "sip")
    assert (call.identity, call.called) == (Identity("phone", "+16175550142"), "+16175550100")


def test_a_withheld_number_is_somebody_new_and_a_browser_is_its_visitor() -> None:
    withheld: Any = SimpleNamespace(
        identity="sip_anonymous",
        kind=rtc.ParticipantKind.PARTICIPANT_KIND_SIP,
        attributes={"sip.callID": "SCL_2", "sip.phoneNumber": ""},
    )
    browser: Any = SimpleNamespace(
        identity="visitor-1", kind=rtc.ParticipantKind.PARTICIPANT_KIND_STANDARD, attributes={}
    )

    assert room.call_of(_job(), withheld).identity == Identity("visitor", "call-SCL_2")
    web = room.call_of(_job(), browser)
    assert (web.kind, web.call_id, web.identity) == (
        "web",
        "AJ_1",
        Identity("visitor", "visitor-1"),
    )
