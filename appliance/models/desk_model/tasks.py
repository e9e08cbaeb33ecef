"""Filling a tool: what is still missing, what cannot be, the read-back, the call."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, time, timedelta
from string import Formatter

from appliance.models.desk_model import amends, answers, opening, signals, wording
from appliance.models.desk_model import text as words_of
from appliance.models.desk_model.frame import Frame, Part, Slots, Task
from appliance.models.desk_model.manner import Manner
from appliance.models.desk_model.move import Call, Desk, Move
from appliance.models.desk_model.slots import extract, periods, times
from appliance.models.desk_model.slots.found import Found, Kind, Slot, Value

_KNOWN = {Kind.PERSON: "name", Kind.EMAIL: "email", Kind.PHONE: "phone", Kind.COMPANY: "company"}
_WAYS = {Kind.EMAIL, Kind.PHONE}
_MOST_REPLIES = 4


def read(
    desk: Desk, manner: Manner, text: str, *, task: Task | None = None, written: str | None = None
) -> extract.Reading:
    """Read a message for a tool's slots; the asked slot's bare answer counts."""
    day = manner.of_kind(Kind.DAY)
    known = task.slots.get(day.name) if task and day else None
    near = str(known) if known else task.near if task else ""
    context = replace(
        desk.context,
        near=date.fromisoformat(near) if near else None,
        week=_week(desk, near, task.period if task and not known else ""),
        offered=_offered(desk, task) if task and not known else (),
    )
    reading = extract.read(
        text,
        manner.slots,
        context=context,
        asked=task.asked if task else None,
        day=str(known) if known else None,
        written=written,
        current=task.slots if task else None,
        corrects=task is not None and signals.corrects(text),
    )
    if day and known and (told := reading.troubles.get(day.name)) and _within(desk, told, near):
        rest = {name: found for name, found in reading.troubles.items() if name != day.name}
        reading = replace(reading, troubles=rest)
    return amends.amended(manner, reading, task.slots, written or text) if task else reading


def _within(desk: Desk, told: Found, on: str) -> bool:
    """Tell whether a bound asks for nothing new: "I'm only free until friday" beside thursday."""
    if told.trouble != "vague" or periods.bounds(told.hint) is None:
        return False
    span = periods.span(told.hint, desk.turn.today)
    return span is not None and span[0] <= date.fromisoformat(on) <= span[1]


def _offered(desk: Desk, task: Task) -> tuple[date, ...]:
    """List the days put forward when the day asked for was closed."""
    if not task.near:
        return ()
    return tuple(desk.turn.next_open(after=date.fromisoformat(task.near)))


def _week(desk: Desk, near: str, period: str) -> date | None:
    """Give the first day of the week or period spoken of, if it is not this week."""
    if (spoken_of := periods.span(period, desk.turn.today)) is not None:
        return spoken_of[0] if spoken_of[0] > desk.turn.today else None
    if near:
        day = date.fromisoformat(near)
        monday = day - timedelta(days=day.weekday())
        return monday if monday > desk.turn.today else None
    return None


def prefilled(desk: Desk, manner: Manner, frame: Frame) -> Slots:
    """Give what is known of the contact: the card, then what was said for earlier tasks."""
    known: Slots = {}
    for slot in manner.slots:
        key = _KNOWN.get(slot.kind)
        if key and desk.turn.card.get(key):
            known[slot.name] = desk.turn.card[key]
        if half := _half_of(desk.turn.card.get("name", ""), slot.kind):
            known[slot.name] = half
        for slots in (*frame.done.values(), frame.task.slots if frame.task else {}):
            if key and slots.get(slot.name):
                known[slot.name] = slots[slot.name]
    return known


def _half_of(name: str, kind: Kind) -> str:
    """Give the first or the last name of a whole one; empty where it has none."""
    first, _, last = name.strip().partition(" ")
    return {Kind.FIRST_NAME: first, Kind.LAST_NAME: last.strip()}.get(kind, "")


def proceed(
    desk: Desk,
    frame: Frame,
    task: Task,
    *,
    before: Sequence[Part] = (),
    troubles: Mapping[str, Found] | None = None,
    lead: str = "",
    unsure: bool = False,
) -> Move:
    """Take a task one step on: ask, read back, or call. `before` is said first."""
    manner = desk.tools[task.tool]
    lead = " ".join(filter(None, (lead, _here(desk, manner, task))))
    asked = _problem(desk, manner, task, troubles or {}) or _missing(desk, manner, task)
    if asked is not None:
        task, question, replies = asked
        text = " ".join(filter(None, (lead, question)))
        return waiting(
            frame, task, [*before, Part(text=text)], quick_replies=replies, unsure=unsure
        )
    if manner.confirms:
        task = replace(task, confirming=True, asked=None, hint="")
        moves = _moves_from(manner, frame.done.get(task.tool), task.slots)
        text = " ".join(filter(None, (lead, moves, read_back(manner, task.slots))))
        return waiting(
            frame,
            task,
            [*before, Part(text=text)],
            quick_replies=wording.CONFIRM_REPLIES,
            unsure=unsure,
        )
    return calling(desk, replace(frame, task=None), before, [(task.tool, task.slots, task.words)])


def _moves_from(manner: Manner, before: Slots | None, slots: Slots) -> str:
    """Say which booking the new one would move; "" where there is none, or it stays in place."""
    day, at = manner.of_kind(Kind.DAY), manner.of_kind(Kind.TIME)
    if not before or day is None or at is None:
        return ""
    places = [(each.get(day.name), each.get(at.name)) for each in (before, slots)]
    if places[0] == places[1] or None in places[0]:
        return ""
    return wording.moves_from(*(wording.value(s, before[s.name]) for s in (day, at)))


def _here(desk: Desk, manner: Manner, task: Task) -> str:
    """Say what a time the customer just told in another zone is in the company's own."""
    at = manner.of_kind(Kind.TIME)
    told = str(task.slots.get(at.name) or "") if at else ""
    if not told or not desk.said:
        return ""
    day = manner.of_kind(Kind.DAY)
    on = str(task.slots.get(day.name) or "") if day else ""
    moved = times.from_elsewhere(
        words_of.clean(desk.said[-1]), desk.context, day=date.fromisoformat(on) if on else None
    )
    return wording.time_here(told, desk.turn.zone) if told in moved else ""


