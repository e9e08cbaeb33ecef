"""Wishes that words tell more surely than likeness: a bill that is wrong, a day for a meeting."""

from __future__ import annotations

import re
from collections.abc import Sequence

from appliance.models.desk_model import chitchat
from appliance.models.desk_model.manner import CATALOGUE, KNOWLEDGE
from appliance.models.desk_model.move import Desk
from appliance.models.desk_model.outrage import outrage
from appliance.models.desk_model.router import Ranked
from appliance.models.desk_model.slots import choices, days, times
from appliance.models.desk_model.slots.found import Kind, blanked

_NEAR = 0.25
"""Nearness below which not even the words of a meeting make a booking."""
_TOP = 3
_STRANGE = 2
"""Words of a question that its wish has none like, from which it may be about something else."""
_MEETING = re.compile(
    r"\b(?:demo\w*|tour|walk\W?through|(?:walk|talk|take|guide|run) (?:me|us|my \w+|our \w+) "
    r"(?:and (?:me|my \w+|our \w+) )?(?:through|around|over)|in action|hands[- ]on|"
    r"(?:show|demonstrate|present) (?:it|this|that|me|us|my \w+|our \w+|the \w+|how|your \w+|acme)|"
    r"(?:see|watch|view|experience|try) (?:it|this|that|the \w+|your \w+|acme \w+|how) ?(?:live|"
    r"work\w*|run\w*|in)?|(?:a|some|the) (?:quick |short |live |closer |proper )*(?:look|session|"
    r"presentation|showing|preview|screen ?share)|get a (?:feel|look|glimpse|sense|picture|taste)|"
    r"set (?:something|a \w+|up)|(?:video |phone |intro\w* |zoom |teams |sales )?(?:call|meeting|"
    r"appointment|zoom|slot)|meet|sit down with|pencil me in|book\w*|schedule|squeeze (?:me|us) in|"
    r"(?:suit|work for|good for|ok(?:ay)? for|possible for|convenient for) you|"
    r"(?:anything|something|any (?:slots?|times?|appointments?)) (?:\w+ )?(?:free|available|open)|"
    r"availability|(?:free|available|open) (?:slots?|times?|appointments?)|"
    r"any good|fit (?:me|us) in|(?:come|drop|hop|jump) (?:on|onto|in)|get together)\b",
    re.I,
)
_FREE_TIME = re.compile(
    r"\b(?:(?:free|available|open|next|any|more) (?:slots?|times?|appointments?|dates?)|"
    r"(?:anything|something) (?:free|available|open)(?= (?:on|this|next|in|at|for|today|tomorrow|"
    r"tonight|later|earlier)\b)|availabilit\w+|openings? (?:on|this|next|today|tomorrow|for))\b|"
    r"^\W*(?:do you )?(?:have|got) (?:anything|something) (?:free|available|open)\W*$",
    re.I,
)
"""What only somebody who wants an appointment asks for."""
_HOURS = re.compile(
    r"\b(?:open(?:ing|s)?|close[sd]?|closing|hours|until when|till when|how (?:late|long|early)|"
    r"shut|"
    r"holiday|work(?:ing)? (?:on|week)|reach you|reachable|there (?:on|at)|park\w*|"
    r"(?:call|ring|phone) you(?= (?:at|after|before|until|till|on|around|today|tomorrow|this|"
    r"tonight)\b)(?!.*\bdemo)|(?:is|will) (?:any|some)(?:one|body) (?:still )?(?:be )?"
    r"(?:in|there|around))\b",
    re.I,
)
_OPENS = re.compile(
    r"\b(?:(?:you|office|shop|they|still|not|is it|are we) (?:\w+ )?(?:open|close[sd]?|shut)|"
    r"(?:opening|closing|business|office|working) (?:hours?|times?)|(?:open|close) (?:on|at|today|"
    r"tomorrow|this|next|over|during))\b",
    re.I,
)
_STILL_THERE = re.compile(
    r"\b(?:how (?:long|late)|until when|till when) (?:are|will) (?:you|they) (?:be )?(?:still )?"
    r"(?:there|in|around|available|reachable)\b",
    re.I,
)
_PRICE = re.compile(
    r"\b(?:costs?|price[sd]?|how much|come to|add up|pay|quote|rates?|fee|charge|per (?:month|"
    r"year)|"
    r"monthly|yearly|annually|discount|off|total|expensive|budget)\b",
    re.I,
)
_NOT_PRICE = re.compile(
    r"\b(?:refund\w*|money back|cancel\w*|invoice|card|trial|method|credit|save|saving|cheaper|"
    r"difference|compare\w*|versus|vs|better|support|park\w*|demo)\b",
    re.I,
)
_OVERCHARGED = re.compile(
    r"\b(?:charged?|billed|invoiced|debited|paid|took|taken|deducted)\b.{0,40}\b(?:twice|two times|"
    r"double|again|too much|wrong\w*|incorrect\w*|more than|by mistake|although|even though)\b|"
    r"\b(?:double|over|wrongly|incorrectly)[- ]?(?:charged|billed|paid)\b|"
    r"\b(?:invoices?|bill|receipt|statement|payment)\b.{0,40}\b(?:wrong|incorrect|mistake|errors?|"
    r"twice|n't (?:match|right|add)|too (?:high|much)|not right|duplicate|missing|never (?:came|"
    r"arrived)|doubled?)\b|\b(?:wrong|incorrect|mistake|error|duplicate|double|unknown|strange)\b"
    r".{0,30}\b(?:invoice|bill|charge|statement)\b",
    re.I,
)
_OWN_MISTAKE = re.compile(
    r"\b(?:i|we) (?:(?!was|were|been|got|am|are)\w+ )?(?:paid|sent|took) "
    r"(?:\w+ )?(?:the|a) wrong\b",
    re.I,
)
_THING = (
    r"(?:app|software|workflows?|flows?|login|account|integration|sync|system|site|website|"
    r"page|dashboard|service|servers?|exports?|imports?|reports?|automations?|tool|product|"
    r"platform|"
    r"acme(?: flow)?|button|feature|connection|connector|api|everything|nothing|installation|"
    r"update|screen|program|notifications?)"
)
_BREAKS = (
    r"(?:fail(?:s|ing|ed)?|crash(?:es|ing|ed)?|brok(?:e|en)|break(?:s|ing)|down|frozen|"
    r"freez(?:es|ing)|"
    r"hang(?:s|ing)|stuck|dead|offline|gone|(?:n't|not|no longer|never|stopped|nothing|refuses to) "
    r"?(?:work\w*|load\w*|start\w*|sync\w*|respond\w*|run\w*|open\w*|connect\w*|save|send\w*|"
    r"show\w*)|"
    r"(?:runs?|works?) (?:any ?more|at all)|acting up|throw(?:s|ing)?|errors?|slow|blank|empty)"
)
_FAULT = re.compile(
    rf"\b{_THING}\b(?:\W+\w[\w']*){{0,5}}?\W*{_BREAKS}\b|\berror (?:\d+|message|code)|"
    rf"\b(?:can'?t|cannot|can not|unable to) (?:\w+ )?(?:log|sign|get) (?:in|into|on)\b|"
    rf"\blocked out\b|\b(?:keep|keeps|kept) (?:getting|crash|fail|throw|freez)\w*|"
    rf"\b(?:technical|tech) (?:problem|issue|trouble|fault|difficult)\w*|\b(?:a|an|found a) (?:bug|"
    rf"outage)\b",
    re.I,
)
_SUPPOSES = re.compile(
    r"\b(?:if|when|in case|whenever|should|suppose|what happens|how (?:do|fast|quick\w*|long|soon)|"
    r"do (?:i|we|you)|does|can (?:i|we) (?!get this)|which team|who (?:is|handles|takes|do))\b",
    re.I,
)


