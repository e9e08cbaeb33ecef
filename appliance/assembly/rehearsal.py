"""A stage to ask questions on: the bot as it is, over a copy of its knowledge and an empty store.

Nothing of the real install can be changed from here: conversations, bookings and tickets are made
in a scratch folder that is removed at the end, no channel but the stage's own chat is open, and a
tool whose effect would be beyond that store is not called. What only reads is called in truth, the
language models and MCP servers too; what the models take is not in the install's ledger.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import tempfile
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, closing
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any

from appliance.assembly import house, knowledge, mcp
from appliance.assembly.house import Appliance
from appliance.assembly.office import Office, open_office
from appliance.config import load, mcp_names, versions
from appliance.config.model import BotConfig
from appliance.connectors.mcp.way import Secret
from appliance.connectors.messages import InboundMessage
from appliance.conversation import approvals, records, turns
from appliance.conversation.toolbox import Toolbox
from appliance.conversation.values import Accepted, Message, Role, State
from appliance.core import errors, ids
from appliance.core.settings import Settings
from appliance.core.store.database import Connection
from appliance.knowledge import library as libraries
from appliance.knowledge import records as documents
from appliance.knowledge import texts
from appliance.knowledge.library import Library
from appliance.services.bookings import records as bookings
from appliance.services.evaluation.judging import Answer, Source, is_refusal
from appliance.toolkit import catalogue as toolkit

_MOST_ROWS = 400
_WITH_PEOPLE = {State.WAITING, State.WITH_PERSON}
_SEARCH = "search_knowledge"


class Rehearsal(Appliance):
    """An appliance on a scratch store that answers with a version and the secrets of a real one."""

    holder = "rehearsal"
    takes_up_all = False

    def __init__(self, office: Office, version: str, config: BotConfig, secret: Secret) -> None:
        super().__init__(office)
        self.version = version
        self._config = _on_stage(config)
        self._real_secret = secret

    def secret(self, name: str) -> str | None:
        """Find a secret of the real install."""
        return self._real_secret(name)

    def has_secret(self, name: str) -> bool:
        """Tell whether a secret of the real install has a value."""
        return self._real_secret(name) is not None

    @cached_property
    def toolbox(self) -> Toolbox:
        """The tools' only caller; it calls none whose effect would leave the stage."""
        return replace(super().toolbox, rehearses=True)

    @cached_property
    def library(self) -> Library:
        """The copy of what the company knows."""
        choice = self._config.knowledge.embedder
        return knowledge.open_library(
            self.office, choice, builtin=self.embedder, secret=self._real_secret
        )

    def take_config_up(self) -> None:
        """Let the real install's version hold."""
        self._go_live(self.version, self._config)

    @property
    def at_once(self) -> int:
        """How many conversations may go on at a time: a language model mostly lets us wait."""
        return 1 if self.mode() == "basic" else 4

    async def ask(self, messages: Sequence[str]) -> Answer:
        """Write messages in a fresh conversation; gives what came of the last one."""
        visitor, began = f"rehearsal-{ids.new_id()}", self.clock.monotonic()
        said: list[str] = []
        for words in messages:
            accepted = await self._write(visitor, words)
            shown = self.history("visitor", visitor, after=accepted.seq, limit=50).messages
            said.append("\n".join(one.text for one in shown if one.role is Role.BOT))
        took_s = self.clock.monotonic() - began
        rows, handed_over = self.db.read(lambda c: self._left(c, accepted))
        tools = self.db.read(lambda c: self._called(c, rows))
        # What one conversation has booked is free again for the next one.
        await self.db.write(lambda c: bookings.free_cells_of(c, accepted.contact_id))
        last = [row for row in rows if row.seq > accepted.seq]
        sources = tuple(self._sources(last, said[-1]))
        return Answer(tuple(said), sources, tools, handed_over, took_s)

    async def _write(self, visitor: str, words: str) -> Accepted:
        accepted = await self.receive(
            InboundMessage(
                channel="web_chat",
                account="",
                provider_id=f"{visitor}:{ids.new_id()}",
                sender=visitor,
                identity_kind="visitor",
                text=words,
                sent_at=self.clock.now(),
            )
        )
        await self.desk.settled(accepted.contact_id)
        return accepted

    def _left(self, connection: Connection, accepted: Accepted) -> tuple[list[Message], bool]:
        """Give the rows of a conversation, hidden ones too, and whether a person has it."""
        conversation = records.find_conversation(connection, accepted.conversation_id)
        assert conversation is not None
        rows = records.last_messages(connection, self.keyring, conversation, most=_MOST_ROWS)
        return rows, conversation.state in _WITH_PEOPLE

    def _called(self, connection: Connection, rows: Sequence[Message]) -> frozenset[str]:
        """Give the tools that were called properly, those that wait for approval too."""
        called: set[str] = set()
        for turn_id in {row.turn_id for row in rows if row.turn_id}:
            kept = turns.record_of(connection, self.keyring, turn_id)
            called |= {one["tool"] for one in kept.get("tools", ()) if one["status"] != "error"}
            called |= {one.tool for one in approvals.of_turn(connection, self.keyring, turn_id)}
        return frozenset(called)

    def _sources(self, rows: Sequence[Message], said: str) -> Iterator[Source]:
        """Give what the reply cites, else what its last search found, each by all its names.

        A reply that says it has no answer rests on nothing.
        """
        found = _found(rows)
        cited = next((row.citations for row in reversed(rows) if row.citations), [])
        rests_on = cited or ([] if is_refusal(said) else list(found))
        for source in dict.fromkeys(rests_on):
            text = found.get(source)
            yield self._source(source, text) if text is not None else Source((source,))

    def _source(self, source: str, text: str) -> Source:
        document = self.library.db.read(
            lambda c: documents.find_document_of(c, source=source, text=text)
        )
        if document is None:
            return Source((source,))  # a fact of the config, by its title
        name = texts.name_of(document.address)
        return Source((name, document.title, document.address, source))


