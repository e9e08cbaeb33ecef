"""Verbatim answers from the typed facts of the config."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta

from appliance.config.model import BotConfig, Price, Span
from appliance.models.desk_model import wording
from appliance.models.desk_model.slots import choices, days
from appliance.models.desk_model.slots.found import Context
from appliance.models.desk_model.turn import Turn

_WEEK = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True, slots=True)
class Said:
    """An answer and what it rests on."""

    text: str
    citations: tuple[str, ...] = ()
    quick_replies: tuple[str, ...] = ()


def fact(name: str, text: str, *, config: BotConfig, turn: Turn, context: Context) -> Said | None:
    """Answer from a typed fact; None when the config does not hold it."""
    if name == "hours":
        return hours(text, config=config, turn=turn, context=context)
    if name == "address":
        where = config.facts.address
        return Said(wording.address(config.client.name, where), ("Address",)) if where else None
    if name == "contact":
        return _contact(config)
    if name == "departments":
        names = tuple(one.name for one in config.departments)
        return Said(wording.departments(names), ("Departments",), names[:4]) if names else None
    return products(text, config=config, turn=turn, context=context)


def policy(key: str, *, config: BotConfig, turn: Turn) -> Said | None:
    """Quote a policy word for word; None when it does not hold today."""
    for one in config.facts.policies:
        if one.id == key and _holds(one.valid_from, one.valid_until, turn.today):
            return Said(one.text, (one.title,))
    return None


def hours(text: str, *, config: BotConfig, turn: Turn, context: Context) -> Said:
    """Answer about opening hours: now, a day, several days, or the week."""
    found = [one for one in days.find(text, context) if one.value is not None]
    lines = [_on(date.fromisoformat(str(one.value)), config, turn) for one in found[:3]]
    if not found and re.search(
        r"\b(?:now|right now|currently|at the moment|still open)\b", text, re.I
    ):
        lines.append(_now(turn))
    if re.search(r"\bweek-?ends?\b", text, re.I) and not found:
        lines += [_on(_coming(turn.today, weekday), config, turn) for weekday in (5, 6)]
    if not lines or (found and not re.search(r"\btoday\b", text, re.I) and len(found) < 2):
        lines.append(wording.usual_hours(_week(config), _zone(turn)))
    return Said(" ".join(dict.fromkeys(lines)), ("Opening hours",))


def products(text: str, *, config: BotConfig, turn: Turn, context: Context) -> Said | None:
    """Describe the products named in the text, or list all with their prices."""
    sold = [p for p in config.facts.prices if _holds(p.valid_from, p.valid_until, turn.today)]
    if not sold:
        return None
    named = {str(one.value) for one in choices.products(text, context.products)}
    chosen = [price for price in sold if price.name in named]
    if chosen:
        told = [f"{one.description} {price_line(one, config)}." for one in chosen]
        return Said(" ".join(told), tuple(one.name for one in chosen))
    lines = [price_line(one, config) for one in sold]
    return Said(wording.products(lines), ("Price list",), tuple(p.name for p in sold[:4]))


def price_lines(config: BotConfig, turn: Turn) -> list[str]:
    """Word every price that holds today."""
    return [
        price_line(one, config)
        for one in config.facts.prices
        if _holds(one.valid_from, one.valid_until, turn.today)
    ]


def price_line(price: Price, config: BotConfig) -> str:
    """Word one list price."""
    currency = price.currency or config.client.currency
    return wording.price_line(
        price.name, wording.money(price.price, currency), price.per, price.period
    )


def spans(given: Sequence[tuple[time, time]]) -> str:
    """Word opening hours: from 9:00 am to 5:00 pm."""
    return wording.listed(
        [f"from {wording.clock(opens)} to {wording.clock(closes)}" for opens, closes in given],
        "and",
    )


def _contact(config: BotConfig) -> Said | None:
    facts = config.facts
    ways = [
        *([f"by phone at {_grouped(facts.phone)}"] if facts.phone else []),
        *([f"by e-mail at {facts.email}"] if facts.email else []),
        *([f"on {facts.website}"] if facts.website else []),
    ]
    return Said(wording.contact(ways), ("Contact",)) if ways else None


def _grouped(phone: str) -> str:
    if match := re.fullmatch(r"\+1(\d{3})(\d{3})(\d{4})", phone):
        return f"+1 {match[1]}-{match[2]}-{match[3]}"
    return phone


def _on(on: date, config: BotConfig, turn: Turn) -> str:
    known = turn.open_days.get(on)
    given = known if known is not None else _usual(config, on.weekday())
    told = wording.hours_on(wording.day(on), spans(given))
    if on == turn.today and turn.open_now:
        return f"{wording.OPEN_NOW} {told}"
    return told


def _now(turn: Turn) -> str:
    if turn.open_now:
        today = turn.open_days.get(turn.today, ())
        return f"{wording.OPEN_NOW} {wording.hours_on(wording.day(turn.today), spans(today))}"
    for on in turn.next_open(most=2):
        opens = next(
            (o for o, _ in turn.open_days[on] if on > turn.today or o > turn.now.time()), None
        )
        if opens is not None:
            again = wording.opens_next(wording.day(on), wording.clock(opens))
            return f"{wording.CLOSED_NOW} {again}"
    return wording.CLOSED_NOW


def _coming(today: date, weekday: int) -> date:
    return today + timedelta(days=(weekday - today.weekday()) % 7)


def _usual(config: BotConfig, weekday: int) -> list[tuple[time, time]]:
    given: list[Span] = getattr(config.calendar.week, _WEEK[weekday])
    return [(span.opens, span.closes) for span in given]


def _week(config: BotConfig) -> list[str]:
    """Word the week, days with the same hours together: Monday to Friday from ... to ..."""
    runs: list[tuple[int, int, str]] = []
    for weekday in range(7):
        told = spans(_usual(config, weekday))
        if runs and runs[-1][2] == told:
            runs[-1] = (runs[-1][0], weekday, told)
        else:
            runs.append((weekday, weekday, told))
    return [
        f"{wording.weekday(first)}{'' if first == last else f' to {wording.weekday(last)}'} {told}"
        for first, last, told in runs
        if told
    ]


def _zone(turn: Turn) -> str:
    return turn.zone.rpartition("/")[2].replace("_", " ")


def _holds(since: date | None, until: date | None, today: date) -> bool:
    return (since is None or since <= today) and (until is None or today <= until)
