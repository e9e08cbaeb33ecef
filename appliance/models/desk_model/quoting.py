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
    r"(?:buy|purchase|subscribe to|sign up for|go with|go for)\b|sign (?:me|us) up for\b|"
    r"order (?=\d|it\b|that\b|them\b|the\b|an?\b|some\b|\w+ (?:seats?|licen\w+|users?)\b)|"
    r"take (?:it|that|them|\d+|the \w+ (?:plan|licen\w+))\b)",
    re.I,
)
_NO_ORDER = re.compile(
    r"\?|\b(?:demos?|trials?|newsletter|news|updates?|call|tour|lunch|status|number|question|yearly|"
    r"monthly|annual\w*|easy|late|can i|can we|what|how)\b",
    re.I,
)
_LOWER = re.compile(
    r"\b(?:go (?:any |a bit |a little )?lower|cheaper than that|meet (?:me|us) (?:half|in the)|"
    r"(?:can|could) you come down|come down (?:a bit|a little)|"
    r"(?:do|is there) (?:any ?thing )?(?:any )?better "
    r"(?:price|deal|offer|rate|than that|for me))\b",
    re.I,
)
_DEAR = re.compile(
    r"(?<!not )\b(?:too|very|quite|so|really|pretty|rather|bit|awfully) (?:expensive|pricey|dear|"
    r"steep|costly)\b|(?<!not )\btoo much\b|\b(?:out of|over|above|beyond) (?:my|our) budget\b|"
    r"\bcan(?:'t| ?not) afford\b",
    re.I,
)
_NO_DISCOUNT = re.compile(
    r"\b(?:forget|without|no|never ?mind|skip|drop) (?:about )?(?:the |any |a |that )?discount\b",
    re.I,
)
_OTHER_MATTER = re.compile(r"\b(?:cancel\w*|contracts?|invoices?|notice|terminat\w+)\b", re.I)
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
    if (priced or named) and not asks and _ORDERS.match(text) and not _NO_ORDER.search(text):
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
    gives_percent = percent is not None and percent.name in tasks.read(desk, manner, text).values
    if _DEAR.search(text) and not named and not asks and not gives_percent:
        return saying.offer_person(frame, wording.TOO_DEAR, "discount", intent=manner.name)
    if len(text.split()) > _BRIEF or named or _OTHER_MATTER.search(text):
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
