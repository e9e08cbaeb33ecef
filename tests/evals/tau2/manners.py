"""What the data set does not say of its tools: how they are spoken about, and what they prove."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import Field

from appliance.toolkit import say_list, say_money

ORDER_ID = Annotated[str, Field(pattern=r"^#?W\d{7}$", description="The order, e.g. #W0000000.")]
RESERVATION_ID = Annotated[
    str, Field(pattern=r"^[A-Z0-9]{6}$", description="The reservation, e.g. 8JX2WO.")
]
USER = r"^[a-z]+_[a-z]+_\d{3,5}$"
USER_ID = Annotated[str, Field(pattern=USER, description="The customer, e.g. sara_doe_496.")]
PAYMENT_ID = Annotated[
    str,
    Field(
        pattern=r"^(credit_card|gift_card|paypal|certificate)_\d+$",
        description="A payment method of the customer's account, e.g. gift_card_0000000.",
    ),
]
REASON = Annotated[
    Literal["no longer needed", "ordered by mistake"], Field(description="Why it is cancelled.")
]
KINDS: dict[str, Any] = {
    "order_id": ORDER_ID,
    "reservation_id": RESERVATION_ID,
    "user_id": USER_ID,
    "payment_method_id": PAYMENT_ID,
    "payment_id": PAYMENT_ID,
    "reason": REASON,
}
"""Parameters the data set leaves as plain strings, though it says in words what they look like."""


@dataclass(frozen=True, slots=True)
class Manner:
    """How one tool is spoken about."""

    says: Callable[[Any], str]
    proves: tuple[str, ...] = ()
    read_back: str | None = None
    reports: tuple[str, ...] = ()
    asks: Mapping[str, str] = field(default_factory=dict)


def _order(order: Any) -> str:
    things = say_list([f"{item.name} ({_dollars(item.price)})" for item in order.items], "and")
    return (
        f"Order {order.order_id} is {order.status}: {things}. It goes to {_place(order.address)}."
    )


def _place(address: Any) -> str:
    parts = (address.address1, address.address2, address.city, address.state, address.zip)
    return ", ".join(filter(None, parts))


def _dollars(amount: float) -> str:
    return say_money(Decimal(str(amount)), "USD")


def _user(user: Any) -> str:
    held = say_list(getattr(user, "orders", None) or getattr(user, "reservations", []), "and")
    return f"You are {user.name.first_name} {user.name.last_name}. On your account: {held}."


def _product(product: Any) -> str:
    there = [each for each in product.variants.values() if each.available]
    least = min((each.price for each in there), default=None)
    prices = f", from {_dollars(least)}" if least is not None else ""
    return f"{product.name}: {len(there)} of {len(product.variants)} kinds in stock{prices}."


def _reservation(held: Any) -> str:
    flights = say_list([f"{each.flight_number} on {each.date}" for each in held.flights], "and")
    state = " is cancelled" if held.status == "cancelled" else ""
    return f"Reservation {held.reservation_id}{state}: {held.cabin} on {flights}."


def _cancelled(order: Any) -> str:
    return f"Order {order.order_id} is cancelled."


def _requested(order: Any) -> str:
    return f"For order {order.order_id} it now says: {order.status}. You will get an e-mail."


def _flights(found: Any) -> str:
    if not found:
        return "There is no such flight that day."
    pairs = [each if isinstance(each, list | tuple) else (each,) for each in found[:5]]
    return "\n".join(
        " and ".join(f"{leg.flight_number} {leg.origin} to {leg.destination}" for leg in legs)
        for legs in pairs
    )


_ASKS = {
    "order_id": "What is the order number? It looks like #W0000000.",
    "reason": "Is it no longer needed, or was it ordered by mistake?",
    "account": "What is the e-mail address of your account, or your full name and zip code?",
    "user_id": "What is your user id?",
    "reservation_id": "What is the reservation code? It has six letters and digits.",
    "payment_method_id": "Which payment method of your account shall it be, by its id?",
    "payment_id": "Which payment method of your account shall it be, by its id?",
    "address1": "What is the street and number?",
    "address2": "And the suite or flat?",
    "city": "Which city?",
    "state": "Which state?",
    "country": "Which country?",
    "zip": "What is the zip code?",
}

_READS: dict[str, Callable[[Any], str]] = {
    "find_user_id_by_email": lambda user_id: f"Thank you, I have found your account ({user_id}).",
    "find_user_id_by_name_zip": lambda user_id: f"Thank you, I have found your account ({user_id})",
    "get_user_details": _user,
    "get_order_details": _order,
    "get_product_details": _product,
    "get_item_details": lambda item: f"Item {item.item_id} costs {_dollars(item.price)}.",
    "get_reservation_details": _reservation,
    "list_all_product_types": str,
    "list_all_airports": lambda found: say_list([f"{one.city} ({one.iata})" for one in found]),
    "search_direct_flight": _flights,
    "search_onestop_flight": _flights,
    "get_flight_status": lambda status: f"That flight is {status}.",
    "calculate": str,
}

_WRITES = {
    "cancel_pending_order": Manner(
        _cancelled,
        ("cancelled", "refunded"),
        "I would cancel order {order_id} ({reason}) of the account {account}. Shall I do that?",
    ),
    "exchange_delivered_order_items": Manner(
        _requested,
        ("changed",),
        "I would exchange {item_ids} of order {order_id} for {new_item_ids}, and settle the "
        "difference by {payment_method_id} of the account {account}. Shall I do that?",
    ),
    "return_delivered_order_items": Manner(
        _requested,
        ("refunded",),
        "I would return {item_ids} of order {order_id}, with the refund to {payment_method_id} of "
        "the account {email}. Shall I do that?",
    ),
    "modify_pending_order_items": Manner(
        _order,
        ("changed",),
        "I would change {item_ids} of order {order_id} to {new_item_ids}, and settle the "
        "difference by {payment_method_id} of the account {account}. Shall I do that?",
    ),
    "modify_pending_order_payment": Manner(
        _order,
        ("changed", "refunded"),
        "I would let order {order_id} be paid by {payment_method_id} of the account {account}. "
        "Shall I do that?",
    ),
    "modify_pending_order_address": Manner(
        _order,
        ("changed",),
        "I would send order {order_id} to {address1}, {address2}, {city}, {state} {zip}, "
        "{country} (account {account}). Shall I do that?",
    ),
    "modify_user_address": Manner(
        lambda user: f"Your address is now {_place(user.address)}.",
        ("changed",),
        "I would change the address of {user_id} to {address1}, {address2}, {city}, {state} {zip}, "
        "{country} (account {account}). Shall I do that?",
    ),
    "book_reservation": Manner(
        _reservation,
        ("booked",),
        "I would book {flights} for {passengers} in {cabin}, paid by {payment_methods}, for "
        "{user_id}. Shall I do that?",
    ),
    "cancel_reservation": Manner(
        _reservation,
        ("cancelled", "refunded"),
        "I would cancel reservation {reservation_id} of {user_id}. Shall I do that?",
    ),
    "send_certificate": Manner(
        str,
        ("sent", "refunded"),
        "I would send {user_id} a certificate of {amount} dollars. Shall I do that?",
    ),
    "update_reservation_baggages": Manner(
        _reservation,
        ("changed",),
        "I would let reservation {reservation_id} have {total_baggages} bags, {nonfree_baggages} "
        "of them paid by {payment_id}, for {user_id}. Shall I do that?",
    ),
    "update_reservation_flights": Manner(
        _reservation,
        ("changed",),
        "I would change reservation {reservation_id} to {flights} in {cabin}, paid by "
        "{payment_id}, for {user_id}. Shall I do that?",
    ),
    "update_reservation_passengers": Manner(
        _reservation,
        ("changed",),
        "I would change the passengers of reservation {reservation_id} to {passengers} for "
        "{user_id}. Shall I do that?",
    ),
}


_REPORTS = ("booked", "cancelled", "changed", "ordered", "refunded", "sent")


def manner_of(name: str) -> Manner:
    """Give how a tool is spoken about."""
    made = _WRITES.get(name) or Manner(_READS[name], reports=_REPORTS)
    return replace(made, asks=_ASKS)
