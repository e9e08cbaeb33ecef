"""Answers to what was put to the customer: a survey question, an offer, a choice."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from rapidfuzz import fuzz

from appliance.models.desk_model import (
    changing,
    chitchat,
    correcting,
    saying,
    serving,
    signals,
    tasks,
    within,
    wording,
)
from appliance.models.desk_model import text as words_of
from appliance.models.desk_model.frame import Frame, Offer, Part
from appliance.models.desk_model.manner import SURVEY
from appliance.models.desk_model.move import Desk, Move
from appliance.models.desk_model.signals import Nod
from appliance.models.desk_model.wishes import Wish, is_chat, wish


def survey(desk: Desk, frame: Frame, text: str, written: str) -> Move | None:
    """Record the answer to the survey question, unless the words are clearly something else."""
    number = frame.survey
    rest = replace(frame, survey=None)
    if signals.skips(text):
        return Move(frame=rest, text=wording.SURVEY_SKIPPED, intent="survey")
    if frame.done and signals.calls_it_off(text):
        return None
    if correcting.gives_detail(text) or correcting.corrected(desk, rest, text, written):
        return None
    parts = words_of.wishes(written)
    asked = [part for part in parts if words_of.is_question(part)]
    if asked and len(asked) < len(parts) and not words_of.is_question(parts[0]):
        return _answered_and_asked(desk, frame, parts, asked)
    if words_of.is_question(text):
        return None
    if signals.moves(text) and changing.changes(desk, frame, text, written):
        return None
    if (signals.drops(text) and len(text.split()) <= _BRIEF) or _STOP.search(written):
        return Move(frame=rest, text=wording.SURVEY_SKIPPED, intent="survey")
    one = wish(desk, text, written)
    if one.sure and one.intent in {chitchat.GREET, chitchat.BYE, chitchat.THANKS}:
        return Move(frame=rest, text=saying.chat(desk, one.intent), intent=one.intent)
    if one.sure and _wants(desk, one, text, written):
        return None
    is_trouble = one.sure and one.intent in chitchat.TROUBLES
    tells = one.intent if is_trouble and _OURS.search(text) and not _THEIRS.search(text) else ""
    return tasks.calling(desk, rest, (), [(SURVEY, {"answer": written, "number": number}, tells)])


_STOP = re.compile(r"^\W*(?:please )?(?:stop|drop|abort|quit)(?: \w+)?\W*$", re.I)
_OURS = re.compile(r"\b(?:i|me|my|we|us|our|you|your|the|it|this|nobody|nothing)\b", re.I)
_THEIRS = re.compile(
    r"\b(?:old|previous|last|former|current|other|another|competitor\w*|their)\b (?:\w+ )?"
    r"(?:tools?|vendor|system|provider|software|suppliers?|company|one)\b",
    re.I,
)
_PAST = re.compile(r"\b(?:saw|had|was|were|came|heard|found|went|got|met|told|attended)\b", re.I)
_BRIEF = 4
"""Words; "stop" leaves a survey, "a colleague who had no time to look" answers it."""


def _wants(desk: Desk, one: Wish, text: str, written: str) -> bool:
    """Tell a wish of the company's from an answer that only sounds like it."""
    if one.tool and not is_chat(one.intent):
        manner = desk.tools.get(one.tool)
        told = tasks.read(desk, manner, text, written=written).values if manner else ()
        gives = len(told) > 1 and not _PAST.search(text)  # "demo friday at 10"
        return _orders(text) or gives
    return one.informs and bool(_GIVE_ME.search(text))


def after_skip(written: str) -> str:
    """Give what follows "I'd rather not say."; empty when nothing does."""
    first, *others = words_of.wishes(written)
    return " ".join(others) if others and signals.skips(first) else ""


def _answered_and_asked(
    desk: Desk, frame: Frame, parts: Sequence[str], asked: Sequence[str]
) -> Move:
    """Record what answers the survey and answer what is asked beside it."""
    answer = ". ".join(part for part in parts if part not in asked)
    rest = ". ".join(asked)
    text = desk.pack.mender.mend(rest)
    if moved := changing.changes(desk, replace(frame, survey=None), text, rest):
        given = {"answer": answer, "number": frame.survey}
        after = [Part(text=moved.text)]
        return tasks.calling(desk, moved.frame, (), [(SURVEY, given, "")], after=after)
    asides = [wish(desk, desk.pack.mender.mend(part), part) for part in asked]
    told, wanted = saying.gathered(desk, frame, asides)
    record = (SURVEY, {"answer": answer, "number": frame.survey}, "")
    return tasks.calling(desk, frame, (), [record, *wanted], after=told)


def _orders(text: str) -> bool:
    """Tell whether the words ask for something to be done."""
    return bool(_ORDERS.search(text))


_ORDERS = re.compile(
    r"\b(?:i(?:'d| would) like to|i want|i need|please|can you|could you|let's)\b|"
    r"^\W*(?:(?:no|oh|ok(?:ay)?|wait|sorry|actually|never ?mind|also|and|but|just)\W+)*"
    r"(?:book|schedule|move|change)\b",
    re.I,
)
_GIVE_ME = re.compile(
    r"\bi(?:'d| would)? (?:like|want|need) (?!to\b)|\b(?:send|show|give|tell) me\b", re.I
)


