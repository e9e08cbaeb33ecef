"""The SQL of leads: sealed bytes in, sealed bytes out."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from appliance.core.store.database import Connection
from appliance.services.crm.tables import leads

_ADD = leads.insert()
_OF_CONTACT = sa.select(leads.c.id, leads.c.reference).where(
    leads.c.contact_id == sa.bindparam("contact")
)


def find_of_contact(connection: Connection, contact_id: str) -> tuple[str, str] | None:
    """Find id and reference of a contact's lead."""
    row = connection.execute(_OF_CONTACT, {"contact": contact_id}).first()
    return (row.id, row.reference) if row else None


def add(
    connection: Connection,
    *,
    lead_id: str,
    reference: str,
    contact_id: str,
    said: dict[str, bytes],
    now: datetime,
) -> None:
    """Record a new lead; `said` are its sealed columns by name."""
    connection.execute(
        _ADD,
        {
            "id": lead_id,
            "reference": reference,
            "contact_id": contact_id,
            "stage": "new",
            "created_at": now,
            "updated_at": now,
            **said,
        },
    )


def complete(
    connection: Connection, *, lead_id: str, said: dict[str, bytes], now: datetime
) -> None:
    """Replace what was said anew; `said` are sealed columns by name."""
    connection.execute(leads.update().where(leads.c.id == lead_id).values(updated_at=now, **said))
