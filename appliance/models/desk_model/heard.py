"""Reading a message against a tool: what it changes, names, or leaves over."""

from __future__ import annotations

import re

from appliance.models.desk_model import (
    signals,
)
from appliance.models.desk_model.frame import Slots, Task
from appliance.models.desk_model.manner import TO_PERSON, Manner
from appliance.models.desk_model.move import Desk
from appliance.models.desk_model.slots import people
from appliance.models.desk_model.slots.extract import Reading
from appliance.models.desk_model.slots.found import Kind
from appliance.models.desk_model.wishes import Wish


def about_slots(reading: Reading) -> bool:
    """Tell whether a question only puts a value forward: "is 4 ok?"."""
    left = re.sub(
        r"[\x00\W]|\b(?:is|are|can|could|would|we|i|you|do|does|it|how|what|about|possible|ok|okay|"
        r"fine|free|available|on|at|the|then|maybe|and|or|please|that|work|works|good|for|be|move|"
        r"change|make|switch|to|same|time|day|instead|rather|push|put|from|later|earlier|also|like|"
        r"prefer|take|let's|say|around|any|chance|there|have|slot|your|want|need|reschedule|shift|"
        r"us|me|my|in|of|a|if|actually|sorry|oh|wait|hm+|no|not|yes|so|hour|suits?|just|better|"
        r"bit|still|open|this|one|book|get|with|will)\b",
        "",
        reading.rest,
        flags=re.I,
    )
    return not left


def changed(task: Task, reading: Reading) -> bool:
    return any(task.slots.get(name) != value for name, value in reading.values.items())


def named(manner: Manner, text: str, *, doubted: bool) -> str | None:
    """Find the slot whose value the words doubt."""
    if not doubted:
        return None
    return next((slot.name for slot in manner.slots if signals.names_slot(text, slot)), None)


def meant(text: str, noun: str) -> str:
    """Put the thing spoken of in the place of "it"; empty where there is no "it"."""
    if not noun or not re.search(r"\b(?:it|that|this)\b", text, re.I):
        return ""
    return re.sub(r"\b(?:it|that|this)\b", noun, text, count=1, flags=re.I)


def noun(manner: Manner) -> str:
    """Give what a tool is about, for "how long does it take?": schedule_demo is about the demo."""
    return f"the {manner.name.rpartition('_')[2]}" if manner.is_appointment else ""


def says_something(text: str) -> bool:
    return len(re.findall(r"[^\W\d_]{3,}", text)) >= 2


def asks_something(text: str, asks: bool) -> bool:  # noqa: FBT001 - the part's own mark
    """Tell whether a part that was not understood is a question worth looking up."""
    return asks and len(text.split()) > 2


def reads(desk: Desk, one: Wish) -> bool:
    manner = desk.tools.get(one.tool or "")
    return manner is not None and not manner.confirms and manner.name != TO_PERSON


def is_other_task(desk: Desk, one: Wish) -> bool:
    """Tell whether a wish begins something else; noting down a name is none of its own."""
    manner = desk.tools.get(one.tool or "")
    return manner is None or (manner.confirms and any(slot.required for slot in manner.slots))


def only_values(text: str) -> bool:
    """Tell whether the words are an address or a number and hardly anything else."""
    rest = re.sub(r"\S+@\S+|\+?\(?\d[\d\s().-]{6,}\d", " ", text)
    return rest != text and len(re.findall(r"[^\W\d_]{2,}", rest)) <= 3


_LOOSE = re.compile(
    r"\d|@|\w\.[a-z]{2,4}\b|\b(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|noon|"
    r"midday|half|"
    r"quarter|"
    r"hours?|minutes?|morning|afternoon|evening|tonight|today|tomorrow|week|month|"
    r"(?:mon|tues?|wednes|thurs?|fri|satur|sun)day|january|february|march|april|june|july|august|"
    r"september|october|november|december|earlier|later)\b",
    re.I,
)
_NAME_LIKE = re.compile(r"(?<![.!?\x00])[ ,](?!I\b)[A-Z][^\W\d_]+(?:[ -][A-Z][^\W\d_]+)*")


def unexplained(task: Task, reading: Reading) -> bool:
    """Tell whether the words hold a number, a day, an address or a name nobody has read."""
    rest = reading.rest.replace("\x00", " ")
    if _LOOSE.search(rest):
        return True
    known = {
        word.lower()
        for value in task.slots.values()
        for word in re.findall(r"[^\W\d_]+", str(value))
    }
    return any(
        word.lower() not in known
        for match in _NAME_LIKE.finditer(rest)
        for word in re.findall(r"[^\W\d_]+", match[0])
        if word.lower() not in _COMMON
    )


_COMMON_WORDS = """
yes no ok okay yep yeah sure right correct perfect great good fine go please thanks thank thank you
book it do that and all everything looks sounds confirm confirmed ahead demo acme is the
"""
_COMMON = frozenset(_COMMON_WORDS.split())


def bare_name(manner: Manner, task: Task, text: str) -> Slots:
    """Take two or three capitalised words for the name that is still missing."""
    slot = manner.of_kind(Kind.PERSON)
    if slot is None or task.slots.get(slot.name):
        return {}
    return {slot.name: text.strip()} if is_bare_name(text) else {}


def is_bare_name(text: str) -> bool:
    """Tell whether two or three capitalised words are all there is, and a name."""
    return bool(_BARE_NAME.fullmatch(text.strip())) and people.is_name(text)


_BARE_NAME = re.compile(r"[A-Z][^\W\d_]+(?:[ -][A-Z][^\W\d_'’]+){1,2}")
