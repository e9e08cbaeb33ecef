"""Carrying on: a booking that moves, a question for other values."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from appliance.models.desk_model import (
    amends,
    chitchat,
    heard,
    quoting,
    saying,
    signals,
    tasks,
    wording,
)
from appliance.models.desk_model import text as words_of
from appliance.models.desk_model.frame import Frame, Slots, Task
from appliance.models.desk_model.move import Desk, Move
from appliance.models.desk_model.router import prepared
from appliance.models.desk_model.slots import choices
from appliance.models.desk_model.slots.found import Kind
from appliance.models.desk_model.wishes import Wish, is_chat, is_small_talk

_CALLS_OFF = re.compile(r"\b(?:cancel|call off|delete|drop)\b", re.I)
_NOUNS = r"bookings?|appointments?|meetings?|reservations?|demos?"
_A_BOOKING = re.compile(
    rf"{_CALLS_OFF.pattern} (?:my|our|the|an?) (?:\w+ ){{0,2}}(?:{_NOUNS})\b", re.I
)
_OWN_BOOKING = rf"(?:my|our) (?:\w+ ){{0,2}}(?:{_NOUNS}|sessions?)"
_MOVES_A_BOOKING = re.compile(
    rf"\b(?:move|change|reschedule|postpone|push|shift|rebook) {_OWN_BOOKING}\b", re.I
)
_WHEN_IS_IT = re.compile(
    rf"\b(?:when|what (?:time|day|date))(?:'s| is| was)? {_OWN_BOOKING}\b", re.I
)


def carried_on(
    desk: Desk, frame: Frame, text: str, written: str, found: Sequence[Wish]
) -> Move | None:
    """Change what was booked, or ask the last question for other values."""
    drops = signals.drops(text) or any(o.sure and o.intent == chitchat.CANCEL_DONE for o in found)
    off = (drops and _CALLS_OFF.search(text)) or signals.calls_it_off(text)
    names = bool(_A_BOOKING.search(text))
    asks_how = names and any(one.asks and not one.sure for one in found)
    # "All right" would let them believe that what they booked some other day is cancelled.
    ours = off and (frame.done or (names and not asks_how))
    if ours and (signals.cannot_come(text) or not changes(desk, frame, text, written)):
        return saying.not_cancelled(desk, frame, intent="cancel")
    if signals.wants_another(text) and any(
        tool in desk.tools and desk.tools[tool].is_appointment for tool in frame.done
    ):
        return saying.offer_person(frame, wording.ONE_BOOKING, "booking", intent="booking")
    if desk.books and not frame.done and (unseen := _of_another_time(text)):
        return saying.offer_person(frame, unseen, "booking", intent="booking")
    if (
        signals.drops(text)
        and not asks_how
        and not any(one.sure and not is_small_talk(one.intent) for one in found)
    ):
        return Move(frame=frame, text=wording.NOTHING_TO_DROP, intent="dropped")
    if changed := changes(desk, frame, text, written):
        return changed
    if followed := quoting.followed_up(desk, frame, text, written):
        return followed
    last = frame.last if frame.last and frame.last[0] in desk.tools else None
    if frame.topic and (last is None or not desk.tools[last[0]].of_kind(Kind.PRODUCT)):
        last = _priced(desk, frame.topic) or last
    if last is None:
        return None
    tool, args = last
    manner = desk.tools[tool]
    if (anew := amends.recounted(manner, args, text)) is not None:
        task = Task(tool=tool, slots={**args, **anew.values}, words=text)
        return tasks.proceed(desk, frame, task, troubles=anew.troubles)
    reading = tasks.read(desk, manner, text, written=written)
    others = any(one.sure and not is_chat(one.intent) and one.tool != tool for one in found)
    brief = len(prepared(text).split()) <= 4 and (
        signals.goes_on(text) or (len(text.split()) <= 3 and not words_of.is_question(text))
    )
    if others and not brief:
        return None
    queries = {slot.name for slot in manner.slots if slot.kind is Kind.QUERY}
    values = {key: value for key, value in reading.values.items() if key not in queries}
    if not values:
        return None
    named = any(slot.kind is Kind.PRODUCT and slot.name in values for slot in manner.slots)
    if len(choices.products(text, desk.context.products)) > 1:
        return tasks.calling(desk, frame, (), saying.quotes(desk, manner, text, {**args, **values}))
    if signals.goes_on(text) or len(text.split()) <= 4 or not named:
        task = Task(tool=tool, slots={**args, **values}, words=text)
        return tasks.proceed(desk, frame, task)
    return None


def _of_another_time(text: str) -> str:
    """Say that a booking which the customer speaks of was not made here; "" for other words."""
    if _MOVES_A_BOOKING.search(text):
        return wording.NOT_MOVED
    return wording.NO_BOOKING if _WHEN_IS_IT.search(text) else ""


def changes(desk: Desk, frame: Frame, text: str, written: str) -> Move | None:
    """Change a booking that was made: keep its slots, read it back anew."""
    if not signals.shifts(text) and not _weakly(text):
        return None
    for tool, slots in reversed(frame.done.items()):
        manner = desk.tools.get(tool)
        if manner is None:
            continue
        said, wrote = signals.besides_absence(text), signals.besides_absence(written)
        reading = tasks.read(desk, manner, said, task=Task(tool=tool, slots=slots), written=wrote)
        if not signals.shifts(text) and not heard.about_slots(reading):
            continue
        task = Task(tool=tool, slots={**slots, **reading.values}, words=text)
        if heard.changed(Task(tool=tool, slots=slots), reading) or reading.troubles:
            vague = {n for n, f in reading.troubles.items() if f.trouble in {"vague", "several"}}
            kept = {key: value for key, value in task.slots.items() if key not in vague}
            return tasks.proceed(desk, frame, replace(task, slots=kept), troubles=reading.troubles)
        named = heard.named(manner, text, doubted=True)
        if named is None and manner.is_appointment and _about_booking(text):
            day = manner.of_kind(Kind.DAY)
            named = day.name if day else None
        if named is not None:
            kept = {key: value for key, value in slots.items() if key != named}
            return tasks.proceed(desk, frame, Task(tool=tool, slots=kept, words=text))
    return None


def _weakly(text: str) -> bool:
    """Tell whether the words may move a booking if they hold nothing but values."""
    return signals.moves(text) and not words_of.is_question(text)


def _priced(desk: Desk, topic: str) -> tuple[str, Slots] | None:
    """Give the reading tool that takes a product, with the product spoken of."""
    for manner in desk.tools.values():
        slot = manner.of_kind(Kind.PRODUCT)
        if slot is not None and not manner.confirms:
            return manner.name, {slot.name: topic}
    return None


def _about_booking(text: str) -> bool:
    return bool(
        re.search(r"\b(?:reschedule|re-schedule|postpone|rebook)\b", text, re.I)
        or signals.cannot_come(text)
        or (
            re.search(
                r"\b(?:move|push|shift|change)\b",
                text,
                re.I,
            )
            and re.search(
                r"\b(?:it|that|this|demo|booking|appointment|meeting|call|slot|reservation)\b",
                text,
                re.I,
            )
        )
    )
