"""Binding the toolkit's ports to the rooms."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from appliance.assembly.office import Office
from appliance.contacts.card import OwnCard
from appliance.contacts.surveys import AskedSurveys
from appliance.conversation.bots import Live
from appliance.conversation.handoff import TicketedHandoffs
from appliance.conversation.toolbox import Caller
from appliance.core import errors
from appliance.knowledge.library import Library
from appliance.services.bookings import port as bookings
from appliance.services.crm.port import BuiltInLeads
from appliance.services.pricing.catalogue import PriceList
from appliance.toolkit import ports


@dataclass(frozen=True, slots=True)
class HousePorts:
    """Binds the toolkit's ports to the rooms."""

    office: Office
    library: Callable[[], Library]
    live: Callable[[], Live]

    def writes(self, port: Any) -> bool:
        """Tell whether a port changes things; then its effects go by `once`."""
        return port in {
            ports.Slots,
            ports.Leads,
            ports.ContactCard,
            ports.Handoffs,
            ports.Surveys,
        }

    def bind(self, port: Any, caller: Caller) -> object:
        """Give a port for one call of a tool."""
        office, live = self.office, self.live()
        common: dict[str, Any] = {
            "db": office.db,
            "keyring": office.keyring,
            "clock": office.clock,
            "contact_id": caller.contact_id,
            "once": caller.once,
        }
        region = live.config.client.region
        made: dict[Any, Callable[[], object]] = {
            ports.Passages: lambda: self.library().public(),
            ports.Prices: lambda: self._prices(live),
            ports.Slots: lambda: bookings.BookedSlots(
                **common, calendar=live.calendar, conversation_id=caller.conversation_id
            ),
            ports.Leads: lambda: BuiltInLeads(**common, region=region),
            ports.ContactCard: lambda: OwnCard(**common, region=region),
            ports.Surveys: lambda: AskedSurveys(
                **common, questions=tuple(live.config.behavior.survey_questions)
            ),
            ports.Handoffs: lambda: TicketedHandoffs(
                keyring=office.keyring,
                clock=office.clock,
                calendar=live.calendar,
                departments=frozenset(each.id for each in live.config.departments),
                caller=caller,
            ),
        }
        if port not in made:
            raise errors.Misconfigured(
                f"There is no port {port!r}. See appliance/toolkit/ports.py."
            )
        return made[port]()

    def _prices(self, live: Live) -> PriceList:
        today = self.office.clock.now().astimezone(live.calendar.zone).date()
        return PriceList(live.config.facts.prices, live.config.client.currency, today)
