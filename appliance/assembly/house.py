"""The appliance: the desk over the open office, and everything it answers with."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from functools import cached_property, lru_cache, partial
from pathlib import Path
from typing import Any, Literal

from appliance.access import secrets
from appliance.assembly import knowledge
from appliance.assembly.office import Office, open_office
from appliance.assembly.ports import HousePorts
from appliance.assembly.post import Post, open_post, organizer
from appliance.assembly.webhooks import Webhooks
from appliance.config import load, versions
from appliance.config.catalogue import Catalogue
from appliance.config.model import BotConfig
from appliance.connectors import catalogue as connectors
from appliance.connectors.mcp.pins import Pinboard
from appliance.connectors.mcp.servers import Servers
from appliance.connectors.messages import InboundMessage
from appliance.connectors.protocols import Channel, WebhookRequest
from appliance.contacts import identities
from appliance.conversation import mcp_tools, records
from appliance.conversation.bots import LiveBots
from appliance.conversation.desk import Desk
from appliance.conversation.engine import Engine
from appliance.conversation.hub import Hub, Watcher
from appliance.conversation.inbox import Inbox
from appliance.conversation.leaks import Secrets
from appliance.conversation.outbox import records as outbox
from appliance.conversation.parking import Parking
from appliance.conversation.toolbox import Toolbox
from appliance.conversation.toolloop import ToolLoop
from appliance.conversation.values import Accepted, History, State
from appliance.core import errors, logs
from appliance.core.clock import Clock
from appliance.core.settings import Settings
from appliance.core.store import notes
from appliance.core.store.database import Connection
from appliance.core.store.events import Event, Follower
from appliance.knowledge import facts
from appliance.knowledge.library import Library
from appliance.models import embedder as embedders
from appliance.models.speaker import Speakers
from appliance.services.analytics import tables as _analytics
from appliance.services.bookings import port as bookings
from appliance.services.calls import tables as _calls
from appliance.services.dials import tables as _dials
from appliance.services.followups import tables as _followups
from appliance.services.monitoring import tables as _monitoring
from appliance.toolkit import catalogue as toolkit

# Rooms this process does not load otherwise are named here, so that the schema knows their tables.
TABLES_ONLY = (_analytics, _calls, _dials, _followups, _monitoring)

GRAPH = "graph.db"
CONFIG_FILE = "config_file_digest"

_log = logs.get(__name__)


class Appliance:
    """One appliance, open in this process: what is built over the office on demand.

    `start` brings the desk to work.
    """

    def __init__(self, office: Office) -> None:
        self.office = office
        self.settings = office.settings
        self.clock = office.clock
        self.db = office.db
        self.keyring = office.keyring
        self._problems: list[str] = []
        self.draining = asyncio.Event()
        self._building = threading.Lock()
        self.hub = Hub()
        self._strangers: dict[str, set[Watcher]] = {}
        self._served: set[str] = set()
        self._tasks: list[asyncio.Task[None]] = []
        self._follower: Follower | None = None

    # -- what is built on demand -------------------------------------------------------------------

    @cached_property
    def toolkit(self) -> toolkit.Catalogue:
        """The tool files of this install."""
        return toolkit.load(self.settings.tools_dir)

    @cached_property
    def catalogue(self) -> Catalogue:
        """What a config may name."""
        return catalogue_of(self.toolkit)

    @cached_property
    def embedder(self) -> embedders.Embedder:
        """Texts to vectors."""
        return embedders.open_minilm(cache_dir=self.cache)

    @cached_property
    def library(self) -> Library:
        """What the company knows."""
        choice = self.config.knowledge.embedder if self.config else None
        return knowledge.open_library(self.office, choice, builtin=self.embedder)

    @cached_property
    def parking(self) -> Parking:
        """Turns that wait for a person."""
        return Parking(self.settings.data_dir / GRAPH, self.keyring)

    @cached_property
    def toolbox(self) -> Toolbox:
        """The tools' only caller."""
        return Toolbox(
            db=self.db,
            keyring=self.keyring,
            clock=self.clock,
            ports=HousePorts(self.office, lambda: self.library, self.bots.the_live),
            loop=ToolLoop(),
        )

    @cached_property
    def speakers(self) -> Speakers:
        """The chains of models, and the connections they share."""
        return Speakers(secret=self.secret, clock=self.clock, is_spoken=self.is_spoken)

    @cached_property
    def mcp(self) -> Servers:
        """The MCP servers of the live config."""
        return Servers(
            pinboard=Pinboard(self.db),
            secret=self.secret,
            clock=self.clock,
            changed=self._tools_changed,
        )

    @cached_property
    def bots(self) -> LiveBots:
        """The assistants by config version."""
        return LiveBots(
            keyring=self.keyring,
            clock=self.clock,
            tools=self.toolkit.tools,
            embedder=self.embedder,
            cache_dir=self.cache,
            speaker=self.speakers.make,
            read_version=lru_cache(maxsize=8)(self._read_version),
            remote=lambda: mcp_tools.tools_of(self.mcp.usable(), self.mcp),
            is_spoken=self.is_spoken,
        )

    @cached_property
    def desk(self) -> Desk:
        """Answers what the inbox holds."""
        return Desk(
            db=self.db,
            keyring=self.keyring,
            clock=self.clock,
            bots=self.bots,
            engine=Engine(self.toolbox, self.parking),
            hub=self.hub,
            holder=self.holder,
            lease_s=self.settings.lease_s,
            turns_at_once=self.settings.turns_at_once,
            committed=self.kick,
            post=self.post.courier,
            secrets=self._secrets,
            door=self.inbox.door,
            debounce_ms=0 if self.is_spoken else None,  # the end of a spoken turn is heard
        )

    @cached_property
    def post(self) -> Post:
        """Channels other than our own chat, and what carries messages out on them."""
        return open_post(self.office, file=self.file, committed=self.kick)

    @cached_property
    def _secrets(self) -> Callable[[], Secrets]:
        """What no answer and no tool's result may hold, prepared anew when it changes."""
        prepared = lru_cache(maxsize=1)(Secrets.of)
        values = secrets.AllValues(db=self.db, keyring=self.keyring)
        return lambda: prepared(values())

    # Who holds this process's lanes, and whether it answers everybody or only whom it serves.
    holder = "api"
    takes_up_all = True
    # Whether it talks on the phone: what it says is heard, not read.
    is_spoken = False

    # -- life --------------------------------------------------------------------------------------

    async def start(self) -> None:
        """Take the config up, then the messages that wait; a broken config means safe mode."""
        await self.parking.open()
        self._follower = Follower(self.db, self._heard)
        await asyncio.to_thread(self.take_config_up)
        self._tasks = [asyncio.create_task(self._follower.run(), name="events")]
        if self.takes_up_all:
            self._tasks.append(asyncio.create_task(self._sweeping(), name="sweep"))

    async def stop(self, *, within_s: float = 30) -> None:
        """Finish the turns that run, then close everything."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.desk.stop(within_s=within_s)
        await self.post.close(within_s=within_s)
        await self.parking.close()
        await self.speakers.close()
        self.toolbox.loop.close()
        await asyncio.to_thread(self.mcp.close)
        self.close()

    def close(self) -> None:
        """End the MCP servers and close the databases."""
        if "mcp" in self.__dict__:
            self.mcp.close()
        if "library" in self.__dict__:
            self.library.close()
        self.db.close()

    def kick(self) -> None:
        """Look for events now: this process has committed some."""
        if self._follower:
            self._follower.kick()

    # -- config ------------------------------------------------------------------------------------

    @property
    def problems(self) -> list[str]:
        """Why it runs in safe mode or degraded; each a sentence for the operator."""
        return [*self._problems, *(self.mcp.problems if "mcp" in self.__dict__ else ())]

    def secret(self, name: str) -> str | None:
        """Find a secret's value."""
        return self.office.secret(name)

    def has_secret(self, name: str) -> bool:
        """Tell whether a secret has a value."""
        return self.office.has_secret(name)

    @property
    def config(self) -> BotConfig | None:
        """The live config; None in safe mode."""
        return self.bots.live.config if self.bots.live else None

    def take_config_up(self) -> None:
        """Make the file's config live if the file is new or has changed, else the active one.

        A version activated or rolled back to by a person holds until the file changes again. A
        broken file is reported and changes nothing; without any version there is safe mode.
        """
        loaded = load.load(self.settings.config, catalogue=self.catalogue, secrets=self.has_secret)
        self._problems = [str(problem) for problem in loaded.problems]
        self._problems += [broken.sentence for broken in self.toolkit.broken.values()]
        good = versions.last_good(self.db)
        if loaded.config is not None and (good is None or self._has_changed(loaded)):
            version = versions.remember(self.db, self.clock.now(), loaded, "the appliance")
            self.db.write_now(lambda c: notes.put(c, CONFIG_FILE, loaded.digest))
            self._go_live(version, loaded.config)
            return
        if good is None:
            for problem in self._problems:
                _log.error("safe mode: the config has a problem", problem=problem)
            return
        if loaded.config is None:
            self._problems.append(
                f"{self.settings.config.name} is not used; version {good.id} goes on. Mend the "
                f"file, then run: appliance config activate {self.settings.config}"
            )
        self._go_live(good.id, versions.config_of(good))

    def _has_changed(self, loaded: load.Loaded) -> bool:
        return self.db.read(lambda c: notes.find(c, CONFIG_FILE)) != loaded.digest

    def _go_live(self, version: str, config: BotConfig) -> None:
        before = self.config
        self.mcp.use(config.workflow.mcp_servers)
        try:
            with self._building:
                self.bots.go_live(version, config)
        except BaseException:
            self.mcp.use(before.workflow.mcp_servers if before else [])
            raise
        facts.publish(self.library, config)
        self.post.channels.take_up(config)

    def _tools_changed(self) -> None:
        """Give the bot the tools that MCP servers have now."""
        with self._building:
            self.bots.build_anew()

    def _read_version(self, version: str) -> BotConfig | None:
        try:
            return versions.config_of(versions.find(self.db, version))
        except errors.Error:
            return None

    # -- messages ----------------------------------------------------------------------------------

    @cached_property
    def inbox(self) -> Inbox:
        """Takes messages in."""
        return Inbox(
            db=self.db,
            keyring=self.keyring,
            clock=self.clock,
            region=lambda: self.config.client.region if self.config else "US",
        )

    async def receive(self, message: InboundMessage, /) -> Accepted:
        """Record a message once and wake the desk."""
        accepted = await self.inbox.record(message)
        for watcher in self._strangers.pop(f"{message.identity_kind}|{message.sender}", ()):
            self.hub.bind(watcher, accepted.contact_id)
        if not accepted.repeated:
            self.kick()
        if not self.takes_up_all:
            self._served.add(accepted.contact_id)
        self.desk.notice(accepted.contact_id)
        return accepted

    @cached_property
    def webhooks(self) -> Webhooks:
        """What providers bring, verified and kept."""
        return Webhooks(accounts=self._accounts, inbox=self.inbox)

    def handshake(self, channel: str, request: WebhookRequest, /) -> str:
        """Answer a provider that checks our address. Raises as `Webhooks.handshake` does."""
        return self.webhooks.handshake(channel, request)

    async def webhook(self, channel: str, request: WebhookRequest, /) -> None:
        """Keep what a provider brings and wake who has work. Raises as `Webhooks.take` does."""
        taken = await self.webhooks.take(channel, request)
        self.kick()
        for accepted in taken.accepted:
            self.desk.notice(accepted.contact_id)
        for contact_id, on_channel in taken.to_send:
            self.post.courier.notice(contact_id, on_channel)

    def _accounts(self, channel: str) -> list[Channel]:
        if self.config is None:
            raise errors.Unavailable("The appliance is in safe mode: its config has problems.")
        return self.post.channels.of_type(channel)

    def history(self, kind: str, value: str, *, after: int, limit: int) -> History:
        """Read what was said to and by the contact of an identity, oldest first."""

        def query(connection: Connection) -> History:
            contact_id = identities.find(connection, self.keyring, kind=kind, value=value)
            if contact_id is None:
                return History((), State.OPEN)
            found = records.visible_after(
                connection, self.keyring, contact_id, after=after, most=limit
            )
            latest = records.latest_conversation(connection, contact_id)
            return History(tuple(found), latest.state if latest else State.OPEN)

        return self.db.read(query)

    @asynccontextmanager
    async def subscribe(self, visitor: str, /) -> AsyncIterator[Watcher]:
        """Listen to what happens to a visitor from now on."""
        watcher, identity = Watcher(), f"visitor|{visitor}"
        contact_id = self.db.read(
            lambda c: identities.find(c, self.keyring, kind="visitor", value=visitor)
        )
        if contact_id:
            self.hub.bind(watcher, contact_id)
        else:
            self._strangers.setdefault(identity, set()).add(watcher)
        try:
            yield watcher
        finally:
            self.hub.leave(watcher)
            waiting = self._strangers.get(identity, set())
            waiting.discard(watcher)
            if not waiting:
                self._strangers.pop(identity, None)

    def is_answered(self, contact_id: str) -> bool:
        """Tell whether nothing of this contact waits any more."""
        return not self.db.read(lambda c: records.waiting(c, contact_id))

    def mode(self) -> Literal["basic", "model"]:
        """Say who answers just now: the built-in model or a language model."""
        config = self.config
        return "basic" if config is None or self.speakers.all_rest(config) else "model"

    def open_now(self) -> bool:
        """Say whether people are there."""
        live = self.bots.live
        return bool(live and live.calendar.is_open(self.clock.now()))

    def greeting(self) -> str:
        """Give the bot's first words."""
        config = self.config
        return config.workflow.greeting if config else "\n".join(self.problems)

    def file(self, file_id: str, /) -> tuple[str, str, bytes] | None:
        """Find a file of a conversation: name, media type, bytes."""
        config = self.config
        if config is None:
            return None
        return bookings.file(self.db, file_id, organizer=organizer(config))

    # -- watching ----------------------------------------------------------------------------------

    @property
    def metrics(self) -> Mapping[str, Callable[[], float]]:
        """Figures by Prometheus name."""
        return {
            "turns_total": lambda: self.desk.turns_done,
            "turns_failed_total": lambda: self.desk.turns_failed,
            "lanes_busy": lambda: self.desk.busy,
            "writer_commits_total": lambda: self.db.commits,
            "tool_loops_replaced_total": lambda: self.toolbox.loop.replaced,
            "mcp_servers_connected": lambda: self.mcp.connected,
            "oldest_unanswered_s": self._oldest_unanswered_s,
            "models_resting": self.speakers.resting,
            "webhooks_refused_total": lambda: self.webhooks.refused,
            "messages_sent_total": lambda: self.post.courier.sent,
            **{
                f"outbox_{state}": partial(self._outbox_count, state)
                for state in ("queued", "sending", "failed", "unknown", "dead")
            },
        }

    def _outbox_count(self, state: str) -> float:
        return self.db.read(outbox.counts).get(state, 0)

    def _oldest_unanswered_s(self) -> float:
        oldest = self.db.read(records.oldest_waiting)
        return (self.clock.now() - oldest).total_seconds() if oldest else 0.0

    def stopped_channels(self) -> list[str]:
        """Say which channels cannot send and why, each a sentence for the operator."""
        return [
            f"The channel {stop.channel} is stopped: {stop.why}. Mend that, then run: "
            f"appliance channels test {stop.channel}"
            for stop in self.db.read(outbox.stops)
        ] + self.post.channels.problems

    async def _sweeping(self) -> None:
        while True:
            try:
                self.desk.sweep()
            except errors.Unavailable as cause:
                _log.warning("the sweep has to wait", why=cause.sentence)
            except Exception as cause:  # noqa: BLE001 - the sweep is how the dead are followed
                _log.error("the sweep broke", exc_info=cause)
            await asyncio.sleep(self.settings.sweep_s)

    async def _heard(self, found: list[Event]) -> None:
        for event in found:
            try:
                await self._hear(event)
            except Exception as cause:  # noqa: BLE001 - the next event must be heard
                _log.error("an event was not heard", kind=event.kind, exc_info=cause)

    async def _hear(self, event: Event) -> None:
        contact_id = event.about.get("contact_id")
        if event.kind == "config":
            await asyncio.to_thread(self._reload)
        elif event.kind == "secret" and self.config is not None:
            self.post.channels.take_up(self.config)
        elif event.kind == "channel":
            self.post.courier.sweep(grace_s=0)
        elif contact_id and event.kind == "approval":
            if self.takes_up_all or contact_id in self._served:
                self.desk.notice(contact_id)
        elif contact_id and event.kind == "message":
            self.hub.tell(contact_id, {"event": "message", "data": {}})
        elif contact_id and event.kind in {"state", "human_handoff"}:
            self.hub.tell(contact_id, self._state_of(contact_id))

    def _state_of(self, contact_id: str) -> dict[str, Any]:
        latest = self.db.read(lambda c: records.latest_conversation(c, contact_id))
        state = latest.state if latest else State.OPEN
        return {"event": "state", "data": {"state": str(state), "mode": self.mode()}}

    def _reload(self) -> None:
        """Take up the version another process has activated."""
        active = versions.active(self.db)
        live = self.bots.live
        if active is not None and live and live.version == active.id:
            self._problems = []  # a person has just said that this is the one
            if self.mcp.use(live.config.workflow.mcp_servers):  # and its servers' tools as well
                self._tools_changed()
        if active is None or (live and live.version == active.id):
            return
        try:
            self._go_live(active.id, versions.config_of(active))
            self._problems = []
            _log.info("config activated", version=active.id)
        except Exception as cause:  # noqa: BLE001 - a tool file may have changed under us
            self._problems.append(f"Config version {active.id} could not be taken up. Restart.")
            _log.error("a config could not be taken up", version=active.id, exc_info=cause)

    @cached_property
    def cache(self) -> Path:
        """Where lies what can be made anew."""
        return self.settings.cache_dir or self.settings.data_dir / "cache"


def build(settings: Settings, clock: Clock | None = None) -> Appliance:
    """Open an appliance: folders, store, keys. Nothing is answered before `start`.

    Raises:
        Misconfigured: folders, schema or keys are not what they must be.
    """
    return Appliance(open_office(settings, clock))


def catalogue_of(found: toolkit.Catalogue) -> Catalogue:
    """Give what a config may name: these tools, and our connectors by family."""
    tools = {name: found.settings_of(name) for name in found.tools}
    return Catalogue(
        tools={**tools, **dict.fromkeys(found.broken)},
        connectors={
            "input_channels": connectors.Family("channels"),
            "output_channels": {},
            "crm": {"builtin": None},
            "database": {"builtin": None},
        },
    )
