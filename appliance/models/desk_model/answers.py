"""Verbatim answers from the typed facts of the config."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from appliance.config.model import BotConfig, Price
from appliance.models.desk_model import opening, wording
from appliance.models.desk_model.slots import choices
from appliance.models.desk_model.slots.found import Context
from appliance.models.desk_model.turn import Turn


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
    """Answer about opening hours."""
    told = opening.told(text, config=config, turn=turn, context=context)
    return Said(told, ("Opening hours",))


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


def _holds(since: date | None, until: date | None, today: date) -> bool:
    return (since is None or since <= today) and (until is None or today <= until)
