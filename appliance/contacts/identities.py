"""Finding the contact behind an identity, and keeping what contacts say of themselves."""

from __future__ import annotations

from datetime import datetime

from appliance.contacts import normal, records
from appliance.contacts.values import Card
from appliance.core import errors, ids
from appliance.core.crypto import Keyring
from appliance.core.safe_text import one_line
from appliance.core.store.database import Connection

_LONGEST_NAME = 200


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
) -> str:
    """Give the id of the contact this identity belongs to, making a new contact for a new one."""
    known_as = normal.identity(kind, value, region=region)
    blind = keyring.blind(kind, known_as)
    contact_id = records.find_by_identity(connection, kind=kind, blind=blind)
    if contact_id is not None:
        records.seen(connection, contact_id=contact_id, now=now)
        return contact_id
    contact_id = ids.new_id()
    records.add_contact(connection, contact_id=contact_id, channel=channel, now=now)
    identity_id = ids.new_id()
    records.add_identity(
        connection,
        identity_id=identity_id,
        contact_id=contact_id,
        kind=kind,
        channel=channel,
        value=keyring.seal("identities|value", identity_id, known_as),
        blind=blind,
        now=now,
    )
    return contact_id


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