def prompt(desk: Desk, task: Task) -> tuple[str, tuple[str, ...]]:
    """Give the question a task waits on, as it stands, with its quick replies."""
    manner = desk.tools[task.tool]
    if task.confirming:
        return read_back(manner, task.slots), wording.CONFIRM_REPLIES
    if asked := _missing(desk, manner, task):
        return asked[1], asked[2]
    slot = manner.slot(task.asked)  # "10 or 15 users?" asks for what could be left out
    return _question(desk, manner, slot, task) if slot else ("", ())


def waiting(
    frame: Frame,
    task: Task,
    parts: Sequence[Part],
    *,
    quick_replies: Sequence[str] = (),
    unsure: bool = False,
) -> Move:
    """Say the parts and wait; parts that are calls run first."""
    calls = [part for part in parts if part.call]
    frame = replace(frame, task=task, offer=None)
    if calls:
        return Move(frame=replace(frame, parts=tuple(parts)), intent=task.tool)
    return Move(
        frame=replace(frame, parts=()),
        text=joined(part.text for part in parts),
        quick_replies=tuple(quick_replies)[:_MOST_REPLIES],
        citations=tuple(dict.fromkeys(c for part in parts for c in part.citations)),
        unsure=unsure,
        intent=task.tool,
    )


def calling(
    desk: Desk,
    frame: Frame,
    before: Sequence[Part],
    wanted: Sequence[tuple[str, Mapping[str, Value], str]],
    *,
    after: Sequence[Part] = (),
) -> Move:
    """Make calls; the parts around them wait in the frame for the results."""
    parts, calls = list(before), []
    for name, args, words in wanted:
        manner = desk.tools.get(name)
        if manner is not None and not manner.confirms and manner.of_kind(Kind.PRODUCT):
            # Set before the result: a person may have to decide first.
            frame = replace(frame, last=(name, dict(args)), dropped=None)
        call: Call = desk.call(name, args, ordinal=len(parts))
        calls.append(call)
        parts.append(Part(call=call.id, words=words))
    return Move(
        frame=replace(frame, parts=(*parts, *after), offer=None),
        calls=tuple(calls),
        intent=wanted[-1][0] if wanted else "",
    )


def read_back(manner: Manner, slots: Mapping[str, Value]) -> str:
    """Word the question before a write, with every value as people say it."""
    worded = {slot.name: wording.value(slot, slots.get(slot.name)) for slot in manner.slots}
    if manner.read_back:
        return _template(manner.read_back, slots, worded)
    told = [
        (wording.slot_name(slot), worded[slot.name])
        for slot in manner.slots
        if slots.get(slot.name) is not None
    ]
    return wording.read_back(wording.label(manner.name), told)


