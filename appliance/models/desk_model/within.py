"""A message while a tool is being filled: an answer, a correction, a question between, a no."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from appliance.models.desk_model import (
    chitchat,
    choosing,
    heard,
    refusals,
    saying,
    serving,
    signals,
    tasks,
    wording,
)
from appliance.models.desk_model import text as words_of
from appliance.models.desk_model.frame import ASKED_WHAT, Frame, Part, Task
from appliance.models.desk_model.manner import Manner
from appliance.models.desk_model.move import Desk, Move
from appliance.models.desk_model.signals import Nod
from appliance.models.desk_model.slots.extract import Reading
from appliance.models.desk_model.slots.found import Kind, Slot
from appliance.models.desk_model.wishes import Wish, is_chat, wish


def in_task(desk: Desk, frame: Frame, task: Task, text: str, written: str) -> Move:
    """Fill, correct, confirm, answer what is asked in between, or give up."""
    manner = desk.tools[task.tool]
    day = manner.of_kind(Kind.DAY)
    if manner.is_appointment and day is not None and signals.cannot_come(text):
        text, written = signals.besides_absence(text), signals.besides_absence(written)
        if not re.search(r"\w", text):
            return _ask_anew(desk, frame, task, day.name)
    nod, rest = signals.nod(text)
    whole = tasks.read(desk, manner, text, task=task, written=written)
    asked = manner.slot(task.asked)
    if (first := _said_of_it(desk, frame, task, text, whole)) is not None:
        return first
    off = not manner.cancels and not _takes_any_words(asked) and signals.calls_it_off(text)
    declines = task.confirming and bool(_DECLINES.fullmatch(text))
    forbids = refusals.forbids(text) or refusals.opts_out(text)
    refuses = forbids and nod is not Nod.YES
    gives_up = signals.drops(text, cancelling=manner.cancels) or off or declines or refuses
    if gives_up and not heard.changed(task, whole):
        return _dropped(desk, frame, written)
    if task.confirming and nod is Nod.YES and not rest and not heard.changed(task, whole):
        if task.asked == ASKED_WHAT:
            return tasks.proceed(desk, frame, replace(task, asked=None))
        if not heard.unexplained(task, whole):
            return _confirmed(desk, frame, task, ())
        return _what_change(frame, task, manner)
    if task.asked == ASKED_WHAT and not heard.changed(task, whole):
        doubted = not words_of.is_question(text)
        named = heard.named(manner, text, doubted=doubted)
        if named is not None:
            return _ask_anew(desk, frame, task, named)
    if heard.only_values(text) and not heard.changed(task, whole) and not whole.troubles:
        if asked is not None and asked.required and asked.kind is Kind.EMAIL:
            return _lacking(frame, task, asked)
        bare = replace(frame, task=None)
        if volunteered := serving.volunteered(desk, bare, text, written):
            return volunteered
    if asked is not None and asked.required and signals.lacks(text) and not whole.values:
        return _lacking(frame, task, asked)
    if not heard.changed(task, whole) and (chat := _small_talk(desk, frame, task, text, written)):
        return chat
    free = asked is not None and asked.kind is Kind.TEXT and not words_of.is_question(text)
    if not task.confirming and (free or _answers_at_once(task, whole, text)):
        return _filled(desk, frame, task, whole, (), text)
    asides, own, other = _sorted_parts(desk, task, manner, written)
    reading = (
        tasks.read(desk, manner, desk.pack.mender.mend(own), task=task, written=own)
        if own
        else Reading()
    )
    if (
        asides
        and not heard.changed(task, reading)
        and not (own and nod is Nod.YES and task.confirming)
    ):
        return _serve_aside(desk, frame, asides)
    if other is not None and not heard.changed(task, reading):
        return serving.serve(desk, replace(frame, task=task), [other], text, written)
    if task.confirming:
        own = desk.pack.mender.mend(own) or text
        return _confirming(desk, frame, task, reading, own, text, asides)
    return _filled(desk, frame, task, reading, asides, text)


_BUT = re.compile(r"\b(?:but|unless|if|rather|instead|better|not)\b", re.I)


def _said_of_it(desk: Desk, frame: Frame, task: Task, text: str, whole: Reading) -> Move | None:
    """Hear what changes no value: later, you choose, can it move, a second one, one in copy."""
    manner = desk.tools[task.tool]
    asked = manner.slot(task.asked)
    nod, rest = signals.nod(text)
    if _puts_off(desk, task, manner, text, nod):
        return _deferred(frame, task, text)
    of_time = manner.is_appointment and asked is not None and asked.kind in {Kind.DAY, Kind.TIME}
    if of_time and (chosen := _for_the_customer(desk, frame, task, text)):
        return chosen
    if manner.is_appointment and signals.moves_later(text):
        return saying.by_the_way(desk, frame, [Part(text=wording.CAN_MOVE_LATER)], task.tool)
    another = manner.is_appointment and signals.wants_another(rest)
    sure = not words_of.is_question(text) and not _BUT.search(text)
    if task.confirming and nod is Nod.YES and another and sure:
        return _confirmed(desk, frame, task, (), also=[Part(text=wording.SECOND_BY_PERSON)])
    email = manner.of_kind(Kind.EMAIL)
    adds = nod is not Nod.NO and signals.adds(text)
    if email and task.slots.get(email.name) and email.name in whole.values and adds:
        return saying.by_the_way(desk, frame, [Part(text=wording.ONE_ADDRESS)], task.tool)
    return None


def _puts_off(desk: Desk, task: Task, manner: Manner, text: str, nod: Nod) -> bool:
    """Tell whether the customer decides later, and says nothing else that counts."""
    rest = refusals.besides_deferral(text)
    if rest == text or nod is Nod.YES or signals.nod(rest)[0] is Nod.YES:
        return False
    if any(words_of.is_question(part) for part in words_of.wishes(text)):
        return False
    reading = tasks.read(desk, manner, rest, task=task, written=rest)
    return not heard.changed(task, reading) and not reading.troubles


def _for_the_customer(desk: Desk, frame: Frame, task: Task, text: str) -> Move | None:
    """Take the first day or time where any will do, or say which there are."""
    question, replies = tasks.prompt(desk, task)
    if choosing.leaves_it(text) and replies:
        return in_task(desk, frame, task, replies[0], replies[0])
    if not choosing.asks_which(text):
        return None
    manner = desk.tools[task.tool]
    day, reading = manner.of_kind(Kind.DAY), tasks.read(desk, manner, text)
    told = {**reading.troubles, **reading.values}.get(day.name) if day else None
    if day is not None and told is not None and told != task.slots.get(day.name):
        slots = {name: value for name, value in task.slots.items() if name != day.name}
        of_it = replace(task, slots={**slots, **reading.values})
        return tasks.proceed(desk, frame, of_it, troubles=reading.troubles)
    which = wording.for_example(question, replies)
    return tasks.waiting(frame, task, [Part(text=which)], quick_replies=replies)


_STILL_THERE = re.compile(r"\W*(?:hello\W+)?(?:are )?you (?:still )?(?:there|here)\W*", re.I)
_FEW = 5


def _small_talk(desk: Desk, frame: Frame, task: Task, text: str, written: str) -> Move | None:
    """Answer a greeting or a thank-you, and put the question again; a goodbye leaves it open."""
    if _STILL_THERE.fullmatch(text):
        return saying.by_the_way(desk, frame, [Part(text=wording.HERE)], chitchat.GREET)
    if len(text.split()) > _FEW or signals.nod(text)[0] is not Nod.NEITHER:
        return None
    one = wish(desk, text, written)
    if not one.sure or one.intent not in _TALK:
        return None
    if one.intent == chitchat.BYE:
        return _deferred(frame, task, text)
    told = [] if one.intent == chitchat.THANKS else [Part(text=saying.chat(desk, one.intent))]
    return saying.by_the_way(desk, frame, told, one.intent)


_TALK = {chitchat.GREET, chitchat.BYE, chitchat.THANKS, chitchat.HOW_ARE_YOU, chitchat.BOT}


def _confirming(
    desk: Desk,
    frame: Frame,
    task: Task,
    reading: Reading,
    own: str,
    text: str,
    asides: Sequence[Wish],
) -> Move:
    """The read-back stands: a change, a yes, a no, or the name of what is wrong."""
    manner = desk.tools[task.tool]
    nod, rest = signals.nod(own)
    if heard.changed(task, reading) or reading.troubles:
        return _filled(desk, frame, task, reading, asides, text)
    person = manner.of_kind(Kind.PERSON)
    if person is not None and nod is Nod.NEITHER and heard.is_bare_name(text):
        named_anew = {**task.slots, person.name: text.strip()}
        return tasks.proceed(desk, frame, replace(task, slots=named_anew, confirming=False))
    if heard.unexplained(task, reading):
        return _what_change(frame, task, manner)
    if (unwanted := _unwanted(desk, task, manner, text)) is not None:
        return _ask_anew(desk, frame, task, unwanted)
    doubts = signals.moves(text) or signals.doubts(text) or task.asked == ASKED_WHAT
    if named := heard.named(manner, text, doubted=nod is Nod.NO or doubts):
        return _ask_anew(desk, frame, task, named)
    if task.asked == ASKED_WHAT and nod is not Nod.NEITHER:
        return tasks.proceed(desk, frame, replace(task, asked=None))
    doubtful = signals.hesitates(rest) or re.search(r"\b(?:but|unless|if)\b", text, re.I)
    clear = not asides or (signals.orders(own) and all(one.sure for one in asides))
    if nod is Nod.YES and not doubtful and clear:
        notes = [Part(text=wording.NO_NOTES)] if _NOTES.search(text) else []
        return _confirmed(desk, frame, task, asides, also=notes)
    if asides:
        return _serve_aside(desk, frame, asides)
    if nod is not Nod.NEITHER or signals.moves(text):
        return _what_change(frame, task, manner)
    read_back, replies = tasks.prompt(desk, task)
    return _missed(frame, replace(task, asked=None), f"{wording.SORRY} {read_back}", replies)


_NOTES = re.compile(
    r"\b(?:please|just|also|and|but) (?:note|mind|remember|keep in mind|be aware|tell them)\b", re.I
)


_NOT_THIS = re.compile(
    r"\bnot ((?:on |at |for |the )?(?:\w+day|today|tomorrow|noon|\d[\w:]*(?: ?[ap]\.?m\b)?))"
    r"(?=\W*(?:$|[,.;!]|but\b|please\b))",
    re.I,
)


def _unwanted(desk: Desk, task: Task, manner: Manner, text: str) -> str | None:
    """Find the slot of which just the value that is held is refused: "not on Friday"."""
    refused = _NOT_THIS.search(text)
    if refused is None:
        return None
    said = tasks.read(desk, manner, refused[1]).values
    return next((name for name, value in said.items() if task.slots.get(name) == value), None)


def _what_change(frame: Frame, task: Task, manner: Manner) -> Move:
    """Ask what is wrong; a yes to this leads to a fresh read-back, not to the write."""
    return tasks.waiting(
        frame,
        replace(task, asked=ASKED_WHAT),
        [Part(text=wording.WHAT_CHANGE)],
        quick_replies=[wording.slot_name(s).capitalize() for s in manner.slots if s.required],
    )


def confirmed_first(desk: Desk, frame: Frame, written: str) -> Move | None:
    """Run the tool that was said yes to, then hand over: "yes, and have someone call me"."""
    task = frame.task
    if task is None or not task.confirming or task.asked == ASKED_WHAT:
        return None
    manner = desk.tools.get(task.tool)
    text = desk.pack.mender.mend(written)
    nod, rest = signals.nod(text)
    means_it = nod is Nod.YES and rest and signals.orders(text.removesuffix(rest))
    if manner is None or not means_it or not desk.pack.people.wanted(rest):
        return None
    whole = tasks.read(desk, manner, rest, task=task, written=rest)
    if heard.changed(task, whole) or whole.troubles or signals.hesitates(rest):
        return None
    bare = replace(frame, task=None)
    department = desk.pack.people.department(rest)
    person = saying.to_person(desk, bare, "explicit_request", department=department)
    first = (task.tool, task.slots, task.words)
    return tasks.calling(
        desk, bare, (), [first, *((call.name, dict(call.args), "") for call in person.calls)]
    )


def _confirmed(
    desk: Desk, frame: Frame, task: Task, asides: Sequence[Wish], *, also: Sequence[Part] = ()
) -> Move:
    """Run the tool; a question asked along with the yes is answered after it."""
    after, wanted = saying.gathered(desk, frame, asides)
    after = [*after, *also]
    first = (task.tool, task.slots, task.words)
    return tasks.calling(desk, replace(frame, task=None), (), [first, *wanted], after=after)


def _filled(
    desk: Desk, frame: Frame, task: Task, reading: Reading, asides: Sequence[Wish], text: str
) -> Move:
    """Take over what was said and go on; without anything new, ask in other words."""
    manner = desk.tools[task.tool]
    values = dict(reading.values) or heard.bare_name(manner, task, text)
    asked = manner.slot(task.asked)
    if (
        asked is not None
        and _takes_any_words(asked)
        and not values
        and not words_of.is_question(text)
    ):
        values[asked.name] = text[: asked.longest]
    if not values and not reading.troubles:
        if asked is not None and asked.kind is Kind.PERCENT and not asked.required:
            bare = replace(frame, task=None)
            return saying.offer_person(bare, wording.NAME_A_DISCOUNT, "discount", intent=task.tool)
        if asked is not None and not asked.required and signals.skips(text):
            return _without(frame, task)
        if asked is not None and (named := heard.named(manner, text, doubted=signals.moves(text))):
            return _ask_anew(desk, frame, task, named)
        question, replies = tasks.prompt(desk, task)
        if asked is not None and not task.confirming:
            question = wording.again(asked, "", question)
        return _missed(frame, task, question, replies)
    kept = {
        key: value
        for key, value in task.slots.items()
        if key not in reading.troubles or reading.troubles[key].trouble == "vague"
    }
    fresh = replace(task, slots={**kept, **values}, misses=0, confirming=False)
    if vague := [n for n, found in reading.troubles.items() if found.trouble == "vague"]:
        fresh = replace(fresh, slots={k: v for k, v in fresh.slots.items() if k not in vague})
    parts, wanted = saying.gathered(desk, frame, asides)
    return serving.onward(desk, frame, fresh, parts, wanted, reading)


def _takes_any_words(slot: Slot | None) -> bool:
    return slot is not None and slot.kind in {Kind.TEXT, Kind.QUERY}


def _without(frame: Frame, task: Task) -> Move:
    """The customer gives no way to be reached: a person's name alone helps nobody."""
    return saying.offer_person(
        replace(frame, task=None), wording.NO_WAY_TO_REACH, "no_contact_details", intent=task.tool
    )


