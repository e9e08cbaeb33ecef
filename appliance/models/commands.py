"""`appliance costs`: what language models cost, by day and model."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from decimal import Decimal
from typing import Annotated, Any, Protocol
from zoneinfo import ZoneInfo

import typer
from rich.console import Console
from rich.table import Table

from appliance.core.clock import Clock
from appliance.core.safe_text import one_line
from appliance.core.store.database import Database
from appliance.models import ledger, records


class Office(Protocol):
    """What the command works on: the open store."""

    @property
    def db(self) -> Database: ...
    @property
    def clock(self) -> Clock: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A day's calls of one model. `cost` is the known part; `unknown` calls have no price."""

    day: str
    provider: str
    model: str
    calls: int
    failed: int
    tokens_in: int
    tokens_cached: int
    tokens_out: int
    estimated: int
    cost: str
    currency: str
    unknown: int


def mount(app: typer.Typer, office: Callable[[], Office], zone: Callable[[Any], ZoneInfo]) -> None:
    """Add `appliance costs`; `zone` gives the company's zone for an open office."""

    @app.command()
    def costs(
        *,
        days: Annotated[int, typer.Option(min=1, max=3660, help="How many days, today too.")] = 7,
        as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    ) -> None:
        """Print what language models were asked and cost, by day and model.

        Example: appliance costs --days 30 --json
        """
        here = office()
        local = zone(here)
        today = here.clock.now().astimezone(local).date()
        since = datetime.combine(today - timedelta(days=days - 1), time(), local)
        lines = by_day(here.db.read(lambda c: records.since(c, since)), local)
        if as_json:
            typer.echo(json.dumps([_as_json(line) for line in lines], indent=2))
            return
        _print(lines)


def by_day(rows: Sequence[Any], zone: ZoneInfo) -> list[Line]:
    """Add calls up by day, model and currency."""
    groups: dict[tuple[str, str, str, str], list[Any]] = {}
    for row in rows:
        day = row.at.astimezone(zone).date().isoformat()
        groups.setdefault((day, row.provider, row.model, row.currency), []).append(row)
    return [
        Line(
            day=day,
            provider=provider,
            model=model,
            calls=len(group),
            failed=sum(row.outcome != "answered" for row in group),
            tokens_in=sum(row.tokens_in for row in group),
            tokens_cached=sum(row.tokens_cached for row in group),
            tokens_out=sum(row.tokens_out for row in group),
            estimated=sum(row.is_estimate for row in group),
            cost=_money(sum(row.cost_nanos or 0 for row in group)),
            currency=currency,
            unknown=sum(row.cost_nanos is None for row in group),
        )
        for (day, provider, model, currency), group in sorted(groups.items())
    ]


def _money(nanos: int) -> str:
    cost = ledger.money(nanos)
    return f"{cost.quantize(Decimal('0.0001')):f}"


def _as_json(line: Line) -> dict[str, Any]:
    return {name: getattr(line, name) for name in Line.__dataclass_fields__}


def _print(lines: Sequence[Line]) -> None:
    if not lines:
        typer.echo("No model was asked in these days.")
        return
    table = Table("day", "model", "calls", "failed", "tokens in", "out", "cost")
    for line in lines:
        unknown = f" + {line.unknown} without a price" if line.unknown else ""
        about = "about " if line.estimated else ""
        table.add_row(
            line.day,
            one_line(f"{line.provider} {line.model}"),
            str(line.calls),
            str(line.failed),
            f"{about}{line.tokens_in}",
            f"{about}{line.tokens_out}",
            f"{line.cost} {line.currency}{unknown}",
        )
    Console().print(table)
