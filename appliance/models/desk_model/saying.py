"""Answers that need no task: facts, policies, small talk, look-ups, a person."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from appliance.models.desk_model import (
    answers,
    chitchat,
    heard,
    signals,
    tasks,
    wording,
)
from appliance.models.desk_model.frame import ASKED_WHAT, Frame, Offer, Part, Slots, Task
from appliance.models.desk_model.manner import CATALOGUE, KNOWLEDGE, TO_PERSON, Manner
from appliance.models.desk_model.move import Desk, Move
from appliance.models.desk_model.router import prepared
from appliance.models.desk_model.slots import choices
from appliance.models.desk_model.slots.found import Found, Kind, Slot, Value
from appliance.models.desk_model.wishes import Wish


def to_person(
    desk: Desk,
    frame: Frame,
    reason: str,
    *,
    department: str | None = None,
    before: Sequence[Part] = (),
) -> Move:
    """Hand over, with the customer's own last words as summary."""
    if TO_PERSON not in desk.tools:
        return Move(frame=Frame(done=frame.done), text=wording.STUCK, unsure=True)
    begun = wording.label(frame.task.tool) if frame.task else None
    args = {
        "reason": reason,
        "summary": wording.summary([one[:200] for one in desk.said[-4:]], begun),
        "department": department,
    }
    known = {slot.name for slot in desk.tools[TO_PERSON].slots}
    args = {key: value for key, value in args.items() if key in known}
    kept = replace(frame, task=None, offer=None, survey=None)
    return tasks.calling(desk, kept, before, [(TO_PERSON, args, "")])


def in_tongue(desk: Desk, frame: Frame, tongue: str) -> Move:
    """Say in the customer's language that the desk does not read it, and hand over."""
    if TO_PERSON not in desk.tools:
        told = wording.in_tongue(tongue, person=False)
        return Move(frame=replace(frame, parts=()), text=told, unsure=True)
    before = [Part(text=wording.in_tongue(tongue, person=True))]
    return to_person(desk, frame, "language", before=before)


def offer_person(frame: Frame, text: str, reason: str, *, intent: str) -> Move:
    return Move(
        frame=replace(frame, offer=Offer("person", reason=reason), parts=()),
        text=text,
        quick_replies=wording.PERSON_REPLIES,
        unsure=True,
        intent=intent,
    )


def not_cancelled(desk: Desk, frame: Frame, *, intent: str) -> Move:
    """Say that no booking can be cancelled here, and offer a person who can."""
    text = wording.NOT_CANCELLED if desk.books else wording.NOT_BOOKED_HERE
    return offer_person(frame, text, "cancellation", intent=intent)


def by_the_way(desk: Desk, frame: Frame, parts: Sequence[Part], intent: str) -> Move:
    """Say something and, if a task waits, put its question again."""
    task = frame.task if frame.task and frame.task.tool in desk.tools else None
    if task is None:
        return Move(
            frame=replace(frame, parts=(), offer=None),
            text=tasks.joined(part.text for part in parts),
            citations=tuple(c for part in parts for c in part.citations),
            intent=intent,
        )
    question, replies = tasks.prompt(desk, task)
    if task.asked == ASKED_WHAT:
        question = wording.WHAT_CHANGE
    move = tasks.waiting(frame, task, [*parts, Part(text=question)], quick_replies=replies)
    return replace(move, intent=intent)


def tell(desk: Desk, one: Wish) -> list[Part] | None:
    """Answer from facts, policies and fixed sentences; None when it takes a tool."""
    if not one.sure or not one.informs:
        return None
    said = quoted(desk, [one])
    return [Part(text=s.text, citations=s.citations) for s in said] or None


def quoted(desk: Desk, found: Sequence[Wish]) -> list[answers.Said]:
    result: list[answers.Said] = []
    config = desk.pack.config
    for one in found:
        reply = one.reply
        said: answers.Said | None = None
        if reply is None:
            continue
        if reply.fact:
            said = answers.fact(
                reply.fact, one.text, config=config, turn=desk.turn, context=desk.context
            )
        elif reply.policy:
            said = answers.policy(reply.policy, config=config, turn=desk.turn)
        elif reply.say:
            said = answers.Said(reply.say)
        if said is not None:
            result.append(said)
    return result


