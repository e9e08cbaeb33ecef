"""Leases: who may work on a thing, until when, across processes.

A lease is a row with a token and an expiry. Whoever holds the token may renew and release; whoever
comes later takes over after the expiry. A stale holder finds out when it commits: `holds` is asked
inside the same transaction as the work.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite import insert

from appliance.core import ids
from appliance.core.store.database import Connection
from appliance.core.store.tables import leases

_NEW = insert(leases)
_TAKE = _NEW.on_conflict_do_update(
    index_elements=[leases.c.name],
    set_={
        "token": _NEW.excluded.token,
        "holder": _NEW.excluded.holder,
        "expires_at": _NEW.excluded.expires_at,
    },
    where=sa.or_(
        leases.c.expires_at <= sa.bindparam("present", type_=leases.c.expires_at.type),
        leases.c.holder == _NEW.excluded.holder,
        # Nobody alive holds one for longer than this: the clock was set back since.
        leases.c.expires_at > _NEW.excluded.expires_at,
    ),
)
_RENEW = (
    leases.update()
    .where(leases.c.name == sa.bindparam("lease"), leases.c.token == sa.bindparam("held"))
    .values(expires_at=sa.bindparam("until", type_=leases.c.expires_at.type))
)
_HOLDS = sa.select(sa.literal(1)).where(
    leases.c.name == sa.bindparam("lease"), leases.c.token == sa.bindparam("held")
)
_RELEASE = leases.delete().where(
    leases.c.name == sa.bindparam("lease"), leases.c.token == sa.bindparam("held")
)


def take(
    connection: Connection, now: datetime, name: str, *, holder: str, for_s: float
) -> str | None:
    """Take a free or expired lease; gives its token, or None where somebody else holds it.

    A holder may take its own lease again: it died since, or gave up. Its old token is void then.
    """
    token = ids.new_id()
    taken = connection.execute(
        _TAKE,
        {
            "name": name,
            "token": token,
            "holder": holder,
            "expires_at": now + timedelta(seconds=for_s),
            "present": now,
        },
    )
    return token if taken.rowcount else None


def renew(connection: Connection, now: datetime, name: str, token: str, *, for_s: float) -> bool:
    """Hold on for longer; False where the lease was lost."""
    until = now + timedelta(seconds=for_s)
    done = connection.execute(_RENEW, {"lease": name, "held": token, "until": until})
    return done.rowcount > 0


def holds(connection: Connection, name: str, token: str) -> bool:
    """Tell whether this token still holds the lease."""
    found = connection.execute(_HOLDS, {"lease": name, "held": token}).first()
    return found is not None


def release(connection: Connection, name: str, token: str) -> bool:
    """Give a lease back; False, and nothing happens, where it was lost."""
    return connection.execute(_RELEASE, {"lease": name, "held": token}).rowcount > 0
