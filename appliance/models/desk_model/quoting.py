"""What follows a price: other terms, another number, a lower one, an order."""

from __future__ import annotations

import re
from dataclasses import replace

from appliance.models.desk_model import saying, tasks, wording
from appliance.models.desk_model import text as words_of
from appliance.models.desk_model.frame import Frame, Offer, Part, Slots, Task
from appliance.models.desk_model.manner import Manner
from appliance.models.desk_model.move import Desk, Move
from appliance.models.desk_model.slots import choices, numbers
from appliance.models.desk_model.slots.found import Kind

_BRIEF = 9
_OPENING = (
    r"\W*(?:(?:ok(?:ay)?|great|good|fine|perfect|yes|sounds good|well|then|so|hi|hello|alright)"
    r"\W+)*"
)
_WISH = (
    r"(?:(?:i|we)(?:'d| would) (?:like to|rather|like)|(?:i|we) (?:want|wish|need) to|"
    r"(?:i|we)(?:'ll| will)|let me|let's|please)"
)
_ORDERS = re.compile(
    rf"{_OPENING}(?:{_WISH} )?(?:please )?(?:"
    r"(?:buy|purchase|order|subscribe to|sign up for|go with|go for)\b(?! (?:a|the) demo)|"
    r"sign (?:me|us) up for\b(?! (?:a|the) demo)|"
    r"take (?:it|that|them|\d+|the \w+ (?:plan|licen\w+))\b)",
    re.I,
)
_LOWER = re.compile(
    r"\b(?:go (?:any |a bit |a little )?lower|(?:any|a bit|a little|much)? ?cheaper than that|"
    r"(?:do|is there) (?:any ?thing )?(?:any )?better|come down|meet (?:me|us) (?:half|in the))",
    re.I,
)
_DEAR = re.compile(
    r"\b(?:too|very|quite|so|really|pretty|rather|bit|awfully) (?:expensive|pricey|dear|much|"
    r"steep|costly)\b|\b(?:out of|over|above|beyond) (?:my|our) budget\b|"
    r"\bcan(?:'t| ?not) afford\b|\b(?:a lot|lots) of money\b",
    re.I,
)
_NO_DISCOUNT = re.compile(
    r"\b(?:forget|without|no|never ?mind|skip|drop) (?:about )?(?:the |any |a |that )?discount\b",
    re.I,
)
_NUMBER_ALONE = re.compile(
    r"\W*(?:(?:sorry|no|oops|wait|i|we|meant?|mean|rather|actually|and|or|make|it|that|what|"
    rf"about|how|for|with|if|ok|are|is)\W+)*{numbers.NUMBER}(?:\W+(?:instead|please|then|rather|now))*\W*",
    re.I,
)


def followed_up(desk: Desk, frame: Frame, text: str, written: str) -> Move | None:
    """Go on from the price quoted last; None for other words."""
    last = frame.last if frame.last and frame.last[0] in desk.tools else None
    manner = desk.tools[last[0]] if last else None
    priced = manner is not None and manner.of_kind(Kind.PRODUCT) is not None
    asks = words_of.is_question(text)
    named = choices.products(text, desk.context.products)
    if (priced or named) and not asks and _ORDERS.match(text):
        return _ordered(frame, text)
    if last is None or manner is None or not priced:
        return None
    percent = manner.of_kind(Kind.PERCENT)
    kept = {n: value for n, value in last[1].items() if percent is None or n != percent.name}
    if percent is not None and _NO_DISCOUNT.search(text):
        return tasks.proceed(desk, frame, Task(tool=manner.name, slots=kept))
    if percent is not None and _LOWER.search(text) and not named:
        task = Task(tool=manner.name, slots=kept, asked=percent.name, words=text)
        return tasks.waiting(frame, task, [Part(text=wording.ask(percent, manner.asks))])
    if _DEAR.search(text) and not named and not asks:
        return saying.offer_person(frame, wording.TOO_DEAR, "discount", intent=manner.name)
    if len(text.split()) > _BRIEF or named:
        return None
    values = _other_terms(desk, manner, last[1], text, written)
    if not values:
        return None
    task = Task(tool=manner.name, slots={**last[1], **values}, words=text)
    return tasks.proceed(desk, frame, task)


def _ordered(frame: Frame, text: str) -> Move:
    """Nobody buys here: what is wanted goes to a colleague."""
    move = saying.offer_person(frame, wording.NO_ORDERS, "order", intent="order")
    return replace(move, frame=replace(move.frame, offer=Offer("person", "order", words=text)))


def _other_terms(desk: Desk, manner: Manner, args: Slots, text: str, written: str) -> Slots:
    """Read how it would be paid, and a number that stands alone."""
    count = next((slot for slot in manner.slots if slot.kind is Kind.COUNT), None)
    alone = count is not None and _NUMBER_ALONE.fullmatch(text)
    asked = Task(tool=manner.name, slots=args, asked=count.name if count and alone else None)
    read = tasks.read(desk, manner, text, task=asked, written=written).values
    wanted = {slot.name for slot in manner.slots if slot.kind is Kind.CHOICE}
    if count is not None and alone:
        wanted.add(count.name)
    return {n: value for n, value in read.items() if n in wanted and args.get(n) != value}
