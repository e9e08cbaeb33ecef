"""What a business rule may ask about a file."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from appliance.config import mcp_names, nodes
from appliance.config.catalogue import Catalogue
from appliance.config.problems import Finding, Steps


@dataclass(frozen=True, slots=True)
class RuleFile:
    """The tree and what a rule may ask about it."""

    root: nodes.Mapping
    catalogue: Catalogue
    secrets: Callable[[str], bool]

    def items(self, *steps: str | int) -> list[tuple[Steps, nodes.Node]]:
        return nodes.items(self.root, *steps)

    def text(self, *steps: str | int) -> str | None:
        return nodes.text(self.root, *steps)

    def texts(self, *steps: str | int) -> list[tuple[Steps, str]]:
        """List the texts of a list with the steps to each."""
        pairs = ((at, nodes.text(item)) for at, item in self.items(*steps))
        return [(at, found) for at, found in pairs if found is not None]

    def is_on(self, *steps: str | int) -> bool | None:
        """Tell whether a switch is on; None where it is not set."""
        found = nodes.find(self.root, *steps)
        value = found.value if isinstance(found, nodes.Scalar) else None
        return value if isinstance(value, bool) else None

    def names(self, key: str, *steps: str | int) -> dict[str, Steps]:
        """Give the names in a list of sections, each with the steps to its first section."""
        found: dict[str, Steps] = {}
        for at, item in self.items(*steps):
            name = nodes.text(item, key)
            if name is not None:
                found.setdefault(name, at)
        return found

    def enabled_tools(self) -> set[str]:
        named = self.names("name", "workflow", "tools")
        files = {name for name, at in named.items() if self.is_on(*at, "enabled") is not False}
        return files | {
            name for name, at in self.mcp_tools() if self.is_on(*at[:3], "enabled") is not False
        }

    def mcp_tools(self) -> list[tuple[str, Steps]]:
        """List what the bot calls the tools of MCP servers, with the steps to each."""
        found = []
        for at, server in self.items("workflow", "mcp_servers"):
            prefix = nodes.text(server, "prefix") or nodes.text(server, "name") or ""
            for steps, tool in self.items(*at, "tools"):
                name = nodes.text(tool, "name")
                if name is not None:
                    found.append(
                        (mcp_names.name_of(prefix, name, nodes.text(tool, "alias")), steps)
                    )
        return found

    def finding(self, steps: Steps, what: str, do: str, *, warning: bool = False) -> Finding:
        line, column = nodes.place(self.root, steps)
        return Finding(line, column, steps, what, do, warning)


def is_filled(node: nodes.Node | None) -> bool:
    """Tell whether something is there and not empty."""
    if isinstance(node, nodes.Scalar):
        return node.value is not None
    return node is not None and bool(nodes.plain(node))
