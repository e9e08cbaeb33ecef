"""`appliance eval`: ask the client's own questions and score what comes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Sequence
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Annotated, Protocol

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from appliance.core.clock import Clock
from appliance.core.store.database import Database
from appliance.services.evaluation import play, questions, report, scores
from appliance.services.evaluation.judging import Verdict
from appliance.services.evaluation.play import Stage
from appliance.services.evaluation.questions import Asked

WRONG = 1


class Office(Protocol):
    """The open store: what earlier runs came to is kept there."""

    @property
    def db(self) -> Database: ...
    @property
    def clock(self) -> Clock: ...

    def close(self) -> None:
        """Close the store."""


def mount(
    app: typer.Typer,
    office: Callable[[], Office],
    stage: Callable[[], AbstractAsyncContextManager[Stage]],
    tools: Callable[[], Collection[str]],
) -> None:
    """Add `appliance eval`. `tools` gives the names of the tools the bot has."""

    @app.command(name="eval")
    def eval_(
        file: Annotated[Path, typer.Argument(help="The questions, as YAML.", metavar="FILE")],
        *,
        at_least: Annotated[
            float,
            typer.Option(min=0, max=1, help="Exit 1 when a smaller share of questions is right."),
        ] = 0.9,
        as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    ) -> None:
        """Ask the bot your own questions and say how many it gets right.

        Each is asked in a conversation of its own, with the live config and a copy of the
        knowledge. Nothing is booked, sent or handed over in truth.

        Examples:
          appliance eval questions.yaml
          appliance eval questions.yaml --at-least 0.95 && appliance config activate next.yaml
          appliance eval questions.yaml --json > result.json

        A file looks like this; appliance/services/evaluation/README.md tells all keys:
          questions:
            - ask: "Is breakfast included?"
              cites: house-rules.pdf
              says: "from 7 to 10"
            - ask: "What does a helicopter flight cost?"
              refuses: true
        """
        loaded = questions.load(file, tools=tools())
        for problem in loaded.problems:
            typer.echo(str(problem), err=True)
        if not loaded.asked:
            raise typer.Exit(WRONG)
        version, verdicts = asyncio.run(_played(stage, loaded.asked))
        change = _compared(office(), file, verdicts)
        found = scores.of(verdicts)
        if as_json:
            report.print_json(version, verdicts, found, change)
        else:
            report.show(file, verdicts, found, change)
        if found[scores.ALL].share < at_least:
            raise typer.Exit(WRONG)


async def _played(
    stage: Callable[[], AbstractAsyncContextManager[Stage]], asked: Sequence[Asked]
) -> tuple[str, list[Verdict]]:
    """Ask everything under a progress bar; it shows on a terminal alone."""
    console = Console(stderr=True)
    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[wrong]} wrong"),
        console=console,
        disable=not console.is_terminal,
        transient=True,
    )
    wrong = 0
    with bar:
        task = bar.add_task("opening", total=len(asked), wrong=0)
        async with stage() as opened:
            bar.update(task, description="asking")

            def heard(verdict: Verdict) -> None:
                nonlocal wrong
                wrong += not verdict.is_right
                bar.update(task, advance=1, wrong=wrong)

            return opened.version, await play.all_of(opened, asked, heard)


def _compared(office: Office, file: Path, verdicts: Sequence[Verdict]) -> scores.Change | None:
    """Compare with the run before, and keep this one in its place."""
    try:
        last = office.db.read(lambda c: scores.find_last(c, file))
        now = office.clock.now()
        office.db.write_now(lambda c: scores.keep(c, now, file, verdicts))
    finally:
        office.close()
    return scores.against(last, verdicts) if last else None