def _template(template: str, slots: Mapping[str, Value], worded: Mapping[str, str]) -> str:
    """Fill the tool's own sentence: what is missing is left out, what it does not name is added."""
    named = [field for _, field, _, _ in Formatter().parse(template) if field]
    given = {name: worded[name] for name in worded if slots.get(name) is not None}
    if named:
        others = [words for name, words in given.items() if name not in named]
        last = ", ".join(filter(None, (given.get(named[-1], ""), *others)))
        given[named[-1]] = last
    filled = template.format_map(defaultdict(str, given))
    return re.sub(r"(?<=[:,])\s*,|,\s*(?=[.?])", "", filled).replace("  ", " ")


def joined(texts: Iterable[str]) -> str:
    """Join what is said in one answer, a blank line between the parts; nothing is said twice."""
    seen: set[str] = set()
    kept: list[str] = []
    for text in texts:
        fresh: list[str] = []
        for line in re.findall(r"[^\n]+?(?:[.!?](?=\s)\s+|\n+|$)", text):
            if line.strip() not in seen:
                seen.add(line.strip())
                fresh.append(line)
        if fresh:
            kept.append("".join(fresh).strip())
    return "\n\n".join(kept)


_Question = tuple[Task, str, tuple[str, ...]]


def _problem(
    desk: Desk, manner: Manner, task: Task, troubles: Mapping[str, Found]
) -> _Question | None:
    """Find what cannot be: a broken address, a day gone by, a closed day, a time outside hours."""
    for name, found in troubles.items():
        slot = manner.slot(name)
        if slot is None or (
            task.slots.get(name) is not None and found.trouble in {"vague", "several"}
        ):
            continue
        if found.trouble == "vague":
            if asked := _vague(desk, slot, found, task):
                return asked
            continue
        kept = {key: value for key, value in task.slots.items() if key != name}
        if found.trouble == "several":
            options = tuple(wording.value(slot, one) for one in found.hint.split())
            asked_which = replace(task, slots=kept, asked=name, confirming=False)
            return asked_which, wording.which_of(options), options
        question = wording.again(slot, found.trouble or "", wording.ask(slot, manner.asks))
        if found.trouble == "zone":
            question = wording.which_time_here(desk.turn.zone)
        return replace(task, slots=kept, asked=name, confirming=False), question, ()
    return _closed(desk, manner, task) if manner.is_appointment else None


def _vague(desk: Desk, slot: Slot, found: Found, task: Task) -> _Question | None:
    task = replace(task, confirming=False)
    if slot.kind is Kind.DAY:
        if task.asked is None and not found.hint:
            return None
        days, closed = _days_in(desk, found.hint)
        replies = tuple(wording.day(on) for on in days)
        to_come = periods.span(found.hint, desk.turn.today) is not None
        period = wording.period(found.hint) if to_come else ""
        task = replace(task, asked=slot.name, period="" if closed else found.hint)
        if closed:
            return task, wording.closed_then(period, replies), replies
        return task, wording.which_day(period, replies), replies
    day = next((v for k, v in task.slots.items() if _is_day(desk, task, k)), None)
    if day is None:
        return None
    task = replace(task, asked=slot.name, hint=found.hint)
    return task, *_time_question(desk, date.fromisoformat(str(day)), found.hint)


def _is_day(desk: Desk, task: Task, name: str) -> bool:
    slot = desk.tools[task.tool].slot(name)
    return slot is not None and slot.kind is Kind.DAY


