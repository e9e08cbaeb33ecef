"""What the conversation itself knows: what was booked here, and what the customer told.

"Is my demo on Friday?", "did you book me?" and "what e-mail did you use?" are told, not begun anew.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from appliance.models.desk_model import heard, results, saying, signals, wording
from appliance.models.desk_model.frame import Frame, Part
from appliance.models.desk_model.move import Desk, Move
from appliance.models.desk_model.slots import days, times
from appliance.models.desk_model.slots.found import Kind

_NOUN = r"(?:demo|booking|appointment|meeting|call|session|reservation)"
_BEGIN = (
    r"^\W*(?:(?:hi|hello|hey|so|and|but|ok(?:ay)?|sorry|wait|well|oh|please|just to (?:check|be "
    r"sure|confirm)|(?:can|could) you tell me|remind me)\b\W*)*"
)
_WHEN = re.compile(
    r"\b(?:what (?:time|day|date)|when)(?:'s| is| was|s)? (?:exactly )?(?:my|our|the|this|that) "
    rf"(?:\w+ )?{_NOUN}\b(?! (?:over|end)\w*)|"
    r"\b(?:when|what (?:time|day|date)) (?:did|have) (?:i|we|you) (?:book|say|agree|schedule|"
    r"put)\w*",
    re.I,
)
_ASKS_OF_IT = re.compile(
    rf"{_BEGIN}(?:"
    rf"(?:is|was) (?:my|our|the|that) (?:\w+ )?{_NOUN} (?:now |all |already |really |still )*"
    r"(?:confirmed|booked|scheduled|set|made|in (?:the|your) (?:calendar|system|books?))\b|"
    r"(?:did|have) (?:you|i|we) (?:already |really |actually )?(?:book(?:ed)?|schedule[d]?|"
    r"reserved?)(?= (?:me|us|my|our|it|that|an? (?:\w+ )?(?:demo|call|meeting|appointment))\b|"
    r"\W*$)|"
    r"(?:am|are) (?:i|we) (?:already |now |all )?(?:booked|scheduled|set|down)\b|"
    rf"(?:what|which (?:\w+ )?{_NOUN}) (?:did|have) (?:i|we|you) (?:just )?(?:book|schedule|"
    r"reserve)(?:e?d)?\b)",
    re.I,
)
_ITS_DAY = re.compile(rf"{_BEGIN}(?:is|was) (?:my|our) (?:\w+ )?{_NOUN} (?!free\b)", re.I)
_HAS_ONE = re.compile(
    rf"{_BEGIN}(?:i|we)(?:'ve| have)?(?: got)? (?:already (?:have |got |booked |scheduled )?|have "
    r"(?=(?:a|an|my|our) \w+ (?:booked|scheduled)\b))(?:a|an|my|our|the) (?:\w+ )?"
    r"(?:demo|booking|reservation|appointment with you)\b(?! with an?(?:other)? (?:competitor|"
    r"vendor|company|supplier))(?P<rest>[^?]*)\W*$",
    re.I,
)
_IT = re.compile(
    rf"{_BEGIN}(?:(?:when|what (?:time|day|date)) (?:was|is) (?:it|that) again|"
    r"(?:when|what (?:time|day|date)) was (?:it|that))\W*$|"
    rf"{_BEGIN}(?:did|have) (?:you|they) (?:already )?(?:sen[dt]) (?:me |us |out )?"
    r"(?:the|an|my|our) (?:calendar )?(?:invit\w+|confirmation|link|e-?mail)\b|"
    rf"{_BEGIN}(?:what(?:'s| is)|where(?:'s| is| do i find)) (?:the|my|our) (?:\w+ )?link\b",
    re.I,
)
_CONFIRMED = re.compile(
    rf"{_BEGIN}(?:is|was) (?:it|that|everything|this) (?:now |all |already |really )*"
    r"(?:confirmed|booked|scheduled|set|done|fixed)\W*$",
    re.I,
)
_SEE_YOU = re.compile(
    r"^\W*(?:(?:no|ok(?:ay)?|great|perfect|thanks|thank you|that(?:'s| is) (?:all|it|everything)|"
    r"nothing else|all good|bye|then|and|well|so)\b\W*)*see (?:you|ya|u)\b"
    r"(?: (?:all|guys|then|there|soon|later|around|on|at|in|the|this|next|\w*day|tomorrow|"
    r"morning|afternoon|evening|week|a bit|\d{1,2}(?:st|nd|rd|th|:\d\d)?(?: ?[ap]m)?))*"
    r"(?:\W+(?:then|bye|thanks|thank you))*\W*$",
    re.I,
)
_SOMEBODY = (
    r"(?:colleagues?|boss|manager|co-?workers?|friends?|assistant|secretary|wife|husband|partner|"
    r"team|teammate)"
)
_ANOTHERS = re.compile(
    rf"\b(?:my|our|a|one of (?:my|our)) (?:\w+ )?{_SOMEBODY}(?: of (?:mine|ours))?"
    rf"(?:,? [A-Z]\w+,?)?"
    rf" (?:has |have |had |just |already )*(?:booked|scheduled|arranged|made) "
    rf"(?:an?|the|his|her|their) (?:\w+ )?{_NOUN}\b.*"
    r"\b(?:join|attend|come|take part|be there|participate|add me|when|what time|which day|link|"
    r"invit\w+)\b",
    re.I,
)
_WHO_HAS = re.compile(
    rf"{_BEGIN}who (?:else )?(?:has|had|booked|took|made) (?:the|a|an|that|my|our) (?:\w+ )?"
    r"(?:demo|booking|appointment|meeting|session|reservation|slot)\b(?! room)",
    re.I,
)
_OTHERS = re.compile(
    r"\b(?:e-?mails?|addresses|address|phones?|numbers?|names?|data|details|bookings?|contacts?|"
    r"list) (?:address |addresses |numbers? )?(?:of|from) (?:all |the |your |another |other |some |"
    r"any |a |an |that )+(?:(?:last|previous|first|next|other|most recent) )*"
    r"(?:customers?|clients?|visitors?|callers?|leads?)\b|"
    r"\b(?:last|previous|other|another) (?:customer|client|visitor|caller)s?'?s? "
    r"(?:e-?mail|address|phone|number|name|data|details|booking)",
    re.I,
)
_WHAT = r"(?P<what>e-?mail|mail|phone|telephone|mobile|name|company)(?: (?:address|number))?"
_OWN = re.compile(
    rf"{_BEGIN}(?:"
    rf"(?:(?:to|under|with) )?(?:what|which) {_WHAT} (?:did (?:you|i|we) (?:use|save|put|note|take|"
    r"write down|enter|type|leave)\b|"
    r"(?:do you have|have you(?: got| noted| saved)?) "
    r"(?:(?:for|of|about|on) (?:me|us|file)|noted|saved|stored|down)\b|"
    r"(?:will|do|did) (?:you|they) (?:send|use)\b|(?:does|will) (?:the|my) \w+ go\b)|"
    rf"what(?:'s| is| was) (?:my|our) {_WHAT.replace('what', 'own')}\W*$|"
    rf"do you (?:still |already )?have (?:my|our) {_WHAT.replace('what', 'had')}\W*$)",
    re.I,
)
_HAS_NONE = re.compile(
    r"^\W*(?:sorry,? )?(?:but )?(?:i|we) (?:have no|have not got an?|haven't got an?|"
    r"do not have an?|don't have (?:an?|any)|don't use) (?:e-?mail|mail|phone)"
    r"(?: address| number| account)?\W*$",
    re.I,
)
_KINDS = {
    "e": Kind.EMAIL,
    "m": Kind.EMAIL,
    "p": Kind.PHONE,
    "t": Kind.PHONE,
    "n": Kind.PERSON,
    "c": Kind.COMPANY,
}
_CARD = {Kind.EMAIL: "email", Kind.PHONE: "phone", Kind.PERSON: "name", Kind.COMPANY: "company"}


def recalled(desk: Desk, frame: Frame, text: str, *, alone: bool) -> Move | None:
    """Tell what this conversation knows; None for other words. `alone`: nothing else is wished."""
    if alone and (own := _OWN.search(text)):
        return _own(desk, frame, own)
    if _OTHERS.search(text):
        return saying.by_the_way(desk, frame, [Part(text=wording.PRIVATE)], "private")
    if frame.task is not None:
        return None
    if desk.books and _ANOTHERS.search(text):
        return saying.offer_person(frame, wording.NOT_SEEN, "booking", intent="booking")
    return _booking(desk, frame, text) if alone else None


def noun(desk: Desk, frame: Frame) -> str:
    """Give what "it" may stand for after a booking: the demo; empty where nothing was booked."""
    manners = (desk.tools.get(tool) for tool in reversed(frame.done))
    return next((heard.noun(one) for one in manners if one is not None and heard.noun(one)), "")


def _booking(desk: Desk, frame: Frame, text: str) -> Move | None:
    """Tell what was booked here; where nothing was, a colleague may look it up."""
    if _SEE_YOU.search(text) and not text.rstrip().endswith("?"):
        return Move(frame=replace(frame, survey=None, offer=None), text=wording.BYE, intent="bye")
    if _HAS_NONE.search(text):
        return Move(frame=frame, text=wording.ALL_RIGHT, intent="nod")
    asks = bool(_ASKS_OF_IT.search(text) or _CONFIRMED.search(text)) or _of_its_day(desk, text)
    if not (asks or _WHEN.search(text) or _IT.search(text) or _WHO_HAS.search(text)):
        return None
    if signals.calls_it_off(text) or signals.shifts(text):
        return None
    if move := results.booked(desk, frame):
        return move
    if _WHO_HAS.search(text):
        return saying.by_the_way(desk, frame, [Part(text=wording.PRIVATE)], "private")
    if not asks or not desk.books:
        return None
    return saying.offer_person(frame, wording.NO_BOOKING, "booking", intent="booking")


def _of_its_day(desk: Desk, text: str) -> bool:
    """Tell whether a booking that is there already is spoken of, with its day or time."""
    has = _HAS_ONE.search(text)
    if has is None and not _ITS_DAY.search(text):
        return False
    if has is not None and not has["rest"].strip(" .,!"):
        return True
    found = days.find(text, desk.context) or times.find(text, desk.context, day=None)
    return bool(found)


def _own(desk: Desk, frame: Frame, asked: re.Match[str]) -> Move:
    """Tell what the customer gave of their own data: an address, a number, a name."""
    words = next(filter(None, (asked["what"], asked["own"], asked["had"])))
    kind = _KINDS[words[0].lower()]
    given = next(_given(desk, frame, kind), "")
    what = wording.OWN_DATA[kind]
    told = wording.i_have(what, given) if given else wording.have_none(what)
    return saying.by_the_way(desk, frame, [Part(text=told)], "own_data")


def _given(desk: Desk, frame: Frame, kind: Kind) -> Iterator[str]:
    """Give what was said for the task under way, for what was done, and what the card has."""
    begun = [(frame.task.tool, frame.task.slots)] if frame.task else []
    for tool, slots in (*begun, *reversed(frame.done.items())):
        manner = desk.tools.get(tool)
        slot = manner.of_kind(kind) if manner else None
        if slot is not None and slots.get(slot.name):
            yield str(slots[slot.name])
    if known := desk.turn.card.get(_CARD[kind]):
        yield known
