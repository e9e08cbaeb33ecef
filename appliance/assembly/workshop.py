"""A scratch appliance in which tools are tried."""

from __future__ import annotations

from collections.abc import Callable

from appliance.assembly.house import Appliance
from appliance.assembly.office import Office
from appliance.contacts import identities
from appliance.conversation import mcp_tools


class Workshop(Appliance):
    """A scratch appliance to try tools in. `secrets` are the real ones, by name."""

    def __init__(self, office: Office, secrets: Callable[[str], str | None]) -> None:
        super().__init__(office)
        self._real_secret = secrets

    def secret(self, name: str) -> str | None:
        """Find a secret of the real install."""
        return self._real_secret(name)

    def has_secret(self, name: str) -> bool:
        """Tell whether a secret of the real install has a value."""
        return self._real_secret(name) is not None

    def _tools_changed(self) -> None:
        """Leave the bot as it is: nobody talks to it here."""

    async def tools(self) -> mcp_tools.Tools:
        """Give every tool that can be tried, once the MCP servers were asked."""
        await self.mcp.attempted()
        return {**self.toolkit.tools, **mcp_tools.tools_of(self.mcp.usable(), self.mcp)}

    def new_contact(self) -> str:
        """Make a contact to try a tool on."""
        return self.db.write_now(
            lambda c: identities.find_or_make(
                c,
                self.keyring,
                self.clock.now(),
                kind="visitor",
                value="workshop",
                channel="web_chat",
            )
        )
