"""A detail of what was done was wrong: the address, the name, the number."""

from __future__ import annotations

import re
from dataclasses import replace

from appliance.models.desk_model import heard, saying, signals, tasks, wording
from appliance.models.desk_model import text as words_of
from appliance.models.desk_model.frame import Frame, Task
from appliance.models.desk_model.move import Desk, Move
from appliance.models.desk_model.slots.found import Kind

_DETAILS = {
    Kind.EMAIL, Kind.PHONE, Kind.PERSON, Kind.FIRST_NAME, Kind.LAST_NAME, Kind.DAY, Kind.TIME,
}  # fmt: skip
_NOUN = (
    r"(?:day|date|time|e-?mail(?: address)?|address|(?:(?:first|last|family|given) )?name|surname|"
    r"(?:(?:phone|mobile|cell) )?number|phone)"
)
_OPENING = (
    r"\W*(?:(?:sorry|wait|oh|no|oops|actually|hm+|and|but|i think|i'm afraid|i just (?:saw|noticed)"
    r"(?: that)?)\W+)*"
)
_WRONG = r"(?:wrong|incorrect|not right|not correct|misspel\w+|mistyped|spel\w+ wrong)"
_DOUBTS = re.compile(
    rf"{_OPENING}(?:(?:that|this|it)(?:'s| is| was) )?(?:"
    rf"(?:the |a |my )?{_WRONG} {_NOUN}\b|"
    rf"(?:my|the|that) {_NOUN} (?:is|was|isn't|wasn't|has) (?:\w+ ){{0,2}}"
    rf"(?:{_WRONG}|right|correct|a (?:typo|mistake))\b|"
    rf"i (?:\w+ )?(?:misspel\w+|mistyped) (?:\w+ ){{0,2}}(?:my |the )?{_NOUN}\b|"
    rf"i (?:\w+ )?(?:got|gave|wrote|typed|entered|put|told) (?:\w+ ){{0,2}}(?:the |a |my )?"
    rf"wrong {_NOUN}\b|"
    rf"(?:there(?:'s| is| was) |i made )?an? (?:typo|mistake|error) (?:in|with) (?:my|the) "
    rf"{_NOUN}\b)",
    re.I,
)
_TELLS = re.compile(
    rf"{_DOUBTS.pattern}|{_OPENING}(?:(?:my|the|our) (?:(?:correct|right|new|real|actual|full) )?"
    rf"{_NOUN}(?:'s|:|,| (?:is|should be|was meant to be|has changed))|i meant?\b|"
    rf"(?:it )?should (?:be|have been)\b)",
    re.I,
)
_VALUE = re.compile(r"\S@\S|\d[\d\s().-]{5,}\d")
_BRIEF = 12
_YOURS = re.compile(r"\byour (?:web ?site|site|page|invoice|bill)\b", re.I)
_INVITES = re.compile(r"\b(?:invit\w+|calendar file|cc)\b", re.I)
_FROM = re.compile(r"\b(?:from|by|via|through|of)\b", re.I)


def gives_detail(text: str) -> bool:
    """Tell whether the words give an address or a number of the customer's and hardly more."""
    return bool(_TELLS.match(text)) and bool(_VALUE.search(text)) and len(text.split()) <= _BRIEF


def corrected(desk: Desk, frame: Frame, text: str, written: str) -> Move | None:
    """Read back what was done with the detail put right, or ask for it; None for other words."""
    invites = _INVITES.search(text)
    if _YOURS.search(text):
        return None
    if words_of.is_question(text) and not invites:
        return None
    bare = heard.only_values(text) and not _FROM.search(text)
    doubts = _DOUBTS.match(text)
    if not (bare or invites or _TELLS.match(text)):
        return None
    for tool, slots in reversed(frame.done.items()):
        manner = desk.tools.get(tool)
        held = [slot for slot in manner.slots if slot.kind in _DETAILS] if manner else []
        if manner is None or not held:
            continue
        task = Task(tool=tool, slots=slots, words=text)
        reading = tasks.read(desk, manner, text, task=task, written=written)
        names = {slot.name for slot in held}
        given = {
            name: value
            for name, value in reading.values.items()
            if name in names and value != slots.get(name)
        }
        if given and signals.adds(text):
            return saying.offer_person(frame, wording.CANNOT, "cannot", intent=tool)
        if given:
            right = replace(task, slots={**slots, **given})
            return tasks.proceed(desk, frame, right)
        broken = {name: found for name, found in reading.troubles.items() if name in names}
        wrong = next(
            (s.name for s in held if doubts and slots.get(s.name) and signals.names_slot(text, s)),
            None,
        )
        wrong = next(iter(broken), wrong)
        if wrong is not None:
            kept = {name: value for name, value in slots.items() if name != wrong}
            return tasks.proceed(desk, frame, replace(task, slots=kept), troubles=broken)
    return None
