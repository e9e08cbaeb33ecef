"""Who a WhatsApp message is from or to: a phone number, a user id, or both."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from appliance.connectors import loose
from appliance.connectors.messages import Identity
from appliance.core.safe_text import one_line


@dataclass(frozen=True, slots=True)
class Sender:
    """Who sent a message: the identity to answer to, others, and the name they show."""

    first: Identity
    also: tuple[Identity, ...]
    name: str | None


@dataclass(frozen=True, slots=True)
class Contacts:
    """The contacts array of a value; its order says nothing about whose message is whose."""

    entries: list[Mapping[str, object]]

    def sender(self, item: loose.Thing) -> Sender | None:
        """Give who sent a message. People with a username come without a phone number."""
        number, user = phone(item.get("from")), bsuid(item.get("from_user_id"))
        if number is None:
            user = user or bsuid(item.get("from"))
        entry = next((entry for entry in self.entries if _is(entry, number, user)), {})
        number = number or phone(entry.get("wa_id"))
        user = user or bsuid(entry.get("user_id"))
        known = [identity for identity in (number, user) if identity]
        if not known:
            return None
        profile = loose.thing(entry.get("profile"))
        name = loose.name(profile.get("name")) or loose.name(profile.get("username"))
        return Sender(known[0], tuple(known[1:]), one_line(name, limit=200) or None)


def _is(entry: loose.Thing, number: Identity | None, user: Identity | None) -> bool:
    same_number = number is not None and phone(entry.get("wa_id")) == number
    return same_number or (user is not None and bsuid(entry.get("user_id")) == user)


def phone(value: object) -> Identity | None:
    """Read a WhatsApp id that is a phone number: digits, without the plus."""
    digits = loose.name(value).removeprefix("+")
    if not digits.isascii() or not digits.isdigit() or not 5 <= len(digits) <= 20:
        return None
    return Identity("phone", f"+{digits}")


def bsuid(value: object) -> Identity | None:
    """Read a user id: a country, a dot and a name, e.g. US.13491208655302741918."""
    known_as = loose.name(value)
    country, dot, rest = known_as.partition(".")
    if not dot or len(country) != 2 or not country.isalpha() or not rest:
        return None
    return Identity("bsuid", known_as) if known_as.isascii() and known_as.isprintable() else None
