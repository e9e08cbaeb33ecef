"""The SQL of contacts: sealed bytes in, sealed bytes out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite import insert

from appliance.contacts.tables import contacts, identities, survey_answers
from appliance.core.store.database import Connection

_INSERT_CONTACT = contacts.insert()
_INSERT_IDENTITY = identities.insert()
_FIND_IDENTITY = sa.select(identities.c.contact_id, identities.c.channel).where(
    identities.c.kind == sa.bindparam("kind"), identities.c.blind == sa.bindparam("blind")
)
_MOVE_IDENTITY = (
    identities.update()
    .where(
        identities.c.kind == sa.bindparam("of_kind"), identities.c.blind == sa.bindparam("of_blind")
    )
    .values(channel=sa.bindparam("to_channel"))
)
_SEEN = (
    contacts.update()
    .where(contacts.c.id == sa.bindparam("contact_id"))
    .values(last_seen_at=sa.bindparam("now"))
)
_CONTACT = sa.select(
    contacts.c.id, contacts.c.name, contacts.c.company, contacts.c.email, contacts.c.phone
).where(contacts.c.id == sa.bindparam("contact_id"))
_IDENTITIES = (
    sa.select(identities.c.id, identities.c.kind, identities.c.value)
    .where(identities.c.contact_id == sa.bindparam("contact_id"))
    .order_by(identities.c.created_at, identities.c.id)
)
_ON_CHANNEL = (
    sa.select(identities.c.id, identities.c.kind, identities.c.value)
    .where(
        identities.c.contact_id == sa.bindparam("contact_id"),
        identities.c.channel == sa.bindparam("on_channel"),
    )
    .order_by(identities.c.created_at.desc(), identities.c.id.desc())
)
_WITH_PHONE = sa.union(
    sa.select(identities.c.contact_id).where(
        identities.c.kind == "phone", identities.c.blind == sa.bindparam("number")
    ),
    sa.select(contacts.c.id).where(contacts.c.phone_blind == sa.bindparam("number")),
)
_ANSWERED = sa.select(survey_answers.c.question).where(
    survey_answers.c.contact_id == sa.bindparam("contact_id")
)
_ANSWER_ID = _ANSWERED.with_only_columns(survey_answers.c.id).where(
    survey_answers.c.question == sa.bindparam("question")
)
_ANSWER = insert(survey_answers)
_SAVE_ANSWER = _ANSWER.on_conflict_do_update(
    index_elements=["contact_id", "question"],
    set_={"answer": _ANSWER.excluded.answer, "at": _ANSWER.excluded.at},
)


@dataclass(frozen=True, slots=True)
class ContactRow:
    """A contact as stored: everything but the id is sealed."""

    id: str
    name: bytes | None
    company: bytes | None
    email: bytes | None
    phone: bytes | None


@dataclass(frozen=True, slots=True)
class IdentityRow:
    """An identity as stored; `value` is sealed."""

    id: str
    kind: str
    value: bytes


def add_contact(connection: Connection, *, contact_id: str, channel: str, now: datetime) -> None:
    """Record a contact nobody knows anything of yet."""
    connection.execute(
        _INSERT_CONTACT,
        {"id": contact_id, "source_channel": channel, "created_at": now, "last_seen_at": now},
    )


def add_identity(
    connection: Connection,
    *,
    identity_id: str,
    contact_id: str,
    kind: str,
    channel: str,
    value: bytes,
    blind: bytes,
    now: datetime,
) -> None:
    """Record that this identity is this contact's."""
    connection.execute(
        _INSERT_IDENTITY,
        {
            "id": identity_id,
            "contact_id": contact_id,
            "kind": kind,
            "channel": channel,
            "value": value,
            "blind": blind,
            "created_at": now,
        },
    )


def find_by_identity(connection: Connection, *, kind: str, blind: bytes) -> str | None:
    """Find the id of the contact an identity belongs to."""
    return connection.execute(_FIND_IDENTITY, {"kind": kind, "blind": blind}).scalar()


def find_with_channel(connection: Connection, *, kind: str, blind: bytes) -> tuple[str, str] | None:
    """Find the id of the contact an identity belongs to, and the channel that knows it."""
    row = connection.execute(_FIND_IDENTITY, {"kind": kind, "blind": blind}).first()
    return (row.contact_id, row.channel) if row else None


def move_identity(connection: Connection, *, kind: str, blind: bytes, channel: str) -> None:
    """Record that another channel knows an identity."""
    moved = {"of_kind": kind, "of_blind": blind, "to_channel": channel}
    connection.execute(_MOVE_IDENTITY, moved)


def seen(connection: Connection, *, contact_id: str, now: datetime) -> None:
    """Note when the contact was last heard of."""
    connection.execute(_SEEN, {"contact_id": contact_id, "now": now})


def find_contact(connection: Connection, contact_id: str) -> ContactRow | None:
    """Find a contact by id."""
    row = connection.execute(_CONTACT, {"contact_id": contact_id}).first()
    return ContactRow(*row) if row else None


def identities_of(connection: Connection, contact_id: str) -> list[IdentityRow]:
    """List a contact's identities, oldest first."""
    rows = connection.execute(_IDENTITIES, {"contact_id": contact_id})
    return [IdentityRow(*row) for row in rows]


def identities_on(connection: Connection, contact_id: str, channel: str) -> list[IdentityRow]:
    """List what a channel knows a contact by, newest first."""
    rows = connection.execute(_ON_CHANNEL, {"contact_id": contact_id, "on_channel": channel})
    return [IdentityRow(*row) for row in rows]


def with_phone(connection: Connection, blind: bytes) -> list[str]:
    """List the contacts who call from a number or have named it as theirs."""
    return list(connection.execute(_WITH_PHONE, {"number": blind}).scalars())


def change_contact(connection: Connection, contact_id: str, changes: dict[str, bytes]) -> None:
    """Replace sealed columns of a contact, by column name."""
    connection.execute(contacts.update().where(contacts.c.id == contact_id).values(**changes))


def answered(connection: Connection, contact_id: str) -> set[str]:
    """Give the survey questions this contact has answered, by their words."""
    return set(connection.execute(_ANSWERED, {"contact_id": contact_id}).scalars())


def find_answer(connection: Connection, *, contact_id: str, question: str) -> str | None:
    """Find the id of the contact's answer to a question."""
    found = connection.execute(_ANSWER_ID, {"contact_id": contact_id, "question": question})
    return found.scalar()


def save_answer(
    connection: Connection,
    *,
    answer_id: str,
    contact_id: str,
    number: int,
    question: str,
    answer: bytes,
    now: datetime,
) -> None:
    """Record an answer; a later answer to the same question replaces the earlier one."""
    connection.execute(
        _SAVE_ANSWER,
        {
            "id": answer_id,
            "contact_id": contact_id,
            "number": number,
            "question": question,
            "answer": answer,
            "at": now,
        },
    )
