"""Answers that only look likeliest: they speak of another thing than what is asked for."""

from __future__ import annotations

import re

from appliance.models.desk_model.move import Desk
from appliance.models.desk_model.router import Ranked

_CLEAR = 0.6
"""Nearness from which a question after a thing is as good as one of the examples."""
_OWN_CONTACT = re.compile(
    r"\b(?:my|our) (?:\w+ )?(?:e-?mails?|mail|phone|number|address|website|contact|data|details)\b|"
    r"\bthe (?:\w+ )?(?:link|invit\w+)\b",
    re.I,
)
_YOURS = re.compile(r"\b(?:your|yours|the company's|reach you|call you|contact you)\b", re.I)
_ONLINE = re.compile(
    r"\b(?:sign(?:ing)? (?:up|in|on)|log(?:ging)? ?(?:in|on)|register|download|subscribe|click|"
    r"upload|enrol+|pay|buy|order)\b",
    re.I,
)
_SEND_CONTRACT = re.compile(
    r"\b(?:send|e-?mail|show|give|forward|get|have|see|review|draft|sign)\b(?: \w+){0,3}? "
    r"(?:an?|the|your|our) (?:\w+ )?(?:contracts?|agreements?|nda|proposal|offer)\b(?! terms?)",
    re.I,
)
_OUT_OF = re.compile(r"\bout of\b", re.I)
_IS_THERE = re.compile(
    r"^\W*(?:(?:hi|hello|hey|and|but|so|ok(?:ay)?|also)\W+)*"
    r"(?:is there|do you (?:have|offer|provide)|(?:does|will) it (?:have|work|run|come))"
    r"(?: an?| any)?(?: (?!(?:with|to|for|into|in|at|from)\b)[\w-]+){1,3}\W*$",
    re.I,
)


def asks_other_thing(desk: Desk, text: str, first: Ranked) -> bool:
    """Tell whether the likeliest answer speaks of another thing: then documents may tell.

    "Will you share my e-mail?" is not about the company's own, "where do I sign up" not about its
    building, and "do you have an API" asks for a thing that the answer has no word of.
    """
    reply = desk.pack.replies.get(first.intent)
    if reply is None:
        return False
    if reply.fact == "contact" and _OWN_CONTACT.search(text) and not _YOURS.search(text):
        return True
    if reply.fact == "address" and _ONLINE.search(text):
        return True
    if reply.policy and _SEND_CONTRACT.search(text) and not _OUT_OF.search(text):
        return True
    spoken = desk.pack.spoken.get(first.intent)
    there = _IS_THERE.match(text) and first.nearness < _CLEAR
    strange = spoken.lacking(text) if there and spoken is not None else ()
    return any(not desk.pack.sold.knows(word) for word in strange)