def _time_question(desk: Desk, on: date, hint: str) -> tuple[str, tuple[str, ...]]:
    given = desk.turn.open_days.get(on, ())
    low, high = times.fitting(hint, given)
    starts = [
        wording.clock(time(minute // 60, minute % 60))
        for opens, closes in given
        for minute in range(_minutes(opens), _minutes(closes), 60)
        if low <= minute < high and not _gone(desk, on, minute)
    ]
    step = max(1, len(starts) // _MOST_REPLIES)
    replies = tuple(starts[::step][:_MOST_REPLIES])
    return wording.which_time(hint, opening.spans(given)), replies


def _days_in(desk: Desk, hint: str) -> tuple[list[date], bool]:
    """List open days that fit a vague period, or the next ones where all of it is closed."""
    bounds = periods.span(hint, desk.turn.today)
    if bounds is None:
        return desk.turn.next_open(most=3), False
    first, last = bounds
    inside = [on for on in desk.turn.next_open(after=first, most=3) if on <= last]
    if inside or last not in desk.turn.open_days:
        return inside, False
    return desk.turn.next_open(after=last, most=3), True


def _closed(desk: Desk, manner: Manner, task: Task) -> _Question | None:
    """Check an appointment against the opening hours before asking for more."""
    day, at = manner.of_kind(Kind.DAY), manner.of_kind(Kind.TIME)
    given = task.slots.get(day.name) if day else None
    if day is None or at is None or given is None:
        return None
    on = date.fromisoformat(str(given))
    hours = desk.turn.open_days.get(on)
    if hours is None:
        return None
    later = _over(desk, on, hours)
    if not hours or later:
        others = [wording.day(other) for other in desk.turn.next_open(after=on) if other != on]
        kept = {key: value for key, value in task.slots.items() if key != day.name}
        task = replace(
            task, slots=kept, asked=day.name, confirming=False, near=on.isoformat(), period=""
        )
        return task, wording.closed_that_day(wording.day(on), others, over=later), tuple(others)
    chosen = task.slots.get(at.name)
    if chosen is None:
        return None
    minute = _minutes(time.fromisoformat(str(chosen)))
    inside = any(_minutes(opens) <= minute < _minutes(closes) for opens, closes in hours)
    if inside and not _gone(desk, on, minute):
        return None
    kept = {key: value for key, value in task.slots.items() if key != at.name}
    task = replace(task, slots=kept, asked=at.name, confirming=False)
    _, replies = _time_question(desk, on, "")
    told = wording.outside_hours(wording.clock(str(chosen)), wording.day(on), opening.spans(hours))
    if inside:
        told = wording.time_gone(wording.clock(str(chosen)))
    return task, told, replies


def _missing(desk: Desk, manner: Manner, task: Task) -> _Question | None:
    """Find the next slot to ask for; a write that names a contact needs one way to reach them."""
    if (percent := bargains(manner, task)) is not None:
        question, replies = _question(desk, manner, percent, task)
        return replace(task, asked=percent.name, confirming=False), question, replies
    for slot in manner.slots:
        if slot.required and task.slots.get(slot.name) is None:
            question, replies = _question(desk, manner, slot, task)
            return replace(task, asked=slot.name, confirming=False), question, replies
    if manner.writes:
        ways = [slot for slot in manner.slots if slot.kind in _WAYS and not slot.required]
        firm = any(slot.kind in _WAYS and slot.required for slot in manner.slots)
        known = any(task.slots.get(slot.name) for slot in ways)
        person = manner.of_kind(Kind.PERSON)
        if ways and not firm and not known and (person is None or person.required):
            question = wording.contact_way(ways)
            return replace(task, asked=ways[0].name, confirming=False), question, ()
    if not any(value is not None for value in task.slots.values()) and manner.slots:
        slot = manner.slots[0]
        question, replies = _question(desk, manner, slot, task)
        return replace(task, asked=slot.name, confirming=False), question, replies
    return None


def bargains(manner: Manner, task: Task) -> Slot | None:
    """Give the slot of the discount where one is asked for and nobody has said how much."""
    percent = manner.of_kind(Kind.PERCENT)
    if percent is None or task.slots.get(percent.name) is not None:
        return None
    return percent if signals.wants_less(task.words) else None


def _question(desk: Desk, manner: Manner, slot: Slot, task: Task) -> tuple[str, tuple[str, ...]]:
    if slot.kind is Kind.PRODUCT:
        lines = answers.price_lines(desk.pack.config, desk.turn)
        names = tuple(product.name for product in desk.pack.products)
        return wording.which_product(lines), names[:_MOST_REPLIES]
    question = wording.ask(slot, manner.asks)
    if slot.kind is Kind.CHOICE:
        return question, slot.choices[:_MOST_REPLIES]
    if slot.kind is Kind.DAY and manner.is_appointment:
        return question, tuple(wording.day(on) for on in desk.turn.next_open(most=3))
    day = manner.of_kind(Kind.DAY)
    if slot.kind is Kind.TIME and day and task.slots.get(day.name):
        on = date.fromisoformat(str(task.slots[day.name]))
        asked, replies = _time_question(desk, on, task.hint)
        return (asked if task.hint else question), replies
    return question, ()


def _minutes(at: time) -> int:
    return at.hour * 60 + at.minute


def _gone(desk: Desk, on: date, minute: int) -> bool:
    return on == desk.turn.today and minute <= _minutes(desk.turn.now.time())


def _over(desk: Desk, on: date, hours: Sequence[tuple[time, time]]) -> bool:
    return on == desk.turn.today and bool(hours) and desk.turn.now.time() >= hours[-1][1]
