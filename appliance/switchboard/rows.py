"""The rows of calls that no bot holds: of those that were never taken, and while one is missing."""

from __future__ import annotations

from datetime import timedelta

from appliance.assembly.office import Office
from appliance.config import versions
from appliance.connectors.messages import Identity
from appliance.connectors.phone.rooms import CallRoom
from appliance.contacts import identities
from appliance.core.clock import SystemClock
from appliance.core.store.database import Connection
from appliance.services.calls import records as calls
from appliance.services.calls import turned_away
from appliance.services.calls.turned_away import Untaken

# A caller who waits is counted as there for so long after each look.
_STAYS_S = 6.0


async def record(office: Office, call: CallRoom, why: Untaken) -> None:
    """Keep a call that no bot took.

    Raises:
        Unavailable: the store cannot be written.
    """
    now = office.clock.now()
    rang_s = max(SystemClock().now().timestamp() - call.began_at / 1000, 0.0)
    await office.db.write(
        lambda c: turned_away.record(
            c,
            office.keyring,
            now,
            caller=_caller(call),
            called=call.called,
            kind="sip" if call.is_telephone else "web",
            rang_s=rang_s,
            why=why,
            region=_region(office),
        )
    )


async def keep(office: Office, call: CallRoom) -> None:
    """Keep the row of a call that has lost its bot from being counted as over.

    Raises:
        Unavailable: the store cannot be written.
    """
    caller, until = _caller(call), office.clock.now() + timedelta(seconds=_STAYS_S)

    region = _region(office)

    def unit(connection: Connection) -> None:
        contact_id = identities.find(
            connection, office.keyring, kind=caller.kind, value=caller.value, region=region
        )
        if contact_id is not None:
            calls.stays(connection, contact_id, until)

    await office.db.write(unit)


def _region(office: Office) -> str:
    config = versions.live(office.db)
    return config.client.region if config else "US"


def _caller(call: CallRoom) -> Identity:
    """Give who calls, as the worker has it."""
    if not call.is_telephone:
        return Identity("visitor", call.caller or call.name)
    if call.number:
        return Identity("phone", call.number)
    return Identity("visitor", f"call-{call.call_id or call.name}")
