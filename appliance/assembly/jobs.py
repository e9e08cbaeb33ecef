"""The rooms' recurring work."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine
from dataclasses import dataclass, field
from typing import Any, TypeVar

from appliance.assembly import calls_owed, knowledge
from appliance.assembly.office import Office
from appliance.assembly.post import Post, open_post, organizer
from appliance.config import versions
from appliance.config.calendar_of import calendar_of
from appliance.config.model import BotConfig, Recording
from appliance.conversation import housekeeping
from appliance.conversation.outbox import care
from appliance.conversation.outbox.values import DIRECT
from appliance.core import errors
from appliance.core.queue import Job
from appliance.knowledge import tasks
from appliance.services.bookings import port as bookings
from appliance.services.calls import lost, recordings
from appliance.services.calls import records as calls

T = TypeVar("T")

# The process that wrote a reply tries first; this long after that it is ours.
_GRACE_S = 2.0
_ROUND_S = 30.0


@dataclass(slots=True)
class Background:
    """The recurring work of the jobs process; what it needs is opened when it is first needed."""

    office: Office
    _lines: Lines | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def jobs(self) -> list[Job]:
        """List the rooms' recurring work."""
        return [
            Job("send", 1, self._send, "Send what is due on other channels than our own chat."),
            Job("channels", 30, self._channels, "Try stopped channels again."),
            Job("media", 2, self._media, "Fetch what messages carry before it expires."),
            Job("close_idle", 60, self._idle, "Close conversations in which nothing is said."),
            Job(
                "expire_approvals",
                15,
                self._expire,
                "Tell customers whose question nobody decided.",
            ),
            Job("calls", 1, self._calls, "End calls whose process died; write to lost callers."),
            Job("calls_owed", 10, self._owe, "Owe contacts the calls that follow-ups ask for."),
            Job("recordings", 60, self._recordings, "Erase recordings of calls that are old."),
            Job("knowledge", tasks.EVERY_S, self._know, "Read what documents and sites are due."),
            Job("prune_events", 3600, self._prune, "Delete events a week old."),
        ]

    def close(self) -> None:
        """Finish what is being sent."""
        with self._lock:
            lines, self._lines = self._lines, None
        if lines is not None:
            lines.close()

    def _send(self) -> None:
        if not care.has_work(self.office.db, self.office.clock):
            return
        self._open().run(self._open().sweep(_GRACE_S))

    def _channels(self) -> None:
        for channel in care.stopped(self.office.db):
            lines = self._open()
            lines.run(care.try_again(self.office.db, self.office.clock, lines.channels, channel))

    def _media(self) -> None:
        if care.has_media(self.office.db, self.office.clock):
            lines = self._open()
            lines.run(
                care.fetch(
                    self.office.db,
                    self.office.keyring,
                    self.office.clock,
                    lines.channels,
                    folder=self.office.settings.data_dir / "media",
                )
            )

    def _know(self) -> None:
        path = self.office.settings.data_dir / knowledge.FILE
        wanted = knowledge.name_of(knowledge.wanted(self.office))
        tasks.take_up(
            path, self.office.clock, wanted, lambda: knowledge.open_room(self.office, keep=True)
        )

    def _idle(self) -> None:
        config = versions.live(self.office.db)
        if config is not None:
            hours = config.behavior.conversation_idle_h
            housekeeping.close_idle(self.office.db, self.office.clock, idle_h=hours)

    def _expire(self) -> None:
        housekeeping.expire_approvals(self.office.db, self.office.keyring, self.office.clock)

    def _calls(self) -> None:
        db, now = self.office.db, self.office.clock.now()
        if db.read(lambda c: calls.any_dead(c, now)):
            db.write_now(lambda c: calls.drop_dead(c, now))
        config = versions.live(db) if db.read(lambda c: calls.due(c, most=1)) else None
        if config is None:
            return
        lines = self._open()
        terms = lost.Terms(
            missed_call=config.voice.missed_call,
            calendar=calendar_of(config.calendar),
            order=[
                each.type
                for each in config.workflow.integrations.input_channels
                if each.enabled and each.type not in DIRECT
            ],
            channels=lines.channels,
        )
        for contact_id, channel in lost.settle(db, self.office.keyring, now, terms):
            lines.run(lines.notice(contact_id, channel))

    def _owe(self) -> None:
        calls_owed.look(self.office)

    def _recordings(self) -> None:
        good = versions.last_good(self.office.db)
        wishes = versions.config_of(good).voice.recording if good else Recording()
        recordings.care(
            self.office.db,
            self.office.settings.data_dir / recordings.FOLDER,
            self.office.clock.now(),
            keep_days=wishes.keep_days,
        )

    def _prune(self) -> None:
        housekeeping.prune_events(self.office.db, self.office.clock)

    def _open(self) -> Lines:
        with self._lock:
            if self._lines is None:
                self._lines = Lines(self.office)
            return self._lines


class Lines:
    """The way out for a process of threads: an event loop of its own, the channels, the courier."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="lines", daemon=True)
        self._thread.start()
        self._version = ""
        self._config: BotConfig | None = None
        # At once: two workers ask for it, and a cached_property has no lock from 3.12 on.
        self.post: Post = open_post(office, file=self._file, committed=lambda: None)

    @property
    def channels(self) -> Any:
        """The channels of the active config."""
        self._take_up()
        return self.post.channels

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Run `work` in the loop and wait for it.

        Raises:
            Unavailable: it took too long.
        """
        future = asyncio.run_coroutine_threadsafe(work, self._loop)
        try:
            return future.result(_ROUND_S)
        except TimeoutError:
            future.cancel()
            raise errors.Unavailable(
                "A round of sending took too long; the next goes on."
            ) from None

    async def sweep(self, grace_s: float) -> None:
        """Take up what is due. Sending itself goes on after this returns."""
        self._take_up()
        self.post.courier.sweep(grace_s=grace_s)

    async def notice(self, contact_id: str, channel: str) -> None:
        """Send soon what was just written for a contact."""
        self.post.courier.notice(contact_id, channel)

    def close(self) -> None:
        """Finish what is being sent, then end the loop."""
        self.run(self.post.close(within_s=20))
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(timeout=5)
        self._loop.close()

    def _take_up(self) -> None:
        active = versions.active(self._office.db)
        if active is not None and active.id != self._version:
            self._config = versions.config_of(active)
            self.post.channels.take_up(self._config)
            self._version = active.id

    def _file(self, file_id: str) -> tuple[str, str, bytes] | None:
        if self._config is None:
            return None
        return bookings.file(self._office.db, file_id, organizer=organizer(self._config))
