"""Who wishes to be called: read from what contacts write and say, on every channel.

The latest word holds. A sentence that both asks and forbids forbids.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from appliance.contacts import identities
from appliance.conversation import records as messages
from appliance.conversation.values import Role
from appliance.core.crypto import Keyring
from appliance.core.store import events, notes
from appliance.core.store.database import Connection, Database
from appliance.services.dials import records

_SEEN = "call_wishes_seen"
_FORBIDS = re.compile(
    r"""
    \b(?:do\s+not|don['’]?t|never|stop|quit)\s+(?:ever\s+)?(?:call|phone|ring)(?:ing)?\s+
        (?:me|us|my|this\s+number|here|again|any\s?more)\b
    | \b(?:stop|quit)\s+(?:calling|phoning|ringing)\b
    | \bno\s+(?:more\s+)?(?:phone\s+|telephone\s+)?calls\b
    | \b(?:take|get)\s+(?:me|us|my\s+(?:phone\s+)?number)\s+off\s+(?:your|the|this)\b[\w\s]*\blist\b
    | \b(?:remove|delete)\s+my\s+(?:phone\s+|telephone\s+)?number\b
    | \bdo[\s-]not[\s-]call\s+list\b
    | \bno\s+(?:me|nos)\s+(?:vuelvan?\s+a\s+)?llam\w+
    | \bruf\w*\s+(?:sie\s+)?(?:mich|uns)\s+(?:bitte\s+)?(?:nicht|nie)\b
    | \bnicht\s+(?:mehr\s+)?an(?:zu)?rufen\b | \bkeine\s+anrufe\b
    | \bne\s+(?:me\s+|nous\s+|m['’])\s*(?:plus\s+)?(?:r?appel|téléphon)\w*
    """,
    re.IGNORECASE | re.VERBOSE,
)
_ASKS = re.compile(
    r"""
    \b(?:please|(?:can|could|would|will)\s+(?:you|someone|somebody)|you\s+(?:can|may))\s+
        (?:please\s+)?(?:call|phone|ring)\s+(?:me|us)\b
    | \b(?:call|phone|ring)\s+(?:me|us)\s+back\b
    | \bgive\s+(?:me|us)\s+a\s+(?:call|ring)\b
    | \bll[aá]m(?:e|a)(?:me|nos)\b | \bpueden?\s+llamar(?:me|nos)\b
    | \bruf\w*\s+(?:sie\s+)?(?:mich|uns)\s+(?:bitte\s+)?(?:zurück|an)\b
    | \br?appelez-(?:moi|nous)\b
    """,
    re.IGNORECASE | re.VERBOSE,
)


def read(words: str) -> bool | None:
    """Tell whether somebody asks to be called (True) or not to be (False); else None."""
    if _FORBIDS.search(words):
        return False
    return True if _ASKS.search(words) else None


@dataclass(frozen=True, slots=True)
class _Read:
    """What one look has found: from which event on, up to which, and the wishes in order."""

    begun: int
    seen: int
    wishes: tuple[tuple[str, bool], ...]


def take_in(db: Database, keyring: Keyring, now: datetime) -> None:
    """Read what contacts have said since the last look, and keep what they wish.

    The place up to which it was read is written with the wishes: nothing is passed over.
    """
    read_now = db.read(lambda connection: _look(connection, keyring))
    if read_now.seen != read_now.begun:
        db.write_now(lambda connection: _keep(connection, now, read_now))


def _look(connection: Connection, keyring: Keyring) -> _Read:
    begun = seen = int(notes.find(connection, _SEEN) or 0)
    wishes: list[tuple[str, bool]] = []
    while said := events.after(connection, seen):
        seen = said[-1].id
        for event in said:
            if event.kind != "message":
                continue
            message = messages.find_message(connection, keyring, str(event.about["message_id"]))
            if message is None or message.role is not Role.CONTACT:
                continue
            if (may_call := read(message.text)) is not None:
                wishes.append((message.contact_id, may_call))
    return _Read(begun, seen, tuple(wishes))


def _keep(connection: Connection, now: datetime, found: _Read) -> None:
    if int(notes.find(connection, _SEEN) or 0) != found.begun:
        return  # another process has read the same, and perhaps more: its word stands
    for contact_id, may_call in found.wishes:
        records.save_wish(connection, now, contact_id, may_call=may_call, said_by="contact")
    notes.put(connection, _SEEN, str(found.seen))


def refusal(
    connection: Connection, keyring: Keyring, *, contact_id: str, number: str, needs_consent: bool
) -> str | None:
    """Say why somebody is not to be called, as a code; None where nothing stands against it.

    Whoever shares the number is asked: of two, the one who said no is heard.
    """
    contacts = {contact_id, *identities.with_phone(connection, keyring, number)}
    said = records.wishes_of(connection, sorted(contacts))
    if False in said:
        return "forbidden"
    return "no_consent" if needs_consent and not said else None
