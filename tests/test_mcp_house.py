"""MCP servers in the whole appliance: basic mode, activation, readiness, commands."""

from __future__ import annotations

import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from appliance.assembly import house as assembly
from appliance.assembly import mcp
from appliance.config import load, versions
from appliance.core.settings import Settings
from appliance.services.monitoring import doctor
from tests.evals.house import MONDAY, ROOT, say
from tests.fakes.mcp_servers import BAD, ORDERS, done, until
from tests.test_assembly import command

INTENTS = """\
  intents:
    - name: cancel_order
      examples:
        - cancel my order
        - please cancel the order I made
        - I want to cancel an order
        - call off my order
      reply: { tool: orders_cancel_order }
    - name: order_status
      examples:
        - where is my order
        - track my parcel
        - has my order been shipped
        - order status please
      reply: { tool: orders_find_order }
"""
TOOLS = """
        - name: find_order
          effect: read
          asks: { order: What is the number of your order? }
        - name: cancel_order
          proves: [cancelled]
          asks: { order: What is the number of your order? }
          read_back: Shall I cancel order {order}?
        - name: turn
"""


def configured(folder: Path, *arguments: str, tools: str = TOOLS, timeout_s: int = 20) -> Path:
    """Write the sample config with an MCP server and intents for it."""
    text = (ROOT / "bot_config.yaml").read_text("utf-8")
    args = json.dumps([str(each) for each in arguments])
    server = (
        f"  mcp_servers:\n    - name: orders\n      command: {sys.executable}\n      args: {args}\n"
        f"      timeout_s: {timeout_s}\n      connect_timeout_s: 30\n      tools:{tools}"
    )
    text = text.replace("debounce_ms: 350", "debounce_ms: 0")
    assert text.count("\n  intents:\n") == 1
    intents = INTENTS if tools is TOOLS else "  intents:\n"
    text = text.replace("\n  intents:\n", f"\n{server}{intents}")
    path = folder / "bot_config.yaml"
    path.write_text(text, "utf-8")
    return path


@asynccontextmanager
async def opened(folder: Path) -> AsyncIterator[assembly.Appliance]:
    settings = Settings(
        data_dir=folder / "data",
        keys_dir=folder / "keys",
        config=folder / "bot_config.yaml",
        clock_start=MONDAY,
    )
    house = assembly.build(settings)
    await house.start()
    try:
        yield house
    finally:
        await house.stop()


def names(house: assembly.Appliance) -> set[str]:
    """Give the tools of the live bot that are a server's."""
    version = house.bots.current()
    assert version is not None
    return {name for name in house.bots.get(version).tools if name.startswith("orders_")}


async def test_basic_mode_asks_reads_back_and_calls_a_servers_tool(tmp_path: Path) -> None:
    configured(tmp_path, ORDERS, str(tmp_path))
    async with opened(tmp_path) as house:
        assert house.problems == []
        await until(lambda: len(names(house)) == 3)

        asked = (await say(house, "ann", "Where is my order?"))[-1].text
        told = (await say(house, "ann", "4711"))[-1].text
        assert "number of your order" in asked
        assert "Order 4711 is on its way." in told

        await say(house, "bob", "Please cancel my order")
        read_back = (await say(house, "bob", "4711"))[-1].text
        assert "Shall I cancel order 4711?" in read_back
        assert done(tmp_path) == []
        cancelled = (await say(house, "bob", "yes"))[-1].text
        assert "Order 4711 is cancelled." in cancelled
        assert done(tmp_path) == ["cancel 4711"]
    async with opened(tmp_path) as again:
        assert len(names(again)) == 3, "after a restart the bot is whole before the server answers"


async def test_a_dead_server_keeps_nobody_from_starting_or_being_answered(tmp_path: Path) -> None:
    configured(tmp_path, BAD, "dies")
    async with opened(tmp_path) as house:
        assert house.config is not None
        assert "$99.00" in (await say(house, "ann", "What does Premium cost?"))[0].text
        await until(lambda: house.problems)

        assert "no database: set ORDERS_DB" in house.problems[0]
        assert await say(house, "ann", "Where is my order?")


async def test_a_changed_tool_is_off_until_the_config_is_activated_again(tmp_path: Path) -> None:
    path = configured(tmp_path, ORDERS, str(tmp_path))
    async with opened(tmp_path) as house:
        await until(lambda: len(names(house)) == 3)
        offered = house.mcp.usable()["orders_turn"]
        await house.mcp.call(offered, {})
        await until(lambda: names(house) == {"orders_cancel_order", "orders_turn"})

        assert "appliance config activate" in house.problems[0]

        loaded = load.load(path, catalogue=house.catalogue, secrets=house.office.has_secret)
        versions.remember(house.db, house.clock.now(), loaded, "ann")
        await until(lambda: len(names(house)) == 3)

        assert house.problems == []


def test_tools_list_shows_servers_and_what_they_have(tmp_path: Path) -> None:
    config = configured(tmp_path, ORDERS, str(tmp_path))

    listed = command(tmp_path, "tools", "list", "--json", config=config)

    assert listed.returncode == 0, listed.stderr
    rows: dict[str, Any] = {row["name"]: row for row in json.loads(listed.stdout)}
    assert rows["check_pricing"]["server"] is None
    assert rows["orders_find_order"]["server"] == "orders"
    assert rows["orders_find_order"]["effect"] == "read"
    assert rows["orders_cancel_order"]["effect"] == "write"
    assert rows["pay-back"]["effect"] == "not allowed"
    assert "\u202e" not in listed.stdout
    assert not (tmp_path / "data").exists(), "a command that looks makes no store"


def test_tools_test_calls_a_servers_tool(tmp_path: Path) -> None:
    config = configured(tmp_path, ORDERS, str(tmp_path))

    tried = command(
        tmp_path, "tools", "test", "orders_find_order", "--args", '{"order": "7"}', config=config
    )

    assert tried.returncode == 0, tried.stderr
    assert tried.stdout == "Order 7 is on its way.\n"


def test_doctor_says_which_server_is_dead_and_why(tmp_path: Path) -> None:
    config = configured(tmp_path, BAD, "dies", tools="\n        - name: ask\n")

    done = command(tmp_path, "doctor", "--json", config=config)

    found = {one["check"]: one for one in json.loads(done.stdout)}
    assert done.returncode == 1
    assert found["mcp orders"]["state"] == "fail"
    assert "no database: set ORDERS_DB" in found["mcp orders"]["says"]


async def test_doctor_tells_healthy_servers_from_those_without_a_tool(tmp_path: Path) -> None:
    config = configured(tmp_path, ORDERS, str(tmp_path))
    settings = Settings(data_dir=tmp_path / "data", keys_dir=tmp_path / "keys", config=config)

    (healthy,) = doctor.mcp(*await mcp.ask(settings))
    config.write_text(config.read_text().replace("- name: find_order", "- name: find_ordre"))
    config.write_text(config.read_text().replace("orders_find_order", "orders_find_ordre"))
    (mistaken,) = doctor.mcp(*await mcp.ask(settings))

    assert healthy.state == "ok"
    assert "of which the bot may use 3" in healthy.says
    assert mistaken.state == "fail"
    assert "has no tool 'find_ordre'" in mistaken.says