def told_by_words(desk: Desk, text: str, ranked: Sequence[Ranked]) -> Ranked | None:
    """Find the wish that the words themselves tell, against what looks likeliest."""
    if told := _trouble(text) or outrage(text):
        return next(one for one in ranked if one.intent == told)
    first = ranked[0]
    if _asks_price(desk, text):
        if _is(desk, first, Kind.PRODUCT):
            return first
        reply = _reply_of(desk, first)
        if reply in _PRODUCT_REPLIES or first.nearness < 2 * _NEAR:
            return _best(desk, ranked[: 2 * _TOP], Kind.PRODUCT)
    opens = (_OPENS.search(text) or _STILL_THERE.search(text)) and not _MEETING.search(text)
    hours = next((one for one in ranked[:2] if _reply_of(desk, one) == "hours"), None)
    if opens and hours is not None:
        return hours
    return _booking(desk, text, ranked)


def wants_to_know(desk: Desk, text: str, intent: str) -> bool:
    """Tell whether a trouble or a cancellation is only asked about: then documents may tell.

    Where they don't, a colleague is offered all the same. A desk that books nothing has no booking
    of the customer's to speak of: what it can be asked is how that is done, not to do it.
    """
    if intent == chitchat.CANCEL_DONE:
        ours = _BOOKED.search(text) and (desk.books or _REQUESTS.search(text))
        return bool(_IF_CANCELLED.search(text) or (_ASKS.search(text) and not ours))
    if intent in _LOOKED_UP and asks_rule(text):
        return True
    return intent in chitchat.TROUBLES - {chitchat.UPSET} and bool(_ASKS.search(text))


