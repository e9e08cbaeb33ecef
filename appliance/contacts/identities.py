"""Finding the contact behind an identity, and keeping what contacts say of themselves."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from appliance.contacts import normal, records
from appliance.contacts.values import Card
from appliance.core import errors, ids
from appliance.core.crypto import Keyring
from appliance.core.safe_text import one_line
from appliance.core.store.database import Connection

_LONGEST_NAME = 200
_CALLS = "phone"


def find(
    connection: Connection, keyring: Keyring, *, kind: str, value: str, region: str = "US"
) -> str | None:
    """Find the contact of an identity."""
    known_as = normal.identity(kind, value, region=region)
    return records.find_by_identity(connection, kind=kind, blind=keyring.blind(kind, known_as))


def find_or_make(
    connection: Connection,
    keyring: Keyring,
    now: datetime,
    *,
    kind: str,
    value: str,
    channel: str,
    region: str = "US",
    also: Sequence[tuple[str, str]] = (),
) -> str:
    """Give the id of the contact this identity belongs to, making a new contact for a new one.

    `also` are further identities (kind, value) the channel vouches for: the first that is known
    tells the contact, and those that nobody has are added to it. A number known from a call is from
    then on an address of the first channel on which its owner writes.
    """
    names = [
        (each, normal.identity(each, named, region=region))
        for each, named in dict.fromkeys([(kind, value), *also])
    ]
    found = [
        records.find_with_channel(connection, kind=each, blind=keyring.blind(each, known_as))
        for each, known_as in names
    ]
    contact_id = next((each[0] for each in found if each is not None), None)
    if contact_id is None:
        contact_id = ids.new_id()
        records.add_contact(connection, contact_id=contact_id, channel=channel, now=now)
    else:
        records.seen(connection, contact_id=contact_id, now=now)
    for (each, known_as), owner in zip(names, found, strict=True):
        if owner is None:
            _add(connection, keyring, now, contact_id, each, known_as, channel)
        elif owner[0] == contact_id and owner[1] == _CALLS and channel != _CALLS:
            blind = keyring.blind(each, known_as)
            records.move_identity(connection, kind=each, blind=blind, channel=channel)
    return contact_id


def add(
    connection: Connection,
    keyring: Keyring,
    now: datetime,
    contact_id: str,
    *,
    kind: str,
    value: str,
    channel: str,
    region: str = "US",
) -> None:
    """Give a contact one more identity; one that somebody has already stays theirs."""
    known_as = normal.identity(kind, value, region=region)
    blind = keyring.blind(kind, known_as)
    if records.find_by_identity(connection, kind=kind, blind=blind) is None:
        _add(connection, keyring, now, contact_id, kind, known_as, channel)


def on_channel(
    connection: Connection, keyring: Keyring, contact_id: str, channel: str
) -> list[tuple[str, str]]:
    """List what a channel knows a contact by (kind, value), newest first, phone numbers before all.

    A provider may refuse its own opaque ids for some sends, never a phone number.
    """
    found = [
        (row.kind, keyring.open("identities|value", row.id, row.value))
        for row in records.identities_on(connection, contact_id, channel)
    ]
    return sorted(found, key=lambda each: each[0] != "phone")


def with_phone(connection: Connection, keyring: Keyring, number: str) -> list[str]:
    """List the contacts who call from a number (E.164) or have named it as theirs."""
    return records.with_phone(connection, keyring.blind("phone", number))


def _add(
    connection: Connection,
    keyring: Keyring,
    now: datetime,
    contact_id: str,
    kind: str,
    known_as: str,
    channel: str,
) -> None:
    identity_id = ids.new_id()
    records.add_identity(
        connection,
        identity_id=identity_id,
        contact_id=contact_id,
        kind=kind,
        channel=channel,
        value=keyring.seal("identities|value", identity_id, known_as),
        blind=keyring.blind(kind, known_as),
        now=now,
    )


def card(connection: Connection, keyring: Keyring, contact_id: str) -> Card:
    """Give what is known of a contact; what they said goes before what their channel shows.

    Raises:
        NotFound: there is no such contact.
    """
    row = records.find_contact(connection, contact_id)
    if row is None:
        raise errors.NotFound(f"There is no contact {contact_id}. Look it up again by its channel.")

    def opened(column: str, sealed: bytes | None) -> str | None:
        return keyring.open(f"contacts|{column}", contact_id, sealed) if sealed else None

    shown = {
        identity.kind: keyring.open("identities|value", identity.id, identity.value)
        for identity in records.identities_of(connection, contact_id)
        if identity.kind in {"email", "phone"}
    }
    return Card(
        name=opened("name", row.name),
        email=opened("email", row.email) or shown.get("email"),
        phone=opened("phone", row.phone) or shown.get("phone"),
        company=opened("company", row.company),
    )


def save_card(
    connection: Connection,
    keyring: Keyring,
    now: datetime,
    contact_id: str,
    *,
    name: str | None = None,
    email: str | None = None,
    phone: str | None = None,
    company: str | None = None,
    region: str = "US",
) -> Card:
    """Add to what is known of a contact; None and blank leave a field as it is.

    A stated address is not an identity: whoever types somebody else's must not become them.

    Raises:
        Refused: the e-mail address or the phone number is none.
        NotFound: there is no such contact.
    """
    said = {
        "name": _tidy(name),
        "company": _tidy(company),
        "email": normal.email(email) if email and email.strip() else None,
        "phone": normal.phone(phone, region=region) if phone and phone.strip() else None,
    }
    changes: dict[str, bytes] = {}
    for column, value in said.items():
        if value:
            changes[column] = keyring.seal(f"contacts|{column}", contact_id, value)
            if column in {"email", "phone"}:
                changes[f"{column}_blind"] = keyring.blind(column, value)
    if changes:
        records.change_contact(connection, contact_id, changes)
    records.seen(connection, contact_id=contact_id, now=now)
    return card(connection, keyring, contact_id)


def _tidy(text: str | None) -> str | None:
    """Names are one line of readable text, whatever was typed."""
    return one_line(text)[:_LONGEST_NAME] or None if text else None
