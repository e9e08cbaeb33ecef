"""The assistants, by config version.

A conversation keeps the prompt and the tools of the version it began with; facts, hours, money
rules and behaviour are always the live ones.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from langchain_core.messages import SystemMessage
from langchain_core.tools import BaseTool
from pydantic import BaseModel

from appliance.calendar import Calendar
from appliance.config import mcp_names
from appliance.config.calendar_of import calendar_of
from appliance.config.model import Behavior, BotConfig, McpServer
from appliance.contacts import identities, surveys
from appliance.conversation import prompt
from appliance.conversation.grounds import Known
from appliance.conversation.leaks import Instructions
from appliance.conversation.prompt import Days
from appliance.conversation.run import Bot, Equipped, Speaker
from appliance.core import errors
from appliance.core.clock import Clock
from appliance.core.crypto import Keyring
from appliance.core.store.database import Connection
from appliance.models.embedder import Embedder
from appliance.toolkit import policy_of

MakeSpeaker = Callable[[BotConfig, list[BaseTool], Embedder, Path], Speaker]


class NoSettings(BaseModel):
    """The settings of a tool that has none."""


@dataclass(slots=True)
class Live:
    """What holds now, whatever version a conversation began with."""

    version: str
    config: BotConfig
    calendar: Calendar
    days: Days | None = None

    def days_from(self, first: date) -> Days:
        """Give the next days, computed once a day."""
        if self.days is None or self.days.first != first:
            self.days = prompt.days_from(self.calendar, first)
        return self.days


@dataclass(slots=True, kw_only=True)
class LiveBots:
    """Builds bots when they are first needed and keeps them.

    `remote` gives the tools of MCP servers that are of use now; `is_spoken` tells that what is said
    will be heard, not read.
    """

    keyring: Keyring
    clock: Clock
    tools: Mapping[str, BaseTool]
    embedder: Embedder
    cache_dir: Path
    speaker: MakeSpeaker
    read_version: Callable[[str], BotConfig | None]
    remote: Callable[[], Mapping[str, BaseTool]] = dict
    is_spoken: bool = False
    live: Live | None = None
    _made: dict[tuple[str, str], Bot] = field(default_factory=dict)

    def go_live(self, version: str, config: BotConfig) -> None:
        """Let a version hold from now on; where its bot cannot be built, nothing changes."""
        live = Live(version, config, calendar_of(config.calendar, config.client.language))
        bot = self._build(version, config)
        self._made = {**self._made, (version, version): bot}
        self.live = live

    def build_anew(self) -> None:
        """Build the live bot with the tools that are of use now, others when they are asked for."""
        if self.live is not None:
            bot = self._build(self.live.version, self.live.config)
            self._made = {(self.live.version, self.live.version): bot}

    def current(self) -> str | None:
        """Give the live version; None in safe mode."""
        return self.live.version if self.live else None

    def find(self, version: str) -> Bot | None:
        """Find the bot of a version if it is built."""
        return self._made.get((version, self.the_live().version))

    def get(self, version: str) -> Bot:
        """Give the bot of a version under the live facts, building it where it is not built yet.

        Building takes up to a few seconds. A version that is gone gets the live one's words.
        """
        live = self.the_live()
        bot = self._made.get((version, live.version))
        if bot is None:
            pinned = live.config if version == live.version else self.read_version(version)
            bot = self._build(version, _under(live.config, pinned or live.config))
            self._made = {
                key: made for key, made in self._made.items() if key[1] == live.version
            } | {(version, live.version): bot}
        return bot

    def limits(self) -> Behavior:
        """Give the live behaviour."""
        return self.the_live().config.behavior

    def system(self, connection: Connection, version: str, contact_id: str) -> SystemMessage:
        """Give what a turn begins with."""
        live, now = self.the_live(), self.clock.now()
        asked = live.config.behavior.survey_questions
        pinned = self.read_version(version) if version != live.version else None
        return prompt.system_message(
            _under(live.config, pinned) if pinned else live.config,
            live.calendar,
            live.days_from(now.astimezone(live.calendar.zone).date()),
            now=now,
            card=identities.card(connection, self.keyring, contact_id),
            survey_done=surveys.all_answered(connection, contact_id, asked),
            is_spoken=self.is_spoken,
        )

    def the_live(self) -> Live:
        """Give what holds now.

        Raises:
            Unavailable: in safe mode nothing does.
        """
        if self.live is None:
            raise errors.Unavailable("The appliance is in safe mode: its config has problems.")
        return self.live

    def _build(self, version: str, config: BotConfig) -> Bot:
        equipped = {
            use.name: Equipped(self.tools[use.name], settings_for(self.tools[use.name], use.config))
            for use in config.workflow.tools
            if use.enabled and use.name in self.tools
        }
        remote = self.remote() if config.workflow.mcp_servers else {}
        for server in config.workflow.mcp_servers:
            for name, _ in mcp_names.allowed(server):
                if server.enabled and name in remote:
                    equipped[name] = Equipped(remote[name], NoSettings())
        offered = [each.tool for each in equipped.values()]
        return Bot(
            version=version,
            speaker=self.speaker(config, offered, self.embedder, self.cache_dir),
            tools=equipped,
            zone=ZoneInfo(config.calendar.zone),
            currency=config.client.currency,
            instructions=Instructions.of(
                prompt.instructions(config), public="\n".join(_public(config))
            ),
            known=_known(config),
        )


def _under(live: BotConfig, pinned: BotConfig) -> BotConfig:
    """Give a pinned version's words and tools under the live facts, hours and money rules."""
    if pinned is live:
        return live
    rules = {use.name: use.config for use in live.workflow.tools}
    tools = [
        use.model_copy(update={"config": rules.get(use.name, use.config)})
        for use in pinned.workflow.tools
    ]
    servers = _servers_under(live, pinned)
    updates: dict[str, Any] = {
        "workflow": pinned.workflow.model_copy(
            update={
                "tools": tools,
                "mcp_servers": servers,
                "llm": pinned.workflow.llm.model_copy(update={"prices": live.workflow.llm.prices}),
            }
        ),
        **{
            section: getattr(live, section)
            for section in ("client", "facts", "calendar", "departments", "behavior", "synonyms")
        },
    }
    return pinned.model_copy(update=updates)


