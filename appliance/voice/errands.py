"""What is said around putting a caller through: to them while they wait, to the person before."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial

from livekit import rtc
from livekit.agents import AgentSession, APIError

from appliance.assembly.house import Appliance
from appliance.contacts import identities
from appliance.conversation.tickets import Ticket
from appliance.core import errors, logs
from appliance.voice import phrases, transfer, wording
from appliance.voice.sayings import Sayings
from appliance.voice.transfer import Errand
from appliance.voice.values import IncomingCall

_log = logs.get(__name__)

Say = Callable[[str], Awaitable[object]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Errands:
    """One spoken call's."""

    house: Appliance
    call: IncomingCall
    session: AgentSession[None]
    sayings: Sayings

    def errand(self, ticket: Ticket, *, say: Say) -> Errand:
        """Give what a ticket wants to be said; `say` speaks to the caller."""
        return Errand(
            department=ticket.department,
            announcement=partial(self._announcement, ticket),
            hold=partial(self._hold, say),
            still=partial(say, wording.STILL_RINGS),
        )

    async def _hold(self, say: Say) -> None:
        """Let the caller wait; what they say meanwhile is not for the bot."""
        self.session.input.set_audio_enabled(False)
        await say(wording.HOLD)

    async def _announcement(self, ticket: Ticket) -> list[rtc.AudioFrame]:
        """Give what a person hears who is to take this caller: who it is, and why."""
        card = self.house.db.read(
            lambda c: identities.card(c, self.house.keyring, ticket.contact_id)
        )
        sentence = wording.announcement(
            company=self.house.bots.the_live().config.client.name,
            who=card.name or self.call.caller,
            why=ticket.summary or ticket.reason,
        )
        try:
            return await self.sayings.make(sentence)
        except (APIError, errors.Error) as cause:
            _log.warning("a caller is announced by a recording", why=type(cause).__name__)
            return transfer.frames(phrases.PERSON_WAITING.samples(phrases.own(self.house)))
