"""MCP servers in a config: what is fine, what is warned of, and what each tool is called."""

from __future__ import annotations

from appliance.config import mcp_names, versions
from appliance.core.store import notes
from tests.config import sample
from tests.config.conftest import MONDAY, CommandLine, Store

SERVERS = """\
  mcp_servers:
    - name: orders
      command: /usr/bin/orders-mcp
      args: [--quiet]
      env: { MODE: fast }
      env_secrets: { ORDERS_TOKEN: orders-token }
      tools:
        - name: find-Order
          effect: read
        - name: Cancel
          alias: cancel_order
          read_back: "Shall I cancel order {order}?"
    - name: shop
      url: https://shop.example/mcp
      bearer_secret: shop-token
      header_secrets: { X-Shop: shop-id }
      prefix: web
      tools: [{ name: stock }]
  integrations:
"""
SECRETS = frozenset({"orders-token", "shop-token", "shop-id"})


def with_servers(text: str = SERVERS) -> str:
    return sample.with_line("  integrations:\n", text)


def test_servers_of_both_kinds_are_taken() -> None:
    loaded = sample.loaded(with_servers(), secrets=SECRETS)

    assert loaded.problems == ()
    assert loaded.config is not None
    names = [n for s in loaded.config.workflow.mcp_servers for n, _ in mcp_names.allowed(s)]
    assert names == ["orders_find_order", "cancel_order", "web_stock"]


def test_an_intent_and_a_survey_may_name_a_servers_tool() -> None:
    text = with_servers().replace("tool: schedule_demo", "tool: cancel_order")
    text = text.replace("ask_after: [schedule_demo]", "ask_after: [cancel_order]")

    assert sample.loaded(text, secrets=SECRETS).problems == ()


def test_an_intent_may_not_name_a_tool_of_a_server_that_is_off() -> None:
    text = with_servers().replace("tool: schedule_demo", "tool: cancel_order")
    text = text.replace("    - name: orders\n", "    - name: orders\n      enabled: false\n")

    loaded = sample.loaded(text, secrets=SECRETS)

    assert [problem.field for problem in loaded.errors] == ["workflow.intents[0].reply.tool"]


def test_a_server_without_tools_is_warned_of_and_gives_the_bot_none() -> None:
    text = with_servers("  mcp_servers:\n    - { name: shop, command: shop }\n  integrations:\n")

    loaded = sample.loaded(text)

    assert loaded.config is not None
    assert "name under tools what the bot may use" in str(loaded.warnings[0])
    assert list(mcp_names.allowed(loaded.config.workflow.mcp_servers[0])) == []


def test_a_secret_of_a_server_that_is_off_may_be_missing() -> None:
    text = with_servers()
    for name in ("orders", "shop"):
        text = text.replace(f"- name: {name}\n", f"- name: {name}\n      enabled: false\n")

    assert sample.loaded(text).problems == ()


def test_validating_starts_no_server(command_line: CommandLine, tmp_path) -> None:
    mark, config = tmp_path / "started", tmp_path / "bot_config.yaml"
    server = f"{{ name: shop, command: /usr/bin/touch, args: [{mark}], tools: [{{ name: a }}] }}"
    config.write_text(with_servers(f"  mcp_servers:\n    - {server}\n  integrations:\n"))

    assert command_line.run("validate", str(config))[0] == 0
    assert not mark.exists()


def test_activating_drops_the_pins_even_where_the_version_was_active(store: Store) -> None:
    loaded = sample.loaded(sample.SMALL)
    version = versions.remember(store.db, MONDAY, loaded, "ada")
    name = f"{notes.MCP_PINS}shop|find"
    store.db.write_now(lambda c: notes.put(c, name, "{}"))
    store.db.write_now(lambda c: notes.put(c, "other", "kept"))

    store.db.write_now(lambda c: versions.activate(c, MONDAY, version, "ada"))

    assert store.db.read(lambda c: notes.beginning(c, notes.MCP_PINS)) == {}
    assert store.db.read(lambda c: notes.find(c, "other")) == "kept"
