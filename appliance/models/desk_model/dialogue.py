"""The decision of one turn: from the frame and the customer's words to the next move."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from appliance.models.desk_model import (
    changing,
    correcting,
    cues,
    handover,
    heard,
    recalling,
    saying,
    serving,
    signals,
    tasks,
    tongues,
    waiting,
    within,
    wording,
)
from appliance.models.desk_model import text as words_of
from appliance.models.desk_model.frame import Frame, Part
from appliance.models.desk_model.manner import TO_PERSON
from appliance.models.desk_model.move import Desk, Move
from appliance.models.desk_model.signals import Nod
from appliance.models.desk_model.slots import choices
from appliance.models.desk_model.wishes import Wish, is_small_talk, wish

_SCRAP = 5


def decide(desk: Desk, frame: Frame, said: str) -> Move:
    """Answer the customer's words."""
    written = words_of.clean(said)
    text = desk.pack.mender.mend(written)
    if not re.search(r"[\w👍✅👌]", text):
        return saying.lost(frame)
    if (tongue := desk.pack.tongues.foreign(written)) is not None:
        return saying.in_tongue(desk, frame, tongue)
    if (rest := handover.besides_refusal(written)) != written:
        if not rest:
            return saying.by_the_way(desk, frame, [Part(text=_after_refusal(frame))], "no")
        text, written = desk.pack.mender.mend(rest), rest
    if desk.pack.people.wanted(text) and TO_PERSON in desk.tools:
        if (confirmed := within.confirmed_first(desk, frame, written)) is not None:
            return confirmed
        return _person(desk, frame, text, written)
    if tongues.asks_for_tongue(text):
        asked = wish(desk, text, written)
        told = (asked.informs and saying.tell(desk, asked)) or []
        return saying.by_the_way(desk, frame, [Part(text=wording.ONLY_ENGLISH), *told], "tongue")
    if handover.asks_for_bot(text):
        return saying.by_the_way(
            desk, frame, [Part(text=wording.bot(desk.pack.config.client.name))], "bot"
        )
    alone = len(words_of.wishes(written)) == 1
    if recalled := recalling.recalled(desk, frame, text, alone=alone):
        return recalled
    if frame.survey is not None and frame.task is None:
        if rest := waiting.after_skip(written):
            text, written = desk.pack.mender.mend(rest), rest
        answered = waiting.survey(desk, frame, text, written)
        if answered is not None:
            return answered
        frame = replace(frame, survey=None)
    if frame.offer is not None:
        answered = waiting.offered(desk, frame, text)
        if answered is not None:
            return answered
        frame = replace(frame, offer=None)
    if frame.task is not None and frame.task.tool in desk.tools:
        return within.in_task(desk, frame, frame.task, text, written)
    return _fresh(desk, replace(frame, task=None), text, written)


def _after_refusal(frame: Frame) -> str:
    """Nobody is called; a task that waits puts its question again."""
    return "" if frame.task else wording.ALL_RIGHT


def _person(desk: Desk, frame: Frame, text: str, written: str) -> Move:
    """Answer what else was asked from the facts, then hand over."""
    before: list[Part] = []
    parts = words_of.wishes(written)
    if len(parts) > 1:
        for part in parts:
            mended = desk.pack.mender.mend(part)
            if not desk.pack.people.wanted(mended):
                one = wish(desk, mended, part)
                if one.informs and one.sure:
                    before += saying.tell(desk, one) or []
    return saying.to_person(
        desk, frame, "explicit_request", department=desk.pack.people.department(text), before=before
    )


def _fresh(desk: Desk, frame: Frame, text: str, written: str) -> Move:
    """Nothing waits: carry the last matter on, or find out what is wanted."""
    if resumed := _resumed(desk, frame, text, written):
        return resumed
    frame = replace(frame, put_off=None)
    written = words_of.affirmed(words_of.honest(written))
    text = desk.pack.mender.mend(written)
    if signals.asks_news(text):
        return saying.by_the_way(desk, frame, [Part(text=wording.NO_NEWS)], "news")
    if corrected := correcting.corrected(desk, frame, text, written):
        return corrected
    parts = words_of.wishes(written)
    if heard.only_values(text) and (volunteered := serving.volunteered(desk, frame, text, written)):
        return volunteered
    frame = _with_topic(desk, frame, text)
    found = _hours_again(desk, text, written) or _looked_up(_joined(desk, frame, parts), text)
    if len(found) > 1:
        understood = [one for one in found if one.sure]
        found = understood and [o for o in found if o.sure or heard.asks_something(o.text, o.asks)]
        found = found or [wish(desk, text, written)]
        solid = [one for one in found if not (one.sure and is_small_talk(one.intent))]
        found = solid or found[:1]
    if move := changing.carried_on(desk, frame, text, written, found):
        return move
    if len(found) == 1 and found[0].rivals and not _names_one(desk, found[0]):
        options = (found[0].intent, *found[0].rivals)
        return serving.which(desk, frame, options, written)
    return serving.serve(desk, frame, found, text, written)


