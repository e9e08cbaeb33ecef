"""Plays a recorded dialogue against basic mode, and judges what it did to the rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import sqlalchemy as sa

from appliance.contacts import identities
from appliance.conversation.tables import tickets
from tests.evals.house import say
from tests.evals.tau2.collection import Dialogue, Rows
from tests.evals.tau2.contact import Contact
from tests.evals.tau2.domains import domain
from tests.evals.tau2.shop import Shop

_MOST_TURNS = 25
_KEYS = {"order_id": "orders", "reservation_id": "reservations"}
_OF_USERS = {"address"}
"""What of a customer's row is judged: balances follow from what was done to orders."""


@dataclass(slots=True)
class Verdict:
    """How a dialogue ended."""

    id: str
    domain: str
    has_writes: bool
    reached: bool = False
    writes: int = 0
    wrong_writes: list[str] = field(default_factory=list)
    needless_hand_over: bool = False
    missed_hand_over: bool = False
    asked_again: int = 0
    transcript: list[tuple[str, str]] = field(default_factory=list)


async def play(shop: Shop, dialogue: Dialogue, *, blindly: bool = False) -> Verdict:
    """Play one dialogue as a new contact, on untouched rows."""
    shop.service.reset()
    wanted, wants_person = gold_rows(dialogue), "Transfer successful" in dialogue.results
    contact = Contact(dialogue, wanted, wants_person)
    verdict = Verdict(dialogue.id, dialogue.domain, bool(wanted))
    visitor = f"{'blind' if blindly else 'play'}-{dialogue.id}"
    replies: list[str] = []
    for line in (contact.blind_lines if blindly else contact.lines)(replies):
        verdict.transcript.append(("contact", line))
        told = await say(shop.house, visitor, line)
        replies.append("\n\n".join(message.text for message in told))
        verdict.transcript.append(("bot", replies[-1]))
        if len(replies) >= _MOST_TURNS or _tickets(shop, visitor):
            break
    _judge(shop, verdict, wanted)
    verdict.asked_again = contact.asked_again
    handed_over = bool(_tickets(shop, visitor))
    verdict.needless_hand_over = handed_over and not wants_person
    verdict.missed_hand_over = wants_person and not handed_over
    verdict.reached = verdict.reached and not verdict.missed_hand_over
    return verdict


def gold_rows(dialogue: Dialogue) -> Rows:
    """Give the rows the recorded agent changed, as they were in the end."""
    last: Rows = {}
    for result in dialogue.results:
        if isinstance(result, dict) and (place := _place(result)):
            last[place] = _today(result)
    untouched = _untouched(dialogue.domain)
    return {
        place: row
        for place, row in last.items()
        if any(_differs(untouched[place], name, value) for name, value in _judged(place, row))
    }


def _place(result: Mapping[str, Any]) -> tuple[str, str] | None:
    """Say which row a tool showed; customers are shown without their id."""
    for name, kind in _KEYS.items():
        if name in result:
            return kind, str(result[name])
    if "email" in result:
        return "users", str(result["email"])
    return None


def _today(row: Mapping[str, Any]) -> dict[str, Any]:
    """Call what tau-bench calls a province a state, as tau2 does."""
    address = row.get("address")
    if not isinstance(address, dict) or "province" not in address:
        return dict(row)
    others = {name: value for name, value in address.items() if name != "province"}
    return {**row, "address": {**others, "state": address["province"]}}


@cache
def _untouched(of: str) -> Rows:
    """Give a domain's rows as they are at first; customers stand under their e-mail address."""
    rows = domain(of).fresh().db.model_dump()
    return {
        (kind, row["email"] if kind == "users" else row_id): row
        for kind, held in rows.items()
        for row_id, row in held.items()
    }


def _judged(place: tuple[str, str], row: Mapping[str, Any]) -> list[tuple[str, Any]]:
    kind, _ = place
    return [(name, row[name]) for name in row if kind != "users" or name in _OF_USERS]


def _differs(row: Mapping[str, Any], name: str, value: Any) -> bool:
    return bool(row.get(name) != value)


def _judge(shop: Shop, verdict: Verdict, wanted: Rows) -> None:
    """Hold what was changed against what was wanted, field by field."""
    untouched = _untouched(verdict.domain)
    changed = {
        (kind, row["email"] if kind == "users" else row_id): row
        for (kind, row_id), row in shop.service.changed().items()
    }
    for place, row in changed.items():
        gold = wanted.get(place, {})
        first = untouched.get(place, {})
        for name, value in _judged(place, row):
            if _differs(first, name, value) and (place not in wanted or gold.get(name) != value):
                verdict.wrong_writes.append(f"{place[1]}.{name} = {value!r}")
    verdict.writes = len(shop.service.done)
    verdict.reached = not verdict.wrong_writes and all(
        not _differs(changed.get(place, untouched[place]), name, value)
        for place, row in wanted.items()
        for name, value in _judged(place, row)
    )


def _tickets(shop: Shop, visitor: str) -> list[Any]:
    house = shop.house
    contact = house.db.read(
        lambda c: identities.find(c, house.keyring, kind="visitor", value=visitor)
    )
    query = sa.select(tickets.c.id).where(tickets.c.contact_id == contact)
    return house.db.read(lambda c: list(c.execute(query)))
