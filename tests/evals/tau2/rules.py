"""The airline's rules that its own functions do not check: "the API does not check these".

A model is told them in the prompt; that is no reason to leave them to it. What a person must judge,
such as an illness an insurance covers, is left to whoever asked for the reason.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from tests.evals.tau2.service import Service

NOW = datetime.fromisoformat("2024-05-15T15:00:00")  # the policy's present moment
_DAY = timedelta(hours=24)
_MOST_PASSENGERS = 5
_MOST_OF = {"certificate": 1, "credit_card": 1, "gift_card": 3}
_A_PERSON = "A colleague has to look at that."

_Given = Mapping[str, Any]


def broken(at: Service, name: str, given: _Given, *, reason_known: bool) -> str | None:
    """Say which rule a call would break; None where it breaks none.

    `reason_known` tells that somebody has heard why, and holds the insurance to cover it.
    """
    if at.domain.name != "airline":
        return None
    reservation = at.row("reservations", str(given.get("reservation_id")))
    if name in _OF_RESERVATIONS and reservation is not None:
        if reservation.status == "cancelled":
            return "That reservation is cancelled already."
        return _OF_RESERVATIONS[name](at, reservation, given, reason_known)
    if name == "book_reservation":
        return _booking(given)
    return _certificate(at, given) if name == "send_certificate" else None


def _cancelling(at: Service, held: Any, _: _Given, reason_known: bool) -> str | None:
    states = _states(at, held)
    if states & {"landed", "flying"}:
        return f"Part of that trip has been flown. {_A_PERSON}"
    is_fresh = NOW - datetime.fromisoformat(held.created_at) <= _DAY
    is_insured = held.insurance == "yes" and reason_known
    if is_fresh or "cancelled" in states or held.cabin == "business" or is_insured:
        return None
    return f"By our rules that reservation cannot be cancelled here. {_A_PERSON}"


def _flights(at: Service, held: Any, given: _Given, _: bool) -> str | None:
    before = [(each.flight_number, each.date) for each in held.flights]
    after = [(each.flight_number, each.date) for each in given["flights"]]
    if before != after and held.cabin == "basic_economy":
        return "Basic economy flights cannot be changed."
    if held.cabin != given["cabin"] and _states(at, held) & {"landed", "flying"}:
        return "The cabin cannot be changed once part of the trip has been flown."
    legs = [at.row("flights", number) for number, _ in after]
    if not legs or None in legs:
        return "There is no such flight."
    end = held.origin if held.flight_type == "round_trip" else held.destination
    if (legs[0].origin, legs[-1].destination) != (held.origin, end):
        return "The trip has to begin and end where it did."
    return None


def _bags(_at: Service, held: Any, given: _Given, _: bool) -> str | None:
    less = given["total_baggages"] < held.total_baggages
    return "Bags can be added, but not taken away." if less else None


def _passengers(_at: Service, held: Any, given: _Given, _: bool) -> str | None:
    same = len(given["passengers"]) == len(held.passengers)
    return None if same else "The number of passengers cannot be changed."


def _booking(given: _Given) -> str | None:
    if len(given["passengers"]) > _MOST_PASSENGERS:
        return "A reservation can have at most five passengers."
    ways = [each.payment_id.rpartition("_")[0] for each in given["payment_methods"]]
    too_many = [way for way, most in _MOST_OF.items() if ways.count(way) > most]
    return f"That is more than one may use of: {', '.join(too_many)}." if too_many else None


def _certificate(at: Service, given: _Given) -> str | None:
    """A gesture: for a delay or a cancelled flight, by the number of passengers."""
    user = at.row("users", str(given["user_id"]))
    for reservation_id in user.reservations if user else ():
        held = at.row("reservations", reservation_id)
        if held is None:
            continue
        is_due = user.membership != "regular" or held.insurance == "yes"
        states, people = _states(at, held), len(held.passengers)
        sums = {100 * people} if "cancelled" in states else set()
        sums |= {50 * people} if "delayed" in states else set()
        if (is_due or held.cabin == "business") and given["amount"] in sums:
            return None
    return f"By our rules there is no certificate of that amount. {_A_PERSON}"


def _states(at: Service, held: Any) -> set[str]:
    """Give the states of a reservation's flights on their days."""
    found = set()
    for each in held.flights:
        flight = at.row("flights", each.flight_number)
        if flight is not None and each.date in flight.dates:
            found.add(str(flight.dates[each.date].status))
    return found


_OF_RESERVATIONS: Mapping[str, Callable[[Service, Any, _Given, bool], str | None]] = {
    "cancel_reservation": _cancelling,
    "update_reservation_flights": _flights,
    "update_reservation_baggages": _bags,
    "update_reservation_passengers": _passengers,
}