def offered(desk: Desk, frame: Frame, text: str) -> Move | None:
    """Take up a yes, a no or a choice; None when the words are about something else."""
    offer = frame.offer
    if offer is None:
        return None
    kept = replace(frame, offer=None)
    if offer.kind == "choice":
        return _chosen(desk, kept, offer, text)
    if offer.kind == "times":
        return _chosen_time(desk, kept, offer, text)
    if offer.kind == "passage":
        return _shown(desk, kept, offer, text)
    nod, rest = signals.nod(text)
    brief = len(rest.split()) <= 4 and not words_of.is_question(rest)
    later = nod is Nod.YES and brief and signals.hesitates(rest)
    drops = signals.drops(text) and not signals.calls_it_off(text)
    closes = _THANKS.search(text) and not signals.orders(text)
    if closes or later or (drops and not words_of.is_question(text)):
        return saying.by_the_way(desk, kept, [Part(text=wording.ALL_RIGHT)], "no")
    if nod is Nod.YES and brief and (not rest or not wish(desk, rest, rest).sure):
        department = desk.pack.people.concerned(offer.words)
        return saying.to_person(desk, kept, offer.reason, department=department)
    if nod is Nod.NO and len(rest.split()) <= 3:
        return saying.by_the_way(
            desk, kept, [Part(text="" if kept.task else wording.ALL_RIGHT)], "no"
        )
    return None


_THANKS = re.compile(
    r"^\W*(?:(?:ok(?:ay)?|all ?right|alright|great|fine|no|good|never ?mind|well|hm+|perfect)\W+)*"
    r"(?:thanks?(?: you| a lot| anyway| so much)*|thx|cheers)(?: anyway| all the same)?\W*$",
    re.I,
)
_SHOW = re.compile(
    r"^\W*(?:(?:yes|ok(?:ay)?|sure)\W+)?(?:please\W+)?(?:(?:can you|could you|do)\W+)?"
    r"(?:show|read|tell|see|let me see|what does it say|go on)\b(?:\W+(?:me|us|it|that|this|to|"
    r"what|says?|said|you|have|the|nearest|one|document|passage|text|then|please)\b){0,5}\W*$",
    re.I,
)
_NOBODY = re.compile(
    r"\b(?:(?:don'?t|do not) (?:want|need|ask|pass|bring|call)|not|without|no)\s+"
    r"(?:an? |any |to (?:an? )?|(?:it|that|my question) )?"
    r"(?:colleague|person|human|someone|somebody|on)\b",
    re.I,
)
_PASS_ON = re.compile(r"\b(?:colleague|person|human|someone|somebody|pass (?:it|that|my))\b", re.I)


def _shown(desk: Desk, frame: Frame, offer: Offer, text: str) -> Move | None:
    """Take up "shall I show you what it says, or ask a colleague?"; a bare yes is the first."""
    if _NOBODY.search(text):
        return saying.by_the_way(desk, frame, [Part(text=wording.ALL_RIGHT)], "no")
    if _PASS_ON.search(text) and len(text.split()) <= 8 and not words_of.is_question(text):
        return saying.to_person(desk, frame, offer.reason)
    nod, rest = signals.nod(text)
    if _SHOW.search(text) or (nod is Nod.YES and not rest):
        part = Part(text=offer.options[0], citations=(offer.words,))
        return saying.by_the_way(desk, replace(frame, misses=0), [part], "passage")
    if nod is Nod.NO and len(rest.split()) <= 3:
        return saying.by_the_way(desk, frame, [Part(text=wording.ALL_RIGHT)], "no")
    return None


def _chosen(desk: Desk, frame: Frame, offer: Offer, text: str) -> Move | None:
    """Take up "A or B?"."""
    labels = [desk.pack.labels.get(one, one) for one in offer.options]
    place = _place(text, labels)
    if place is None:
        if signals.nod(text)[0] is Nod.NO and len(text.split()) <= 5:
            return saying.offer_person(
                frame, wording.NOT_UNDERSTOOD, "not_understood", intent="choice"
            )
        return None
    intent = offer.options[place]
    one = Wish(
        text=offer.words,
        written=offer.words,
        intent=intent,
        reply=desk.pack.replies.get(intent),
        sure=True,
        rivals=(),
        asks=False,
    )
    return serving.serve(desk, frame, [one], offer.words, offer.words)


def _chosen_time(desk: Desk, frame: Frame, offer: Offer, text: str) -> Move | None:
    place = _place(text, offer.options, fuzzy=False)
    if place is None and (match := _END.fullmatch(text)):
        place = 0 if match["earlier"] else len(offer.options) - 1
    if place is None and len(offer.options) == 1 and signals.nod(text)[0] is Nod.YES:
        place = 0
    if place is None or frame.task is None:
        return None
    return within.in_task(desk, frame, frame.task, offer.options[place], offer.options[place])


_END = re.compile(
    r"\W*(?:(?:no|ok(?:ay)?|yes|then|let'?s (?:take|do)|i(?:'d|'ll)? (?:take|prefer|like))\W+)*"
    r"the (?:(?P<earlier>earlier|earliest)|later|latest|last) (?:one|time|slot|option)"
    r"\W*(?:please|then)?\W*",
    re.I,
)
"""The first or the last of times put forward."""


def _place(text: str, labels: Sequence[str], *, fuzzy: bool = True) -> int | None:
    """Tell which of the labels the words choose."""
    ordinals = (
        r"first|former|1st|one|1|a",
        r"second|2nd|two|2|latter|b",
        r"third|3rd|three|3|last|c",
    )
    for place, words in enumerate(ordinals[: len(labels)]):
        if re.fullmatch(
            rf"\W*(?:the |option |number )?(?:{words})(?: one| option)?\W*(?:please)?\W*",
            text,
            re.I,
        ):
            return place
    if not fuzzy:
        return None
    scores = [fuzz.token_set_ratio(text.lower(), label.lower()) for label in labels]
    best = max(range(len(labels)), key=scores.__getitem__)
    return best if scores[best] >= 80 else None
