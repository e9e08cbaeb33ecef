"""`appliance knowledge add`: let what a person named wait, then read it under a progress bar."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.text import Text

from appliance.core import errors
from appliance.core.safe_text import one_line
from appliance.knowledge import adding, records, report, turns
from appliance.knowledge.intake import Outcome
from appliance.knowledge.room import Room
from appliance.knowledge.texts import is_web
from appliance.knowledge.values import Asked, Document

FAILED, WAITS, INTERRUPTED = 1, 75, 130
_LOOK_S = 0.3
_PATIENCE_S = 30.0  # so long a page that is to be read a little later is waited for


def add_and_read(
    room: Room,
    named: Sequence[str],
    asked: Asked,
    website: adding.Website,
    *,
    as_json: bool = False,
) -> int:
    """Take in what is named, and whatever else waits; gives the exit code."""
    told = _Told(Console(), as_json=as_json)
    try:
        sites = _put(room, named, asked, website, told)
        _read(room, told)
        for site in room.library.db.read(records.list_sites):
            if site.id in sites and site.problem:
                told.fail(f"{site.address}: {site.problem}")
    except KeyboardInterrupt:
        now = room.library.clock.now()
        left = room.library.db.read(lambda c: records.count_due(c, now))
        told.say(
            f"Stopped. {left} documents wait, nothing is lost: `appliance knowledge resume` goes "
            "on, and so does the running appliance by itself.",
            "yellow",
        )
        return INTERRUPTED
    finally:
        told.end()
    return FAILED if told.failed else WAITS if told.waits else 0


def _put(
    room: Room, named: Sequence[str], asked: Asked, website: adding.Website, told: _Told
) -> set[str]:
    """Let everything wait that is named; gives the ids of the websites."""
    db, now = room.library.db, room.library.clock.now()
    files: list[Path] = []
    sites: set[str] = set()
    for one in named:
        try:
            if is_web(one):
                sites.add(adding.put_site(db, now, one, asked, website))
            else:
                files += adding.files_in(Path(one))
        except errors.Refused as refusal:
            told.fail(refusal.sentence)
    if files:
        adding.put_files(db, now, files, asked)
    if named:
        said = {"named": [one_line(one, limit=300) for one in named]}
        room.record("knowledge.added", {**said, "access": asked.access and str(asked.access)})
    return sites


def _read(room: Room, told: _Told) -> None:
    """Read what waits, unless another process does; then wait for it."""
    db, clock = room.library.db, room.library.clock
    patience_ends = clock.monotonic() + _PATIENCE_S
    with told.bar():
        while True:
            with turns.only_one(db.path) as ours:
                if ours:
                    told.expect(db.read(lambda c: records.count_due(c, clock.now())))
                    with room.intake(told) as intake:
                        intake.work()
            if not ours and not db.read(lambda c: records.count_due(c, clock.now())):
                return
            if ours and (clock.monotonic() > patience_ends or not told.waits):
                return
            time.sleep(_LOOK_S)


@dataclass(slots=True)
class _Told:
    """What the person at the terminal is told: a bar, a line for each document, JSON at the end."""

    console: Console
    as_json: bool
    failed: int = 0
    outcomes: dict[str, tuple[Document, Outcome]] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    _bar: Progress | None = None

    @property
    def waits(self) -> int:
        """How many documents wait for a later moment."""
        return sum(outcome is Outcome.WAITING for _, outcome in self.outcomes.values())

    def bar(self) -> Progress:
        """Make the bar; it stands on stderr, so that stdout can be piped."""
        self._bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            console=Console(stderr=True),
            transient=True,
        )
        self._bar.add_task("Documents", total=None)
        self._bar.add_task("", total=None, visible=False)
        return self._bar

    def expect(self, waiting: int) -> None:
        """Set how many documents the bar stands for."""
        if self._bar:
            done = len(self.outcomes)
            self._bar.update(self._bar.task_ids[0], total=done + waiting, completed=done)

    def began(self, document: Document) -> None:
        if self._bar:
            name = escape(one_line(document.title, limit=40))
            self._bar.update(
                self._bar.task_ids[1], description=name, completed=0, total=None, visible=True
            )

    def made(self, done: int, total: int) -> None:
        if self._bar:
            self._bar.update(self._bar.task_ids[1], completed=done, total=total)

    def ended(self, document: Document, outcome: Outcome) -> None:
        again = document.id in self.outcomes
        self.outcomes[document.id] = (document, outcome)
        if self._bar:
            self._bar.update(self._bar.task_ids[1], visible=False)
            if not again:
                self._bar.advance(self._bar.task_ids[0])
        if outcome is Outcome.FAILED:
            self.fail(document.problem or "It cannot be read.")
        elif outcome is Outcome.WAITING:
            self.say(f"{document.title}: {document.problem} It is read later.", "yellow")
        elif outcome is Outcome.GONE:
            self.say(f"{document.address}: gone, or the same as another page.", "yellow")
        else:
            label = ", internal" if document.access == "internal" else ""
            many = "1 passage" if document.passages == 1 else f"{document.passages} passages"
            said = f"{document.id}  {document.title}: {many}{label}"
            self.say(f"{said}, unchanged" if outcome is Outcome.UNCHANGED else said)
            if document.remark:
                self.say(f"      {document.remark}", "yellow")

    def fail(self, sentence: str) -> None:
        """Say what cannot be read."""
        self.failed += 1
        self.problems.append(sentence)
        self.say(sentence, "red")

    def say(self, words: str, style: str = "") -> None:
        """Print a line, unless JSON is asked for."""
        if not self.as_json:
            console = self._bar.console if self._bar and self._bar.live.is_started else None
            if console is not None and console.is_terminal:
                console.print(Text(one_line(words), style=style))
            else:
                self.console.print(Text(one_line(words), style=style))

    def end(self) -> None:
        """Print the JSON."""
        if self.as_json:
            rows = [
                {**report.document(document), "outcome": str(outcome)}
                for document, outcome in self.outcomes.values()
            ]
            typer.echo(json.dumps({"documents": rows, "problems": self.problems}))
