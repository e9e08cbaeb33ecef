"""What the tools of MCP servers were when the config was activated.

A pin is made when a server is first heard after an activation, and dropped by the next activation
(`config.versions.activate`): between the two a tool that describes itself anew is not used.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from dataclasses import dataclass

from appliance.connectors.mcp.values import Definition
from appliance.core.store import notes
from appliance.core.store.database import Connection, Database

Pins = Mapping[tuple[str, str], Definition]
"""Pinned definitions by server and the server's name of the tool."""


@dataclass(frozen=True, slots=True)
class Pinboard:
    """The pins of this install."""

    db: Database

    def read(self) -> Pins:
        """Give all pins; one this release cannot read counts as none."""
        found = {}
        for name, value in self.db.read(lambda c: notes.beginning(c, notes.MCP_PINS)).items():
            server, _, tool = name.removeprefix(notes.MCP_PINS).partition("|")
            try:
                found[server, tool] = Definition(**json.loads(value))
            except (TypeError, ValueError):
                continue
        return found

    def add(self, server: str, definitions: list[Definition]) -> Pins:
        """Pin definitions that are not pinned yet; gives all pins that stand then."""

        def unit(connection: Connection) -> None:
            for one in definitions:
                name = f"{notes.MCP_PINS}{server}|{one.name}"
                if notes.find(connection, name) is None:
                    notes.put(connection, name, json.dumps(dataclasses.asdict(one)))

        self.db.write_now(unit)
        return self.read()