def _servers_under(live: BotConfig, pinned: BotConfig) -> list[McpServer]:
    """Give the MCP servers that are live, with those of their tools the pinned version knows.

    Whom we speak with, and what a call may change, is a rule of today.
    """
    known = {
        name for server in pinned.workflow.mcp_servers for name, _ in mcp_names.allowed(server)
    }
    return [
        server.model_copy(
            update={"tools": [tool for name, tool in mcp_names.allowed(server) if name in known]}
        )
        for server in live.workflow.mcp_servers
    ]


def _public(config: BotConfig) -> list[str]:
    """List what the owner lets everybody read."""
    facts, workflow = config.facts, config.workflow
    told = [facts.address, facts.phone, facts.email, facts.website, workflow.greeting]
    said = [intent.reply.say for intent in workflow.intents]
    return [
        *filter(None, [*told, *said]),
        *workflow.suggestions,
        *(policy.text for policy in facts.policies),
        *config.behavior.survey_questions,
    ]


def _known(config: BotConfig) -> Known:
    """Read what the owner has written: it may always be stated."""
    facts = config.facts
    return Known.of(
        texts=[*_public(config), config.workflow.system_prompt],
        prices=[str(price.price) for price in facts.prices],
        products=[name for price in facts.prices for name in (price.name, *price.aliases)],
        descriptions=[price.description for price in facts.prices],
        sites=[facts.website or "", facts.email or ""],
    )


def settings_for(made: BaseTool, given: Mapping[str, Any]) -> BaseModel:
    """Give a tool's checked settings from what the config sets."""
    model = policy_of(made).settings
    return model.model_validate(dict(given)) if model else NoSettings()
