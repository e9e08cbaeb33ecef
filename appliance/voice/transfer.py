"""Puts a caller through to a person: cold, their telephone is sent there (REFER)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from livekit import rtc
from livekit.agents import JobContext

from appliance.assembly.house import Appliance
from appliance.connectors.phone import outward
from appliance.connectors.phone.outward import Destination
from appliance.connectors.phone.prompts import RATE
from appliance.core import errors, logs

_log = logs.get(__name__)


class Handed(StrEnum):
    """What became of putting a caller through."""

    TAKEN = "taken"
    NOT_TAKEN = "not_taken"
    NOBODY = "nobody"
    """There is nobody to put them through to, so it was not tried."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Errand:
    """Why a caller is put through.

    Attributes:
        department: Which one they have asked for.
        announcement: Gives what the person hears before they decide, as sound.
        hold: Tells the caller to wait, before the person's telephone rings.
        still: Tells them that it rings on.
    """

    department: str | None
    announcement: Callable[[], Awaitable[Sequence[rtc.AudioFrame]]]
    hold: Callable[[], Awaitable[object]] | None = None
    still: Callable[[], Awaitable[object]] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """Where callers are put through to now. Warm: `warm` is called and asked first."""

    to: str
    ring_s: float
    warm: Destination | None


def way_of(house: Appliance, department: str | None = None) -> Way | None:
    """Give the way to whoever takes callers now; None where nobody is there."""
    config = house.bots.the_live().config
    phones = {each.id: each.phone for each in config.departments}
    to = phones.get(department or "") or config.voice.phone.transfer_to
    if to is None or not house.open_now():
        return None
    warm = None
    if config.voice.phone.transfer == "warm":
        try:
            warm = outward.destination(to, config.voice.trunk, secret=house.secret)
        except errors.Misconfigured as cause:
            _log.error("callers cannot be announced to a person", why=cause.sentence)
            return None
    return Way(to=to, ring_s=config.voice.phone.transfer_ring_s, warm=warm)


def frames(samples: bytes) -> list[rtc.AudioFrame]:
    """Cut a recording into frames of 20 ms."""
    size = RATE * 2 // 50
    parts = (samples[at : at + size].ljust(size, b"\0") for at in range(0, len(samples), size))
    return [rtc.AudioFrame(part, RATE, 1, size // 2) for part in parts]


async def put_through(job: JobContext, caller: rtc.RemoteParticipant, to: str) -> Handed:
    """Send the caller to a person.

    LiveKit's bridge tells only once the other telephone has taken the call or refused it, so a
    caller whom nobody takes is still with us.
    """
    if caller.kind != rtc.ParticipantKind.PARTICIPANT_KIND_SIP:
        return Handed.NOBODY  # a browser cannot be sent to a telephone: the ticket waits
    try:
        await job.transfer_sip_participant(caller, to)
    except Exception as cause:  # noqa: BLE001 - whatever went wrong, the bot goes on with the call
        _log.warning("nobody took the caller", exc_info=cause)
        return Handed.NOT_TAKEN
    _log.info("a caller was put through")
    return Handed.TAKEN
