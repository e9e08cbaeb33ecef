from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import appliance
from appliance import __main__ as command_line
from appliance.core import errors

HOUSE = Path(__file__).parents[1]


def run(*arguments: str, **settings: object) -> subprocess.CompletedProcess[str]:
    given = {f"APPLIANCE_{name.upper()}": str(value) for name, value in settings.items()}
    return subprocess.run(
        [sys.executable, "-m", "appliance", *arguments],
        env=os.environ | given,
        cwd=HOUSE,
        capture_output=True,
        text=True,
        check=False,
        timeout=240,
    )


def test_version_is_printed_without_loading_the_house():
    done = run("version")

    assert done.stdout.strip() == appliance.__version__
    loaded = run_python("import appliance.__main__, sys; print(*sys.modules)")
    assert not {"fastapi", "sqlalchemy", "langchain_core", "numpy"} & set(loaded.split())


def run_python(code: str) -> str:
    return subprocess.run(
        [sys.executable, "-c", code], cwd=HOUSE, capture_output=True, text=True, check=True
    ).stdout


def test_help_lists_the_rooms_commands():
    said = run("--help").stdout

    for name in ("up", "version", "doctor", "jobs", "config", "knowledge", "tools"):
        assert f" {name} " in said


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        (errors.Refused("No such\nthing."), 2),
        (errors.NotFound("No such\nthing."), 2),
        (errors.Unavailable("No such\nthing."), 75),
        (errors.Misconfigured("No such\nthing."), 78),
        (errors.Rejected("No such\nthing."), 1),
    ],
)
def test_an_error_of_ours_is_one_line_and_a_code(monkeypatch, capsys, wrong, code):
    def fails() -> None:
        raise wrong

    monkeypatch.setattr(command_line, "app", fails)

    assert command_line.main() == code
    assert capsys.readouterr().err == "appliance: No such thing.\n"


@pytest.fixture(autouse=True)
def _umask():
    before = os.umask(0o022)
    yield
    os.umask(before)


def test_what_a_command_makes_is_for_its_user_alone(tmp_path):
    run("jobs", "list", data_dir=tmp_path / "data", keys_dir=tmp_path / "keys")

    made = [path for path in tmp_path.rglob("*") if path.name != "bot_config.yaml"]
    assert {path.name for path in made} >= {"data", "keys"}
    assert [path for path in made if path.stat().st_mode & 0o077] == []


def test_what_a_process_makes_is_for_its_user_alone(tmp_path):
    from tests.fakes.running import running, wait_for

    with running(tmp_path, "tests.fakes.appliance") as server:
        wait_for(server.answers, 20, "an answer")
        made = list((tmp_path / "data").rglob("*"))

        assert "core.db" in {path.name for path in made}
        assert [path for path in made if path.stat().st_mode & 0o077] == []


def test_a_bad_setting_is_one_line(tmp_path):
    done = run("doctor", port=99999, data_dir=tmp_path)

    assert done.returncode == 78
    assert done.stderr.startswith("appliance: ")
    assert "APPLIANCE_PORT" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_doctor_finds_a_healthy_machine_healthy(tmp_path):
    done = run("doctor", "--json", port=0, data_dir=tmp_path / "data", keys_dir=tmp_path / "keys")

    found = {one["check"]: one["state"] for one in json.loads(done.stdout)}
    assert "fail" not in found.values(), done.stdout
    assert done.returncode == 0


def test_doctor_fails_on_a_broken_config_and_says_what_to_do(tmp_path):
    broken = tmp_path / "bot_config.yaml"
    broken.write_text("colour: red\n")

    done = run("doctor", port=0, data_dir=tmp_path / "data", config=broken)

    assert done.returncode == 1
    assert f"appliance config validate {broken}" in done.stdout


def test_doctor_up_asks_the_running_appliance(tmp_path):
    from tests.fakes.running import running, wait_for

    with running(tmp_path, "tests.fakes.appliance") as server:
        wait_for(server.answers, 20, "an answer")

        assert run("doctor", "--up", port=server.port).returncode == 0
    assert run("doctor", "--up", port=server.port).returncode == 1


def test_jobs_list_names_the_heartbeat(tmp_path):
    done = run("jobs", "list", "--json", data_dir=tmp_path / "data", keys_dir=tmp_path / "keys")

    assert "heartbeat" in {one["name"] for one in json.loads(done.stdout)}
