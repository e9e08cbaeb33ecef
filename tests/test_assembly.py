"""The whole appliance in one process: config life, keys, commands, a chat in the terminal."""

from __future__ import annotations

import asyncio
import json
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from appliance.assembly import house as assembly
from appliance.config import load, versions
from appliance.core import errors
from appliance.core.settings import Settings
from tests.evals.house import MONDAY, ROOT, open_house, say
from tests.fakes.running import environment


def _edit(place: Path, old: str, new: str) -> None:
    config = place / "bot_config.yaml"
    text = config.read_text("utf-8")
    assert old in text
    config.write_text(text.replace(old, new), "utf-8")


async def test_an_activated_config_is_taken_up_while_running(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        assert "$99.00" in (await say(house, "ann", "What does Premium cost?"))[0].text
        before = house.bots.current()

        _edit(tmp_path, "price: 99.00", "price: 88.00")
        loaded = load.load(
            house.settings.config, catalogue=house.catalogue, secrets=house.office.has_secret
        )
        versions.remember(house.db, house.clock.now(), loaded, "ann")
        async with asyncio.timeout(90):
            while house.bots.current() == before:
                await asyncio.sleep(0.05)

        # Money is always the live figure, in a conversation that began before as well.
        assert "$88.00" in (await say(house, "ann", "What does Premium cost?"))[0].text
        assert "$88.00" in (await say(house, "bob", "What does Premium cost?"))[0].text


async def test_a_conversation_keeps_the_tools_it_began_with(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        await say(house, "ann", "hello")
        first = house.bots.current()
        assert first is not None
        # A config without the demo tool; intents that start it go with it.
        config = versions.config_of(versions.find(house.db, first))
        workflow = config.workflow.model_copy(
            update={
                "tools": [use for use in config.workflow.tools if use.name != "schedule_demo"],
                "intents": [i for i in config.workflow.intents if i.reply.tool != "schedule_demo"],
            }
        )
        house.bots.go_live("second", config.model_copy(update={"workflow": workflow}))

        old = (await say(house, "ann", "Could I book a demo on Thursday at 3?"))[0].text
        new = (await say(house, "bob", "Could I book a demo on Thursday at 3?"))[0].text

        assert "name" in old
        assert "May I have your name" not in new


async def test_a_broken_file_changes_nothing_and_is_reported(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        good = house.bots.current()
    config = tmp_path / "bot_config.yaml"
    config.write_text(config.read_text("utf-8") + "\nnonsense: true\n", "utf-8")
    again = assembly.build(_settings(tmp_path))
    await again.start()

    assert again.bots.current() == good
    assert any("nonsense" in problem for problem in again.problems)
    assert any("is not used" in problem for problem in again.problems)
    await again.stop()


async def test_a_broken_file_on_first_start_means_safe_mode(tmp_path: Path) -> None:
    (tmp_path / "bot_config.yaml").write_text("version: 1\n", "utf-8")
    house = assembly.build(_settings(tmp_path))
    await house.start()

    assert house.config is None
    assert any("bot_config.yaml:1:" in problem for problem in house.problems)
    await house.stop()


async def test_a_version_a_person_chose_holds_until_the_file_changes(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        first = house.bots.current()
        _edit(tmp_path, "price: 99.00", "price: 88.00")
        loaded = load.load(
            house.settings.config, catalogue=house.catalogue, secrets=house.office.has_secret
        )
    again = assembly.build(_settings(tmp_path))
    await again.start()
    second = again.bots.current()
    assert second != first
    assert first is not None
    again.db.write_now(lambda c: versions.activate(c, again.clock.now(), first, "ann"))
    await again.stop()

    third = assembly.build(_settings(tmp_path))
    await third.start()

    assert loaded.config is not None
    assert third.bots.current() == first
    await third.stop()


def test_another_key_is_refused_and_a_missing_one_is_not_replaced(tmp_path: Path) -> None:
    settings = _settings(tmp_path)
    assembly.build(settings).close()
    key = settings.keys_dir / "master.key"
    kept = key.read_bytes()

    key.write_bytes(bytes(32))
    with pytest.raises(errors.Misconfigured, match="not the one this data was sealed with"):
        assembly.build(settings)
    key.unlink()
    with pytest.raises(errors.Misconfigured, match="is missing"):
        assembly.build(settings)
    assert not key.exists()
    key.write_bytes(kept)
    assembly.build(settings).close()


def test_a_data_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("in the way")

    with pytest.raises(errors.Misconfigured, match="cannot be written"):
        assembly.build(Settings(data_dir=blocked / "data", keys_dir=tmp_path / "keys"))


def command(
    folder: Path, *arguments: str, given: str = "", **settings: object
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "appliance", *arguments],
        env=environment(folder, 1, clock_start="2026-11-16T15:00:00Z", **settings),
        input=given,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )


def test_the_example_of_the_tools_readme_gives_the_output_printed_there(tmp_path: Path) -> None:
    readme = (ROOT / "tools" / "README.md").read_text("utf-8")
    code = re.search(r"Write `tools/(\w+)\.py`:\n+```python\n(.*?)```", readme, re.S)
    session = re.search(r"```console\n\$ appliance (.*?)\n(.*?)```", readme, re.S)
    assert code
    assert session
    folder = tmp_path / "tools"
    folder.mkdir()
    (folder / f"{code[1]}.py").write_text(code[2], "utf-8")
    done = command(tmp_path, *shlex.split(session[1]), tools_dir=folder)

    assert done.returncode == 0, done.stderr
    assert done.stdout == session[2]


def test_a_tool_that_refuses_exits_1_with_its_sentence(tmp_path: Path) -> None:
    arguments = json.dumps({"product": "submarine", "seats": 1})

    done = command(tmp_path, "tools", "test", "check_pricing", "--args", arguments)

    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert done.stdout.strip()


def test_wrong_arguments_of_tools_test_are_explained(tmp_path: Path) -> None:
    done = command(tmp_path, "tools", "test", "check_pricing", "--args", "{nonsense")

    assert done.returncode == 2
    assert "--args is not JSON" in done.stderr


def test_a_tool_that_does_not_exist_is_named(tmp_path: Path) -> None:
    done = command(tmp_path, "tools", "test", "no_such_tool")

    assert done.returncode == 2
    assert "There is no tool no_such_tool" in done.stderr


def test_a_chat_in_the_terminal_books_and_hands_over(tmp_path: Path) -> None:
    lines = [
        "Could I book a demo on Thursday at 3?",
        "Jane Doe",
        "jane@doe.example",
        "yes",
        "\x1b[2J\x1b]52;c;aGk=\x07 I want to talk to a person",
    ]

    done = command(tmp_path, "chat", given="\n".join(lines) + "\n")

    assert done.returncode == 0, done.stderr
    assert "Your demo is booked for Thursday, November 19" in done.stdout
    assert "file: appointment.ics" in done.stdout
    assert "reference T-" in done.stdout
    assert "\x1b" not in done.stdout
    listed = command(tmp_path, "tickets", "list", "--json")
    assert [each["state"] for each in json.loads(listed.stdout)] == ["open"]


def test_tickets_and_approvals_that_do_not_exist_are_one_sentence(tmp_path: Path) -> None:
    for arguments in (("tickets", "take", "T-NONE"), ("approvals", "approve", "none")):
        done = command(tmp_path, *arguments)

        assert done.returncode == 2
        assert len(done.stderr.strip().splitlines()) == 1
        assert "list" in done.stderr


def _settings(place: Path) -> Settings:
    return Settings(
        data_dir=place / "data",
        keys_dir=place / "keys",
        config=place / "bot_config.yaml",
        clock_start=MONDAY,
    )