@asynccontextmanager
async def stage(settings: Settings) -> AsyncIterator[Rehearsal]:
    """Set a stage up for the install of these settings; it may run or not.

    Raises:
        Refused: no config is active, and the file of the settings has problems.
    """
    with tempfile.TemporaryDirectory(prefix="appliance-rehearsal-") as scratch:
        apart = settings.model_copy(
            update={
                "data_dir": Path(scratch) / "data",
                "keys_dir": Path(scratch) / "keys",
                "cache_dir": settings.cache_dir or settings.data_dir / "cache",
            }
        )
        await asyncio.to_thread(_copy_knowledge, settings, apart)
        with mcp.secrets_at_hand(settings) as secret:
            version, config = _running(settings, secret)
            opened = Rehearsal(open_office(apart), version, config, secret)
            await opened.start()
            try:
                await opened.mcp.attempted()
                yield opened
            finally:
                await opened.stop()


def tools_of(settings: Settings) -> frozenset[str]:
    """Name the tools that the bot of the running config may call."""
    with mcp.secrets_at_hand(settings) as secret:
        workflow = _running(settings, secret)[1].workflow
    return frozenset(use.name for use in workflow.tools if use.enabled) | {
        name
        for server in workflow.mcp_servers
        if server.enabled
        for name, _ in mcp_names.allowed(server)
    }


def _running(settings: Settings, secret: Secret) -> tuple[str, BotConfig]:
    """Give the version in force; where none was activated yet, the file's."""
    with closing(open_office(settings)) as office:
        good = versions.last_good(office.db)
    if good is not None:
        return good.id, versions.config_of(good)
    loaded = load.load(
        settings.config,
        catalogue=house.catalogue_of(toolkit.load(settings.tools_dir)),
        secrets=lambda name: secret(name) is not None,
    )
    if loaded.config is None:
        raise errors.Refused(
            f"No config is active, and {settings.config} has problems. Run: appliance config "
            f"validate {settings.config}"
        )
    return loaded.digest[:12], loaded.config


def _copy_knowledge(real: Settings, apart: Settings) -> None:
    path = real.data_dir / knowledge.FILE
    if path.exists():
        with closing(libraries.open_file(path)) as db:
            db.copy_to(apart.data_dir / knowledge.FILE)


def _on_stage(config: BotConfig) -> BotConfig:
    """Give a config without any channel but our own chat, and without waiting for more words."""
    integrations = config.workflow.integrations
    chats = [one for one in integrations.input_channels if one.type == "web_chat"]
    alone = integrations.model_copy(update={"input_channels": chats, "output_channels": []})
    behavior = config.behavior.model_copy(update={"debounce_ms": 0})
    workflow = config.workflow.model_copy(update={"integrations": alone})
    return config.model_copy(update={"workflow": workflow, "behavior": behavior})


def _found(rows: Sequence[Message]) -> dict[str, str]:
    """Give the text of every passage the last search gave, by its source, best first."""
    for row in reversed(rows):
        if row.role is Role.TOOL and row.extras.get("langchain", {}).get("name") == _SEARCH:
            with contextlib.suppress(ValueError, TypeError, KeyError):  # an error's words
                passages: list[dict[str, Any]] = json.loads(row.text)
                found: dict[str, str] = {}
                for each in passages:  # of two from one source the better one stands
                    found.setdefault(str(each["source"]), str(each["text"]))
                return found
    return {}
