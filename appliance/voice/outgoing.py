"""A call that we make: whom we have called and why, and what the row is told of it."""

from __future__ import annotations

from dataclasses import replace

from appliance.assembly.house import Appliance
from appliance.services.dials import port
from appliance.voice import wording
from appliance.voice.values import IncomingCall


def of_dial(house: Appliance, call: IncomingCall, dial_id: str) -> IncomingCall:
    """Give what we know of a call that we make."""
    dial = house.db.read(lambda c: port.find(c, house.keyring, dial_id))
    if dial is None:
        return call
    company = house.bots.the_live().config.client.name
    return replace(
        call,
        direction="outbound",
        caller=dial.number,
        dial_id=dial_id,
        opening=wording.WE_CALL.format(company=company, reason=dial.reason),
    )


async def answered(house: Appliance, call: IncomingCall) -> None:
    """Keep that they have answered."""
    if (dial_id := call.dial_id) is not None:
        await house.db.write(lambda c: port.answered(c, house.clock.now(), dial_id))


async def told(house: Appliance, call: IncomingCall) -> None:
    """Keep that they have heard why we call."""
    if (dial_id := call.dial_id) is not None:
        await house.db.write(lambda c: port.told(c, dial_id))