def speaks_of_cancelling(text: str) -> bool:
    """Tell whether the words call something off; else they only speak of an appointment."""
    return bool(_CANCELS.search(text))


def asks_rule(text: str) -> bool:
    """Tell whether something is asked that a document may say: "..., is there an extra charge?"."""
    return bool(_RULE.search(text)) and not _OUTCRY.search(text)


def only_likely_trouble(text: str, intent: str) -> bool:
    """Tell whether nothing but likeness makes this a trouble: "we had a break-in last night"."""
    return intent in _LOOKED_UP and _trouble(text) is None


def strays(desk: Desk, text: str, first: Ranked) -> bool:
    """Tell whether a wish is only faintly like its examples, and speaks of other things.

    "How early must the names of our group be sent?" is like "is there a number for the group".
    """
    spoken = desk.pack.spoken.get(first.intent)
    return first.nearness < 2 * _NEAR and spoken is not None and spoken.lacks(text) >= _STRANGE


def asks_strange_price(desk: Desk, text: str, first: Ranked) -> bool:
    """Tell whether the price of something is asked that is not sold: then documents may tell."""
    prices = _is(desk, first, Kind.PRODUCT) or _reply_of(desk, first) in _PRODUCT_REPLIES
    if not prices or KNOWLEDGE not in desk.tools:
        return False
    return not choices.products(text, desk.context.products) and desk.pack.sold.is_strange(text)


def only_when(desk: Desk, text: str) -> bool:
    """Tell whether the words ask for a day, or a time of it, and for nothing else."""
    found = [one for one in days.find(text, desk.context) if one.value is not None]
    if not found or not text.rstrip().endswith("?"):
        return False
    left = blanked(text, found)
    return not _LITTLE.sub("", blanked(left, times.find(left, desk.context, day=None)))


_LITTLE = re.compile(
    r"[\W\x00]+|\b(?:and|or|on|at|in|the|what|how|about|then|ok(?:ay)?|so|but|for)\b", re.I
)


def both_prices(desk: Desk, one: Ranked, other: Ranked) -> bool:
    """Tell whether two wishes are both answered by what the products cost."""
    return any(
        _is(desk, first, Kind.PRODUCT) and _reply_of(desk, second) == "products"
        for first, second in ((one, other), (other, one))
    )