def _lacking(frame: Frame, task: Task, asked: Slot) -> Move:
    """The customer does not have what is needed: asking again helps nobody, a person may."""
    return saying.offer_person(
        replace(frame, task=replace(task, misses=0)),
        wording.lacking(asked),
        "not_in_information",
        intent=task.tool,
    )


def _missed(frame: Frame, task: Task, question: str, replies: Sequence[str]) -> Move:
    """Nothing helped: ask again, and offer a person the second time."""
    task = replace(task, misses=task.misses + 1)
    if task.misses >= 2:
        return saying.offer_person(
            replace(frame, task=replace(task, misses=0)),
            wording.STUCK,
            "not_understood",
            intent=task.tool,
        )
    return tasks.waiting(frame, task, [Part(text=question)], quick_replies=replies, unsure=True)


def _ask_anew(desk: Desk, frame: Frame, task: Task, name: str) -> Move:
    """Forget a slot and ask for it."""
    slots = {key: value for key, value in task.slots.items() if key != name}
    return tasks.proceed(desk, frame, replace(task, slots=slots, confirming=False, misses=0))


_DECLINES = re.compile(
    r"\W*(?:(?:no|nope|nah|nein|non)\W+(?:thanks?|thank you|danke|merci)|not (?:yet|now|today)|"
    r"nein|(?:i'd )?rather not)(?:\W+(?:please|thanks?|thank you))*\W*",
    re.I,
)
_CONTRACT = re.compile(
    r"\b(?:cancel|end|terminate|quit|stop) (?:my|our|the) (?:\w+ )?"
    r"(?:subscription|contract|account|plan|membership|licen[cs]es?)\b",
    re.I,
)