def _resumed(desk: Desk, frame: Frame, text: str, written: str) -> Move | None:
    """Take up what was given up, what failed, or what was to be decided later."""
    bare = replace(frame, dropped=None, put_off=None)
    task = frame.put_off
    if task is not None and task.tool in desk.tools and not words_of.is_question(text):
        reading = tasks.read(desk, desk.tools[task.tool], text, task=task, written=written)
        brief = len(text.split()) <= _DECISION
        agrees = signals.nod(text)[0] is Nod.YES or _DECIDED.search(text)
        if brief and (agrees or heard.changed(task, reading)):
            slots = {**task.slots, **reading.values}
            return tasks.proceed(desk, bare, replace(task, slots=slots, confirming=False))
    dropped = frame.dropped
    if dropped and dropped.tool in desk.tools and signals.resumes(text, dropped.tool):
        return tasks.proceed(desk, bare, dropped)
    return None


_DECISION = 8
_DECIDED = re.compile(
    r"\b(?:(?:s?he|they|we|my \w+) (?:said yes|agree[sd]?|decided|(?:is|are) (?:ok(?:ay)?|fine))|"
    r"(?:it|that)'s (?:ok(?:ay)?|fine|settled))\b",
    re.I,
)


def _hours_again(desk: Desk, text: str, written: str) -> list[Wish]:
    """Carry a question about the hours on: "when are you open?" - "tomorrow at 7pm?"."""
    if len(desk.said) < 2 or not cues.only_when(desk, text):
        return []
    last = words_of.clean(desk.said[-2])
    before = wish(desk, desk.pack.mender.mend(last), last)
    if not before.sure or before.reply is None or before.reply.fact != "hours":
        return []
    return [replace(before, text=text, written=written, rivals=(), strays=False)]


def _looked_up(found: Sequence[Wish], text: str) -> list[Wish]:
    """Leave out what only sounds like a trouble beside a question that documents may answer.

    "Lost my receipt, can I still bring it back?" is no fault for a person to mend. What "it" is
    stands in what is left out, so all of it is looked up.
    """
    told = [
        one for one in found if not (one.sure and cues.only_likely_trouble(one.text, one.intent))
    ]
    if not any(one.asks and cues.asks_rule(one.text) for one in told):
        return list(found)
    if len(told) == 1 < len(found) and not told[0].sure:
        return [replace(told[0], text=text)]
    return told


def _joined(desk: Desk, frame: Frame, parts: Sequence[str]) -> list[Wish]:
    """Route the parts; a scrap that says nothing by itself belongs to the part after it."""
    found: list[Wish] = []
    scrap = ""
    for place, part in enumerate(parts):
        one = _wish_about(desk, frame, f"{scrap} {part}".strip())
        if not one.sure and scrap:
            one = _wish_about(desk, frame, part)
        is_scrap = not one.sure and not one.asks and len(part.split()) <= _SCRAP
        scrap = part if is_scrap and place < len(parts) - 1 else ""
        found.append(one)
    return found


def _with_topic(desk: Desk, frame: Frame, text: str) -> Frame:
    """Remember the product named last."""
    named = choices.products(text, desk.context.products)
    return replace(frame, topic=str(named[-1].value)) if named else frame


def _wish_about(desk: Desk, frame: Frame, part: str) -> Wish:
    """Route a part; "it" stands for the product spoken of, else for what was booked."""
    text = desk.pack.mender.mend(part)
    meant = heard.meant(text, frame.topic)
    if meant and not choices.products(text, desk.context.products):
        about = wish(desk, meant, part)
        if about.sure and about.tool and heard.reads(desk, about):
            return replace(about, written=desk.pack.mender.mend(meant))
    one = wish(desk, text, part)
    booked = recalling.noun(desk, frame)
    if one.sure or not one.asks or not booked:
        return one
    about = wish(desk, heard.meant(text, booked) or text, part)
    return about if about.sure and about.informs else one


def _names_one(desk: Desk, one: Wish) -> bool:
    """A sentence that names a product and a price needs no asking back."""
    manner = desk.tools.get(one.tool or "")
    if manner is None:
        return False
    reading = tasks.read(desk, manner, one.text, written=one.written)
    return bool(reading.values)