def chat(desk: Desk, intent: str) -> str:
    config = desk.pack.config
    if intent == chitchat.GREET:
        return config.workflow.greeting if len(desk.said) <= 1 else wording.GREETING_AGAIN
    if intent == chitchat.ABILITIES:
        tasks_first = sorted(desk.pack.labels, key=lambda name: not desk.pack.replies[name].tool)
        return wording.abilities([desk.pack.labels[name].lower() for name in tasks_first[:6]])
    if intent == chitchat.BOT:
        return wording.bot(config.client.name)
    fixed = {
        chitchat.THANKS: wording.THANKS,
        chitchat.BYE: wording.BYE,
        chitchat.HOW_ARE_YOU: wording.HOW_ARE_YOU,
    }
    return fixed.get(intent, wording.ALL_RIGHT)


def gathered(
    desk: Desk, frame: Frame, asides: Sequence[Wish]
) -> tuple[list[Part], list[tuple[str, Slots, str]]]:
    """Give what can be said at once, and the calls the rest takes."""
    parts: list[Part] = []
    wanted: list[tuple[str, Slots, str]] = []
    for one in asides:
        told = tell(desk, one)
        if told is not None:
            parts += told
        else:
            wanted += reading_calls(desk, frame, one)
    return parts, wanted


def reading_call(
    desk: Desk, frame: Frame, one: Wish, *, text: str | None = None, written: str | None = None
) -> tuple[str, Slots, str] | None:
    """Make the call that answers a wish: its tool, else a search in what the company knows."""
    manner = desk.tools.get(one.tool or "")
    if manner is not None and not manner.confirms and manner.name != TO_PERSON:
        source = one.text
        task = begun(desk, frame, one, (), source, one.written)
        slots = dict(task.slots)
        for slot in manner.slots:
            if slot.required and _takes_words(manner, slot) and not slots.get(slot.name):
                slots[slot.name] = source
        if any(slot.required and slots.get(slot.name) is None for slot in manner.slots):
            task = begun(desk, frame, one, (), text or source, written or one.written)
            slots = {**task.slots, **slots}
        if all(slots.get(slot.name) is not None for slot in manner.slots if slot.required):
            return manner.name, slots, one.text
    if KNOWLEDGE in desk.tools:
        return KNOWLEDGE, {"query": prepared(one.text)}, one.text
    return None


def reading_calls(
    desk: Desk, frame: Frame, one: Wish, *, text: str | None = None, written: str | None = None
) -> list[tuple[str, Slots, str]]:
    """Make the calls that answer a wish: one for each product that is named."""
    call = reading_call(desk, frame, one, text=text, written=written)
    manner = desk.tools.get(call[0]) if call else None
    slot = manner.of_kind(Kind.PRODUCT) if manner else None
    if call is None or manner is None or slot is None:
        return [call] if call else []
    around = desk.pack.mender.mend(written) if written else one.text
    named = choices.products(one.text, desk.context.products)
    pointed = _points_back(one.text, named) or one.text not in around
    source = around if pointed and len(named) < 2 else one.text
    whole = tasks.read(desk, manner, around).values
    return quotes(desk, manner, source, {**whole, **call[1]})


def quotes(desk: Desk, manner: Manner, source: str, slots: Slots) -> list[tuple[str, Slots, str]]:
    """Make one call for each product the words name, each with the number beside it."""
    slot = manner.of_kind(Kind.PRODUCT)
    named = choices.products(source, desk.context.products)
    if slot is None or len(named) < 2:
        return [(manner.name, slots, source)]
    calls = []
    for place, product in enumerate(named):
        start = named[place - 1].end if place else 0
        end = named[place + 1].start if place + 1 < len(named) else len(source)
        own = tasks.read(desk, manner, source[start:end]).values
        calls.append((manner.name, {**slots, **own, slot.name: product.value}, source))
    return calls


def _points_back(text: str, named: Sequence[Found]) -> bool:
    """Tell whether a question is about things named in the sentence before."""
    return not named or bool(re.search(r"\b(?:it|that|this|they|all|both|together)\b", text, re.I))


