"""Doing what was wished: information first, then the task."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from appliance.models.desk_model import (
    answers,
    chitchat,
    refusals,
    saying,
    signals,
    tasks,
    wording,
)
from appliance.models.desk_model import text as words_of
from appliance.models.desk_model.frame import Frame, Offer, Part, Slots, Task
from appliance.models.desk_model.manner import KNOWLEDGE, TO_PERSON
from appliance.models.desk_model.move import Desk, Move
from appliance.models.desk_model.router import prepared
from appliance.models.desk_model.signals import Nod
from appliance.models.desk_model.slots import choices
from appliance.models.desk_model.slots.extract import Reading
from appliance.models.desk_model.slots.found import Kind
from appliance.models.desk_model.wishes import Wish, is_chat


def serve(
    desk: Desk,
    frame: Frame,
    found: Sequence[Wish],
    text: str,
    written: str,
    *,
    before: Sequence[Part] = (),
) -> Move:
    """Do what is wanted: information first, then the task."""
    alone = len(found) == 1 and not before and frame.task is None
    if alone and found[0].strays and KNOWLEDGE in desk.tools:
        return _looked_up(desk, frame, found[0], text, written)
    parts = list(before)
    wanted: list[tuple[str, Slots, str]] = []
    unknown: list[Wish] = []
    task: Task | None = None
    chat = ""
    refused = opted_out = False
    forbids = refusals.forbids(words_of.clean(desk.said[-1]) if desk.said else text)
    for one in saying.without_asides_of(desk, found):
        if refusals.opts_out(one.text):
            opted_out = True
            continue
        begins = desk.tools.get(one.tool or "")
        if begins and begins.confirms and (forbids or refusals.refuses(one.text)):
            refused = True
            continue
        told = saying.tell(desk, one)
        if told is not None:
            parts += told
            continue
        if one.tool == TO_PERSON or one.intent == chitchat.PERSON:
            return saying.to_person(
                desk, frame, "explicit_request",
                department=desk.pack.people.department(text), before=parts,
            )  # fmt: skip
        if one.sure and one.intent in chitchat.TROUBLES - {chitchat.UPSET}:
            return saying.to_person(
                desk, frame, one.intent.removeprefix("a_"),
                department=desk.pack.people.concerned(text), before=parts,
            )  # fmt: skip
        if one.intent == chitchat.UPSET and one.sure:
            return saying.offer_person(frame, wording.UPSET, "complaint", intent=one.intent)
        if one.intent == chitchat.CANCEL_DONE and one.sure:
            return saying.not_cancelled(desk, frame, intent=one.intent)
        if one.sure and is_chat(one.intent):
            chat = one.intent
            continue
        if one.tool and one.tool not in desk.tools:
            return saying.offer_person(frame, wording.CANNOT, "cannot", intent=one.intent)
        if one.tool and (
            desk.tools[one.tool].confirms or saying.wants_more(desk, frame, one, text, written)
        ):
            if task is None or not any(s.required for s in desk.tools[task.tool].slots):
                task = saying.begun(desk, frame, one, found, text, written)
            continue
        if not one.sure:
            unknown.append(one)
        else:
            wanted += saying.reading_calls(desk, frame, one, text=text, written=written)
    if task is not None or wanted or parts:
        asked = [saying.reading_call(desk, frame, one) for one in unknown if one.asks]
        wanted += [call for call in asked if call is not None]
    wanted = [
        call
        for place, call in enumerate(wanted)
        if call[:2] not in [other[:2] for other in wanted[:place]]
    ]
    if opted_out and task is None and not wanted:
        text = tasks.joined([*(part.text for part in parts), wording.OPTED_OUT])
        return saying.offer_person(frame, text, "opt_out", intent="opt_out")
    if task is None and not wanted and not parts:
        if refused:
            return Move(frame=frame, text=wording.NOTHING_BEGUN, intent="refused")
        if chat:
            return saying.by_the_way(desk, frame, [Part(text=saying.chat(desk, chat))], chat)
        if offered := volunteered(desk, frame, text, written):
            return offered
        if unknown and (doubt := _doubted(desk, frame, unknown[0], written)):
            return doubt
        if KNOWLEDGE in desk.tools:
            return tasks.calling(desk, frame, (), [(KNOWLEDGE, {"query": prepared(text)}, text)])
        return saying.lost(frame)
    if task is not None:
        reading = tasks.read(desk, desk.tools[task.tool], text, written=written)
        return onward(desk, frame, task, parts, wanted, reading)
    if wanted:
        return tasks.calling(desk, frame, parts, wanted)
    if frame.task is None and signals.wants_cancelled(text) and TO_PERSON in desk.tools:
        # Knowing the terms cancels nothing yet.
        terms = tasks.joined([*(part.text for part in parts), wording.CANCEL_BY_PERSON])
        offered = saying.offer_person(frame, terms, "cancellation", intent=found[0].intent)
        return replace(offered, citations=tuple(c for part in parts for c in part.citations))
    move = saying.by_the_way(desk, replace(frame, misses=0), parts, found[0].intent)
    replies = next(
        (said.quick_replies for said in saying.quoted(desk, found) if said.quick_replies), ()
    )
    return replace(move, quick_replies=move.quick_replies or replies[:4])


def _looked_up(desk: Desk, frame: Frame, one: Wish, text: str, written: str) -> Move:
    """Look up what strays from its wish; where nothing is near, the wish is answered."""
    instead = serve(desk, frame, [replace(one, strays=False)], text, written)
    if not instead.text:
        return instead
    query = {"query": prepared(one.text)}
    move = tasks.calling(desk, frame, (), [(KNOWLEDGE, query, one.text)])
    [part] = move.frame.parts
    part = replace(part, text=instead.text, citations=instead.citations)
    return replace(move, frame=replace(move.frame, parts=(part,)))


def volunteered(desk: Desk, frame: Frame, text: str, written: str) -> Move | None:
    """The words wish nothing but give values: a name, an address, a day and a time."""
    for manner in desk.tools.values():
        if manner.of_kind(Kind.PRODUCT) and not manner.confirms:
            values = tasks.read(desk, manner, text, written=written).values
            if len(values) > 1 and all(s.name in values for s in manner.slots if s.required):
                return tasks.calling(desk, frame, (), saying.quotes(desk, manner, text, values))
        if not manner.confirms or (words_of.is_question(text) and not manner.is_appointment):
            continue
        reading = tasks.read(desk, manner, text, written=written)
        kinds = {slot.kind for slot in manner.slots if slot.name in reading.values}
        kinds |= {
            slot.kind
            for slot in manner.slots
            if slot.name in reading.troubles and reading.troubles[slot.name].trouble == "several"
        }
        wants_time = manner.is_appointment and Kind.DAY in kinds and Kind.TIME in kinds
        gives_self = not any(slot.required for slot in manner.slots) and kinds & {
            Kind.PERSON,
            Kind.EMAIL,
            Kind.PHONE,
        }
        if wants_time or gives_self:
            slots: Slots = dict(reading.values)
            if wants_time:
                slots = {**tasks.prefilled(desk, manner, frame), **slots}
            task = Task(tool=manner.name, slots=slots, words=written)
            return tasks.proceed(desk, frame, task, troubles=reading.troubles)
    named = choices.products(text, desk.context.products)
    if named and len(text.split()) <= 5:
        said = answers.products(text, config=desk.pack.config, turn=desk.turn, context=desk.context)
        if said is not None:
            return saying.by_the_way(
                desk, frame, [Part(text=said.text, citations=said.citations)], "products"
            )
    nod, rest = signals.nod(text)
    if nod is not Nod.NEITHER and not rest:
        return Move(frame=frame, text=wording.ALL_RIGHT, intent="nod")
    return None


def _doubted(desk: Desk, frame: Frame, one: Wish, written: str) -> Move | None:
    """What looks like a wish for a task, but not surely: ask rather than search."""
    if not one.guesses:
        return None
    return which(desk, frame, one.guesses, written)


def which(desk: Desk, frame: Frame, options: tuple[str, ...], written: str) -> Move:
    """Ask "A or B?"."""
    labels = [desk.pack.labels[name] for name in options]
    return Move(
        frame=replace(frame, offer=Offer("choice", options=options, words=written)),
        text=wording.DID_YOU_MEAN.format(wording.listed([f'"{one}"' for one in labels], "or")),
        quick_replies=tuple(labels),
        unsure=True,
        intent="choice",
    )


def onward(
    desk: Desk,
    frame: Frame,
    task: Task,
    parts: Sequence[Part],
    wanted: Sequence[tuple[str, Slots, str]],
    reading: Reading,
) -> Move:
    """Take a task on; what was asked beside it is looked up first, its question comes last."""
    before = () if wanted else parts
    move = tasks.proceed(desk, frame, task, before=before, troubles=reading.troubles)
    if not wanted or move.frame.task is None:
        return move
    return tasks.calling(desk, move.frame, parts, wanted)
