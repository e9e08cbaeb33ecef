"""Who did what: an append-only, hash-chained record.

Triggers refuse UPDATE and DELETE; each row's digest covers the row and the digest before it, so a
changed or missing row is found by `verify`.
"""

from __future__ import annotations

import hashlib
import json
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from appliance.core.store.database import Connection
from appliance.core.store.tables import audit

_INSERT = audit.insert()
_LAST = sa.select(audit.c.digest).order_by(audit.c.id.desc()).limit(1)
_ALL = sa.select(audit).order_by(audit.c.id)


def record(connection: Connection, now: datetime, who: str, what: str, **about: Any) -> None:
    """Append a row in the caller's transaction. `about` holds ids and names, no customer's data."""
    before = connection.execute(_LAST).scalar() or ""
    row = {"who": who, "what": what, "about": about, "at": now}
    connection.execute(_INSERT, {**row, "digest": _digest(before, who, what, about, now)})


def verify(connection: Connection) -> int | None:
    """Walk the chain; gives the id of the first row that does not fit, or None."""
    before = ""
    for row in connection.execute(_ALL):
        if row.digest != _digest(before, row.who, row.what, row.about, row.at):
            return int(row.id)
        before = row.digest
    return None


def _digest(before: str, who: str, what: str, about: dict[str, Any], at: datetime) -> str:
    line = json.dumps([before, who, what, about, at.isoformat()], sort_keys=True)
    return hashlib.sha256(line.encode()).hexdigest()
