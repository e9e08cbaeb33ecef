"""`appliance config ...` as an operator types it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from appliance.config import schema, versions
from tests.config.conftest import CommandLine
from tests.config.sample import SMALL, with_line


@pytest.fixture
def good(tmp_path: Path) -> str:
    path = tmp_path / "good.yaml"
    path.write_text(SMALL)
    return str(path)


@pytest.fixture
def bad(tmp_path: Path) -> str:
    path = tmp_path / "bad.yaml"
    path.write_text(with_line("  region: US", "  regoin: US").replace("0.15", "0.30"))
    return str(path)


def test_a_fine_file_is_validated_without_opening_the_store(
    command_line: CommandLine, good: str
) -> None:
    code, output = command_line.run("validate", good)

    assert code == 0
    assert "fine" in output
    assert command_line.opened == 0


def test_a_broken_file_lists_every_problem_and_exits_1(command_line: CommandLine, bad: str) -> None:
    code, output = command_line.run("validate", bad)

    assert code == 1
    assert [line.removeprefix(bad).split(": ")[0] for line in output.splitlines()] == [
        ":6:3",
        ":17:29",
    ]


def test_problems_come_as_json_for_programs(command_line: CommandLine, bad: str) -> None:
    code, output = command_line.run("validate", bad, "--json")

    assert code == 1
    assert [problem["line"] for problem in json.loads(output)] == [6, 17]


def test_a_reference_is_looked_up_in_the_store(command_line: CommandLine, tmp_path: Path) -> None:
    path = tmp_path / "keyed.yaml"
    path.write_text(
        with_line("provider: desk", "provider: openai\n    model: x\n    credentials_secret: key")
    )

    code, output = command_line.run("validate", str(path))

    assert code == 1
    assert "appliance secrets set key" in output
    assert command_line.opened == 1


def test_a_config_is_activated_shown_compared_and_rolled_back(
    command_line: CommandLine, good: str, tmp_path: Path
) -> None:
    other = tmp_path / "other.yaml"
    other.write_text(with_line("Hello!", "Good day!"))
    command_line.run("activate", good)
    command_line.run("activate", str(other))

    shown = command_line.run("show")[1]
    compared = command_line.run("diff", "1", "active")[1]
    code, rolled = command_line.run("rollback", "1")
    history = json.loads(command_line.run("history", "--json")[1])

    assert "Good day!" in shown
    assert compared == 'workflow.greeting: "Hello!" -> "Good day!"\n'
    assert code == 0
    assert "active again" in rolled
    assert [(row["number"], row["active"]) for row in history] == [(2, False), (1, True)]


def test_activating_a_broken_file_changes_nothing(
    command_line: CommandLine, good: str, bad: str
) -> None:
    command_line.run("activate", good)

    code, output = command_line.run("activate", bad)

    assert code == 1
    assert "regoin" in output
    active = versions.active(command_line.store.db)
    assert active is not None
    assert active.yaml == SMALL


@pytest.mark.parametrize("arguments", [("show",), ("diff", "1", "2"), ("rollback", "7")])
def test_what_is_not_there_is_said_in_one_line(
    command_line: CommandLine, arguments: tuple[str, ...]
) -> None:
    code, output = command_line.run(*arguments)

    assert code == 1
    assert len(output.strip().splitlines()) == 1


def test_the_schema_is_stable_and_every_key_is_described(command_line: CommandLine) -> None:
    code, output = command_line.run("schema")

    made = json.loads(output)
    assert code == 0
    assert output == schema.render()
    assert made["$id"] == "urn:frontdesk:bot-config:1.0"
    for name, section in {"": made, **made["$defs"]}.items():
        for key, described in section.get("properties", {}).items():
            section_named = made["$defs"].get(described.get("$ref", "").removeprefix("#/$defs/"))
            told = described.get("description") or (section_named or {}).get("description")
            assert told, f"{name}.{key} has no description"


def test_every_command_has_help_with_an_example(command_line: CommandLine) -> None:
    for name in ("validate", "schema", "show", "activate", "history", "diff", "rollback"):
        assert "appliance config " + name in command_line.run(name, "--help")[1]
