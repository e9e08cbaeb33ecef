"""A contact has one lead, and what they say later completes it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from appliance.contacts import identities
from appliance.contacts import tables as contact_tables
from appliance.core import errors
from appliance.core.clock import SystemClock
from appliance.core.crypto import Keyring
from appliance.core.store.columns import metadata
from appliance.core.store.database import Database
from appliance.services.crm import port, tables
from appliance.toolkit import ports

NOW = datetime(2026, 11, 16, 15, tzinfo=UTC)
KEYRING = Keyring(b"k" * 32)


@pytest.fixture
def store(tmp_path):
    made = Database(tmp_path / "core.db")
    rooms = [tables.leads, contact_tables.contacts, contact_tables.identities]
    made.write_now(lambda c: metadata.create_all(c, tables=rooms))
    yield made
    made.close()


def leads_of(store, visitor="v-1"):
    contact = store.write_now(
        lambda c: identities.find_or_make(
            c, KEYRING, NOW, kind="visitor", value=visitor, channel="web_chat"
        )
    )

    async def once(part, unit):
        return await store.write(unit)

    return port.BuiltInLeads(
        db=store, keyring=KEYRING, clock=SystemClock(NOW), contact_id=contact, region="US",
        once=once,
    )  # fmt: skip


def save(leads: ports.Leads, name="Ann", email=None, phone=None, *, company=None, interest=None):
    return leads.save(name=name, email=email, phone=phone, company=company, interest=interest)


def stored(store):
    columns = ("name", "email", "phone", "company", "interest")
    rows = store.read(
        lambda c: c.exec_driver_sql(f"SELECT id, {', '.join(columns)} FROM leads").all()
    )
    return [
        [
            value and KEYRING.open(f"leads|{column}", row[0], value)
            for column, value in zip(columns, row[1:], strict=True)
        ]
        for row in rows
    ]


async def test_what_is_said_later_completes_the_same_lead(store):
    first = await save(leads_of(store), email="Ann@Example.com", interest="Premium")

    again = await save(leads_of(store), name="Ann Lee", phone="617 555 0142")

    assert (first.is_new, again.is_new) == (True, False)
    assert again.reference == first.reference
    assert stored(store) == [["Ann Lee", "ann@example.com", "+16175550142", None, "Premium"]]


async def test_each_contact_has_a_lead_of_their_own(store):
    await save(leads_of(store), email="ann@example.com")

    other = await save(leads_of(store, "v-2"), name="Bob", email="ann@example.com")

    assert other.is_new
    assert len(stored(store)) == 2


async def test_the_lead_fills_in_the_card_and_renames_nobody(store):
    leads = leads_of(store)
    store.write_now(lambda c: identities.save_card(c, KEYRING, NOW, leads.contact_id, name="Ann"))

    await save(leads, name="Bob", email="ann@example.com", company="Lee & Co")

    card = store.read(lambda c: identities.card(c, KEYRING, leads.contact_id))
    assert (card.name, card.email, card.company) == ("Ann", "ann@example.com", "Lee & Co")


@pytest.mark.parametrize("wrong", [{"email": "ann at example"}, {"phone": "12"}])
async def test_a_wrong_address_or_number_leaves_nothing(store, wrong):
    with pytest.raises(errors.Refused):
        await save(leads_of(store), **wrong)

    assert stored(store) == []


async def test_the_file_shows_no_lead(store, tmp_path):
    await save(leads_of(store), name="Ann Lee", email="ann@example.com", interest="Premium seats")
    store.close()

    kept = b"".join(path.read_bytes() for path in tmp_path.iterdir())

    for secret in (b"Ann Lee", b"ann@example", b"Premium seats"):
        assert secret not in kept
