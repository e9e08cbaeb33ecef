"""Channels and their courier: in the api for first attempts, in jobs for all later ones."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from appliance.access import secrets
from appliance.assembly.office import Office
from appliance.config.model import BotConfig
from appliance.connectors import catalogue
from appliance.connectors.protocols import Channel, Tools
from appliance.conversation.outbox.courier import Courier
from appliance.conversation.outbox.values import DIRECT
from appliance.core import errors, logs
from appliance.core.http import Http
from appliance.services.bookings import ics

_log = logs.get(__name__)

Files = Callable[[str], tuple[str, str, bytes] | None]


@dataclass(slots=True, kw_only=True)
class OpenChannels:
    """The channels of the live config that could be opened, and why others could not."""

    tools: Tools
    problems: list[str] = field(default_factory=list)
    _open: dict[str, list[Channel]] = field(default_factory=dict)

    def take_up(self, config: BotConfig) -> None:
        """Open the channels a config names; one that cannot be opened does not stop the others."""
        opened: dict[str, list[Channel]] = {}
        problems = []
        for listed in config.workflow.integrations.input_channels:
            if not listed.enabled or listed.type in DIRECT:
                continue
            try:
                channel = self._connect(listed.type, listed.model_extra or {})
            except errors.Error as cause:
                problems.append(f"The channel {listed.type} is closed: {cause.sentence}")
                continue
            opened.setdefault(listed.type, []).append(channel)
        self._open, self.problems = opened, problems
        for problem in problems:
            _log.error("a channel could not be opened", problem=problem)

    def find(self, channel: str, account: str = "") -> Channel | None:
        """Find an open channel by type and account."""
        found = self._open.get(channel, [])
        if not account:
            return found[0] if found else None
        return next((each for each in found if each.account == account), None)

    def of_type(self, channel: str) -> list[Channel]:
        """List the open accounts of a channel type."""
        return list(self._open.get(channel, []))

    @property
    def types(self) -> list[str]:
        """List the open channel types."""
        return sorted(self._open)

    def _connect(self, channel: str, given: dict[str, Any]) -> Channel:
        module = catalogue.module("channels", channel)
        settings = module.Settings.model_validate(given)
        opened: Channel = module.connect(settings, self.tools)
        return opened


@dataclass(slots=True, kw_only=True)
class Post:
    """What carries messages out in one process."""

    http: Http
    channels: OpenChannels
    courier: Courier

    async def close(self, *, within_s: float) -> None:
        """Finish what is being sent and close the connections."""
        await self.courier.stop(within_s=within_s)
        await self.http.close()


def open_post(office: Office, *, file: Files, committed: Callable[[], None]) -> Post:
    """Make the channels and the courier of this process; no channel is open before `take_up`."""

    def secret(name: str) -> str:
        value = secrets.find(office.db, office.keyring, name)
        if not value:
            raise errors.Misconfigured(
                f"The secret {name} is not set. Run: appliance secrets set {name}"
            )
        return value

    http = Http()
    tools = Tools(
        http=http,
        clock=office.clock,
        secret=secret,
        file=file,
        public_url=office.settings.url,
    )
    channels = OpenChannels(tools=tools)
    courier = Courier(
        db=office.db,
        keyring=office.keyring,
        clock=office.clock,
        channels=channels,
        committed=committed,
    )
    return Post(http=http, channels=channels, courier=courier)


def organizer(config: BotConfig) -> ics.Organizer:
    """Give who invites to a booking."""
    return ics.Organizer(id=config.client.id, name=config.client.name, email=config.facts.email)
