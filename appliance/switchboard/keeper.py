"""Keeps the phone's programs as the live config wants them, and says how they are."""

from __future__ import annotations

import asyncio
import contextlib
import json
import tempfile
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from appliance.config import model
from appliance.connectors.phone import refusals, servers
from appliance.connectors.phone.servers import Program
from appliance.core import errors, logs
from appliance.core.clock import Clock
from appliance.core.store import notes
from appliance.core.store.database import Database
from appliance.switchboard.child import Child
from appliance.switchboard.plan import WARDEN, WORKER, Plan

_log = logs.get(__name__)

BEAT_S = 5.0

Planner = Callable[[model.Voice, Path], Plan]
Provision = Callable[[model.Voice], Awaitable[None]]


@dataclass(slots=True, kw_only=True)
class Keeper:
    """The phone's programs. `plan` gives which; `provision` tells LiveKit's bridge its trunk."""

    db: Database
    clock: Clock
    plan: Planner
    provision: Provision
    _voice: model.Voice = field(default_factory=model.Voice)
    _children: list[Child] = field(default_factory=list)
    _plan: Plan = field(default_factory=Plan)
    _trouble: str = ""
    _changed: asyncio.Event = field(default_factory=asyncio.Event)

    def take_up(self, voice: model.Voice) -> None:
        """Go by another config from now on."""
        self._voice = voice
        self._changed.set()

    async def run(self) -> None:
        """Keep the programs until cancelled, then stop them."""
        beating = asyncio.create_task(self._beat())
        try:
            with tempfile.TemporaryDirectory(prefix="frontdesk-phone-") as folder:
                while True:
                    self._changed.clear()
                    await self._arrange(Path(folder))
                    await self._changed.wait()
        finally:
            beating.cancel()
            await self._stop()
            with contextlib.suppress(errors.Error):
                self._tell("off", "The phone is stopped.")

    async def _arrange(self, folder: Path) -> None:
        """Run what the config wants; what runs already and is wanted again is left alone."""
        wanted = self.plan(self._voice, folder)
        if wanted.problems != self._plan.problems:
            for problem in wanted.problems:
                _log.error("the phone is not whole", problem=problem)
        if wanted.programs != self._plan.programs:
            await self._stop()
            self._plan = wanted
            await self._start(wanted.programs)
        self._plan = wanted
        self._trouble = await self._provision() if wanted.has_trunk else ""
        self._note()

    async def _start(self, programs: tuple[Program, ...]) -> None:
        """Start the programs, each once the one before it answers."""
        for program in programs:
            child = Child(
                program=program,
                born=self._born,
                died=partial(self._died, program.name),
                refused=self._refused,
            )
            self._children.append(child)
            child.start()
            self._note()
            if not await child.ready():
                _log.error("a program of the phone is not ready", program=program.name)

    async def _stop(self) -> None:
        """Stop the programs: nobody asks for a bot any more, calls end with a word, then the rest.

        The rest in the order opposite to that of their start; without them no word is heard.
        """
        first = {WARDEN: 0, WORKER: 1}
        newest_first = self._children[::-1]
        for child in sorted(newest_first, key=lambda each: first.get(each.program.name, 2)):
            await child.stop()
            self._children.remove(child)

    def _born(self) -> None:
        if self._plan.has_trunk and any(child.deaths for child in self._children):
            self._changed.set()  # redis forgets the trunk with its life

    def _died(self, name: str) -> None:
        """Let the bridge hang up and begin anew where the server it carried calls to is gone.

        By itself it finds a new server after half a minute to two, with its callers in silence.
        """
        if name == servers.SERVER:
            for child in self._children:
                if child.program.name == servers.SIP:
                    child.ask_to_end()

    def _refused(self, told: Mapping[str, Any]) -> str | None:
        return refusals.reason(told, self._voice.phone)

    async def _provision(self) -> str:
        """Tell the bridge its trunk; gives what was wrong, or nothing."""
        try:
            await self.provision(self._voice)
        except errors.Error as cause:
            if cause.sentence != self._trouble:  # tried again at every beat, said once
                _log.error("the trunk could not be set up", why=cause.sentence)
            return cause.sentence
        return ""

    # -- what is told ------------------------------------------------------------------------------

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(BEAT_S)
            if self._trouble:
                self._changed.set()  # the server may take the trunk now
            if self._voice.enabled:  # "off" has been noted once and stays true
                self._note()

    def _note(self) -> None:
        try:
            self._tell(*self.state())
        except errors.Error as cause:
            _log.warning("the phone's state could not be noted", why=cause.sentence)

    def state(self) -> tuple[str, str]:
        """Say how the phone is, as /ready shows it: ok, warn or off, and a sentence."""
        if not self._voice.enabled:
            return "off", "The phone is off."
        waiting = [child.program.name for child in self._children if not child.is_ready]
        problems = [*self._plan.problems, *filter(None, [self._trouble])]
        if waiting:
            problems.append(f"Not running yet: {', '.join(waiting)}.")
        if problems:
            return "warn", " ".join(problems)
        names = ", ".join(child.program.name for child in self._children)
        return "ok", f"Running: {names}."

    def _tell(self, state: str, says: str) -> None:
        told = json.dumps({"at": self.clock.now().isoformat(), "state": state, "says": says})
        self.db.write_now(lambda connection: notes.put(connection, notes.PHONE, told))
