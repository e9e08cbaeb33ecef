"""Puts a caller through to a person: the caller's telephone is sent there (REFER)."""

from __future__ import annotations

from livekit import rtc
from livekit.agents import JobContext

from appliance.assembly.house import Appliance
from appliance.core import logs

_log = logs.get(__name__)


def person_of(house: Appliance) -> str | None:
    """Give the telephone of whoever takes callers now; None where nobody is there."""
    to = house.bots.the_live().config.voice.phone.transfer_to
    return to if house.open_now() else None


async def put_through(job: JobContext, caller: rtc.RemoteParticipant, to: str) -> bool:
    """Send the caller to a person; False where the line is busy or nobody takes it.

    LiveKit's bridge tells only once the other telephone has taken the call or refused it, so a
    caller whom nobody takes is still with us.
    """
    if caller.kind != rtc.ParticipantKind.PARTICIPANT_KIND_SIP:
        return False  # a browser cannot be sent to a telephone: the ticket waits
    try:
        await job.transfer_sip_participant(caller, to)
    except Exception as cause:  # noqa: BLE001 - whatever went wrong, the bot goes on with the call
        _log.warning("nobody took the caller", exc_info=cause)
        return False
    _log.info("a caller was put through")
    return True
