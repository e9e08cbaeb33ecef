"""What an owner of such a shop would write into `intents`: none of it is taken from a dialogue."""

from __future__ import annotations

from typing import Any

_RETAIL: dict[str, tuple[str, ...]] = {
    "cancel_pending_order": (
        "cancel my order",
        "I want to cancel an order",
        "please stop my purchase before it ships",
        "I bought this by mistake, cancel it",
        "can you call off my order",
        "cancel order #W0000000",
        "I don't need what I ordered any more",
        "undo my order please",
        "annul the purchase I made yesterday",
        "cancel everything I ordered",
    ),
    "modify_pending_order_address": (
        "ship my order somewhere else",
        "change the delivery address of an order",
        "my order goes to the wrong address",
        "send the parcel to my new flat",
        "I need another shipping address for my order",
        "the address on my order is wrong",
        "deliver it to a different place",
        "update the shipping address of the order",
    ),
    "modify_user_address": (
        "change my default address",
        "I have moved, update my profile",
        "set a new address for my account",
        "my home address has changed",
        "update the address in my profile",
        "correct the address you hold of me",
    ),
    "modify_pending_order_payment": (
        "pay my order with another card",
        "change the payment method of an order",
        "use my gift card for the order instead",
        "switch the order to paypal",
        "I want to pay with a different card",
        "take the money from my other card",
    ),
    "modify_pending_order_items": (
        "change an item in my order",
        "I want another colour of what I ordered",
        "swap the size in my pending order",
        "can I have a different version of the item I ordered",
        "modify the items of my order before it ships",
        "change the lamp in my order to the white one",
    ),
    "return_delivered_order_items": (
        "return what I got",
        "I want to send something back",
        "I'd like my money back for an item",
        "how do I return this",
        "I don't like it, take it back",
        "return two things from a delivered order",
        "start a return",
    ),
    "exchange_delivered_order_items": (
        "exchange an item I received",
        "swap it for a different size",
        "I got the wrong colour, can I exchange it",
        "trade the delivered shoes for larger ones",
        "exchange something from my delivery",
        "replace what was delivered with another version",
    ),
    "get_order_details": (
        "where is my order",
        "what is the status of my order",
        "track my parcel",
        "has my order been shipped",
        "show me my order",
        "which card did I pay my order with",
        "what did I order",
        "tracking number please",
    ),
}
_AIRLINE: dict[str, tuple[str, ...]] = {
    "cancel_reservation": (
        "cancel my flight",
        "I can't fly, cancel my booking",
        "please cancel my trip",
        "I want to cancel a reservation",
        "call off my journey",
        "cancel the tickets I bought",
    ),
    "get_reservation_details": (
        "show me my reservation",
        "when does my flight leave",
        "what did I book",
        "which seats do I have",
        "details of my booking",
        "look up my reservation",
    ),
    "update_reservation_baggages": (
        "add a bag to my booking",
        "I need one more suitcase",
        "add checked luggage",
        "can I take another bag along",
        "extra baggage for my reservation",
    ),
    "update_reservation_flights": (
        "change my flight",
        "move my flight to another day",
        "I want a later flight",
        "upgrade me to business class",
        "take an earlier plane",
        "change the dates of my trip",
    ),
    "update_reservation_passengers": (
        "change the passenger on my ticket",
        "the name on the ticket is wrong",
        "somebody else will fly in my place",
        "correct a passenger's birthday",
    ),
    "book_reservation": (
        "book a flight",
        "I want to fly to Denver",
        "buy a plane ticket",
        "reserve two seats to Seattle",
        "get me on a flight next week",
    ),
    "get_flight_status": (
        "is the flight on time",
        "is flight HAT001 delayed",
        "status of a flight",
        "has the plane landed",
    ),
}


def of(domain: str) -> list[dict[str, Any]]:
    """Give a domain's intents as the config holds them."""
    chosen = _RETAIL if domain == "retail" else _AIRLINE
    return [
        {"name": tool, "examples": list(examples), "reply": {"tool": tool}}
        for tool, examples in chosen.items()
    ]