def _deferred(frame: Frame, task: Task, text: str) -> Move:
    """The customer decides later: nothing is done, and what was told is kept."""
    if refusals.pauses(text):
        return tasks.waiting(frame, task, [Part(text=wording.TAKE_TIME)])
    bare = replace(frame, task=None, offer=None, dropped=task, put_off=task)
    told = wording.MOVE_DEFERRED if task.tool in frame.done else wording.DEFERRED
    return Move(frame=bare, text=told, intent="dropped")


def _dropped(desk: Desk, frame: Frame, written: str) -> Move:
    """Give the task up; go on with whatever else was said."""
    bare = replace(frame, task=None, offer=None, dropped=frame.task)
    if _CONTRACT.search(written):
        off = saying.offer_person(bare, wording.NOT_BOOKED_HERE, "cancellation", intent="cancel")
        return replace(off, text=f"{wording.DROPPED} {wording.CANCEL_BY_PERSON}")
    for part in signals.besides_drop(written):
        mended = desk.pack.mender.mend(part)
        one = wish(desk, mended, part)
        if one.sure and not is_chat(one.intent) and one.tool != (frame.task and frame.task.tool):
            return serving.serve(
                desk, bare, [one], mended, part, before=[Part(text=wording.DROPPED)]
            )
    # Who is moving what they booked may mean the booking as well.
    if frame.task and frame.task.tool in frame.done and signals.calls_it_off(written):
        off = saying.not_cancelled(desk, bare, intent="cancel")
        return replace(off, text=f"{wording.DROPPED} {off.text}")
    return Move(frame=bare, text=f"{wording.DROPPED} {wording.ANYTHING_ELSE}", intent="dropped")