def begun(
    desk: Desk, frame: Frame, one: Wish, found: Sequence[Wish], text: str, written: str
) -> Task:
    """Begin a task with what is known and what the message says, asides left out."""
    manner = desk.tools[one.tool or ""]
    kept = without_asides_of(desk, found)
    others = [o.written for o in kept if o is not one and (o.informs or heard.reads(desk, o))]
    own = written
    for other in others:
        own = own.replace(other, " ")
    reading = tasks.read(desk, manner, desk.pack.mender.mend(own), written=own)
    slots: Slots = {**tasks.prefilled(desk, manner, frame), **reading.values}
    interest = next((s for s in manner.slots if s.kind is Kind.TEXT and s.name == "interest"), None)
    if interest and not slots.get(interest.name):
        named = choices.products(own, desk.context.products)
        if named:
            slots[interest.name] = wording.listed([str(p.value) for p in named], "and")
    day = manner.of_kind(Kind.DAY)
    if day and not slots.get(day.name) and re.search(r"\b(?:then|(?:that|same) day)\b", own, re.I):
        before = tasks.read(desk, manner, text, written=written).values
        slots |= {day.name: before[day.name]} if day.name in before else {}
    product = manner.of_kind(Kind.PRODUCT)
    if product and not slots.get(product.name) and (topic := _topic(frame, text)):
        slots[product.name] = topic
    if signals.wants_less(own):
        slots = {**_quoted_before(frame, manner, slots), **slots}
    return Task(tool=manner.name, slots=slots, words=written)


def _quoted_before(frame: Frame, manner: Manner, slots: Slots) -> Slots:
    """Give what the last price was for, without its discount, unless another product is named."""
    product, percent = manner.of_kind(Kind.PRODUCT), manner.of_kind(Kind.PERCENT)
    tool, before = frame.last or ("", {})
    if tool != manner.name or product is None:
        return {}
    if slots.get(product.name) not in {None, before.get(product.name)}:
        return {}
    return {name: v for name, v in before.items() if percent is None or name != percent.name}


def without_asides_of(desk: Desk, found: Sequence[Wish]) -> list[Wish]:
    """Leave out what only looks like a wish: "Thursday 3pm works best" beside a booking."""
    manners = [desk.tools[one.tool] for one in found if one.tool and one.tool in desk.tools]
    begins = [manner for manner in manners if manner.confirms]
    priced = any(manner.of_kind(Kind.PRODUCT) for manner in manners)
    asking = any(one.asks and _prices(desk, one) for one in found)

    def is_value(one: Wish) -> bool:
        return not one.asks and any(
            tasks.read(desk, manner, one.text, written=one.written).values for manner in begins
        )

    return [
        one
        for one in found
        if not (one.informs and is_value(one))
        and not (priced and one.reply is not None and one.reply.fact == "products")
        and not (priced and one.tool == CATALOGUE and not one.asks)
        and not (asking and not one.asks and _prices(desk, one))
    ]


def _prices(desk: Desk, one: Wish) -> bool:
    """Tell whether a wish asks what a product costs."""
    manner = desk.tools.get(one.tool or "")
    return manner is not None and manner.of_kind(Kind.PRODUCT) is not None


def _topic(frame: Frame, text: str) -> Value:
    """Give the product the conversation is about, when the words point back to one."""
    points_back = re.search(r"\b(?:it|that|this|one|same)\b", text, re.I)
    return frame.topic if points_back and frame.topic else None


def wants_more(desk: Desk, frame: Frame, one: Wish, text: str, written: str) -> bool:
    """Tell whether a reading tool lacks something it needs."""
    manner = desk.tools[one.tool or ""]
    if manner.name == CATALOGUE or all(
        _takes_words(manner, slot) for slot in manner.slots if slot.required
    ):
        return False
    task = begun(desk, frame, one, (), text, written)
    troubles = tasks.read(desk, manner, text, written=written).troubles
    return tasks.bargains(manner, task) is not None or any(
        (slot.required and task.slots.get(slot.name) is None)
        or (slot.kind is Kind.COUNT and slot.name in troubles)
        for slot in manner.slots
    )


def _takes_words(manner: Manner, slot: Slot) -> bool:
    """Tell whether a reading tool takes the question itself: what it would ask for, it must ask."""
    asks_for_it = slot.kind is Kind.TEXT and slot.name in manner.asks
    return slot.kind in {Kind.QUERY, Kind.TEXT} and not asks_for_it


def lost(frame: Frame) -> Move:
    misses = frame.misses + 1
    frame = replace(frame, misses=misses)
    return offer_person(
        frame,
        wording.STUCK if misses > 1 else wording.NOT_UNDERSTOOD,
        "not_understood",
        intent=chitchat.ELSEWHERE,
    )