_ASKS = re.compile(
    r"^\W*(?:(?:hi|hello|hey|and|but|so|ok(?:ay)?|please)\W+)*"
    r"(?:how|what|which|when|where|who|why|is|are|do|does|did|can i|can we|may|must|should)\b",
    re.I,
)
_REQUESTS = re.compile(r"\b(?:is it possible|are you able|(?:can|could|will|would) you)\b", re.I)
_LOOKED_UP = frozenset({chitchat.FAULT, chitchat.OVERCHARGED})
_RULE = re.compile(
    r"(?:^|[,;:.!?-]\s+|\b(?:and|but|so)\s+)"
    r"(?:what|which|when|where|(?:is|are) there|does|"
    r"(?:do|can|may|must|should|will|would|am) (?:i|we))\b|"
    r"\bhow (?:much|many|long|often|late|soon|early)\b|"
    r"^\W*(?:extra|additional|any|surcharge|fee|charge|price|cost|deadline|limit)s?\b.*\?\W*$",
    re.I,
)
_OUTCRY = re.compile(
    r"\bwhat(?:'s| is| was| are| the)? (?:going on|wrong|this|that|these|those|happening|happened|"
    r"up|hell|the (?:problem|matter|issue))\b|\bwhat (?:now|happened)\b",
    re.I,
)
_IF_CANCELLED = re.compile(r"\b(?:if|when|once) (?:i|we) (?:cancel|call\w* off)\b", re.I)
_CANCELS = re.compile(
    r"\b(?:cancel\w*|call(?:ed|ing)? (?:\w+ ){0,3}off|delet\w+|drop\w*|scrap\w*|scratch|undo|"
    r"revoke|withdraw\w*|remove\w*|forget|stop|get out of|take (?:me|us|it|my \w+) (?:off|out)|not|"
    r"cannot|unable|no longer|instead of me|skip|abort|annul\w*|rid of|dont|cant|wont)\b|n't\b",
    re.I,
)
_BOOKED = re.compile(
    r"\b(?:bookings?|appointments?|meetings?|reservations?|demos?|calendar)\b", re.I
)
_PRODUCT_REPLIES = {"products", CATALOGUE}


def _trouble(text: str) -> str | None:
    if _SUPPOSES.search(text) and not re.search(r"\b(?:our|my|us|we've|twice)\b", text, re.I):
        return None
    if _OVERCHARGED.search(text) and not _OWN_MISTAKE.search(text):
        return chitchat.OVERCHARGED
    if _FAULT.search(text) and not _SUPPOSES.search(text):
        return chitchat.FAULT
    return None


def _asks_price(desk: Desk, text: str) -> bool:
    named = choices.products(text, desk.context.products)
    return bool(named and _PRICE.search(text)) and not _NOT_PRICE.search(text)


def _booking(desk: Desk, text: str, ranked: Sequence[Ranked]) -> Ranked | None:
    """A day and a time with a meeting-like wish is a booking, not a question about the hours."""
    top = ranked if _FREE_TIME.search(text) else ranked[:_TOP]
    book = next((one for one in top if _is_appointment(desk, one)), None)
    if book is None or (book is ranked[0] and book.nearness > _NEAR * 2):
        return None
    day = [one for one in days.find(text, desk.context) if one.value is not None]
    on = None
    at = [one for one in times.find(text, desk.context, day=on) if one.value is not None]
    meeting = bool(_MEETING.search(text))
    hours = bool(_HOURS.search(text))
    if day and at and not hours and (meeting or book in ranked[:2]):
        return book
    if meeting and not hours and book.nearness >= _NEAR and not _answers(desk, ranked[0]):
        return book
    if _FREE_TIME.search(text) and not hours:
        return book
    if (day or at) and meeting and not hours and _reply_of(desk, ranked[0]) == "hours":
        return book
    return None


def _answers(desk: Desk, first: Ranked) -> bool:
    """Tell whether something else is understood well enough."""
    return first.nearness >= 2 * _NEAR and not _is_appointment(desk, first)


def _is_appointment(desk: Desk, one: Ranked) -> bool:
    reply = desk.pack.replies.get(one.intent)
    manner = desk.tools.get(reply.tool or "") if reply else None
    return manner is not None and manner.is_appointment


def _is(desk: Desk, one: Ranked, kind: Kind) -> bool:
    reply = desk.pack.replies.get(one.intent)
    manner = desk.tools.get(reply.tool or "") if reply else None
    return manner is not None and manner.of_kind(kind) is not None


def _best(desk: Desk, ranked: Sequence[Ranked], kind: Kind) -> Ranked | None:
    return next((one for one in ranked if _is(desk, one, kind)), None)


def _reply_of(desk: Desk, one: Ranked) -> str:
    reply = desk.pack.replies.get(one.intent)
    return (reply.tool or reply.fact or reply.policy or "") if reply else ""