def _answers_at_once(task: Task, reading: Reading, text: str) -> bool:
    """Tell whether the words are nothing but the answer to the question asked."""
    if task.asked is None or task.asked not in {*reading.values, *reading.troubles}:
        return False
    if words_of.is_question(text) and not heard.about_slots(reading):
        return False
    return len(words_of.wishes(text)) == 1 and (
        len(text.split()) <= 6 or not words_of.is_question(text)
    )


def _sorted_parts(
    desk: Desk, task: Task, manner: Manner, written: str
) -> tuple[list[Wish], str, Wish | None]:
    """Tell questions asked in between, words for the task, and a wish for another task apart."""
    asides: list[Wish] = []
    own: list[str] = []
    other: Wish | None = None
    for part in words_of.wishes(written):
        mended = desk.pack.mender.mend(part)
        reading = tasks.read(desk, manner, mended, task=replace(task, asked=None), written=part)
        one = wish(desk, mended, part)
        asks = one.asks or bool(
            re.search(r"\b(?:tell me|i wonder|wondering|curious)\b", mended, re.I)
        )
        answered = asks and one.sure and (one.informs or heard.reads(desk, one))
        if heard.changed(task, reading) and not answered and one.intent not in chitchat.TROUBLES:
            own.append(part)
            continue
        named = heard.named(manner, mended, doubted=signals.moves(mended) or signals.doubts(mended))
        if asks and (meant := heard.meant(mended, heard.noun(manner))):
            about = wish(desk, meant, part)
            one = about if not one.sure or (about.sure and about.informs) else one
        if (
            (one.sure and one.tool == task.tool)
            or named
            or (
                asks
                and one.asks
                and heard.about_slots(reading)
                and (reading.values or reading.troubles)
            )
        ):
            own.append(part)
        elif one.sure and (one.informs or heard.reads(desk, one)) and (asks or not reading.values):
            asides.append(one)
        elif (one.sure and one.tool and not reading.values and heard.is_other_task(desk, one)) or (
            one.sure and one.intent in chitchat.TROUBLES and not reading.values
        ):
            other = one
        elif asks and not reading.values and not reading.troubles:
            if not heard.says_something(mended):
                own.append(part)
            else:
                asides.append(one)
        else:
            own.append(part)
    return asides, ". ".join(own), other


def _serve_aside(desk: Desk, frame: Frame, asides: Sequence[Wish]) -> Move:
    """Answer in between, then come back to the question that waits."""
    parts, wanted = saying.gathered(desk, frame, asides)
    if wanted:
        return tasks.calling(desk, frame, parts, wanted)
    return saying.by_the_way(desk, frame, parts, asides[0].intent)
