"""All slots of a tool out of one message, each word read once."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import pairwise

from appliance.models.desk_model.slots import (
    choices,
    days,
    emails,
    half_names,
    numbers,
    party,
    people,
    phones,
    taken_back,
    times,
)
from appliance.models.desk_model.slots.found import Context, Found, Kind, Slot, Value, blanked

_ORDER = (
    Kind.EMAIL,
    Kind.PHONE,
    Kind.PERCENT,
    Kind.DAY,
    Kind.TIME,
    Kind.CHOICE,
    Kind.CODE,
    Kind.PRODUCT,
    Kind.MONEY,
    Kind.COUNT,
    Kind.COMPANY,
    Kind.PERSON,
    Kind.FIRST_NAME,
    Kind.LAST_NAME,
    Kind.YES_NO,
)
_NAMED = {Kind.PERSON, Kind.FIRST_NAME, Kind.LAST_NAME, Kind.COMPANY}
_REFUSED = re.compile(
    r"(?:\bnot(?: on| at| for| the)?|\binstead of|\brather than|\bisn'?t|\bwasn'?t|"
    r"\bcan'?t (?:do|make)|\bcannot (?:do|make)|\bdoesn'?t work|\bmove (?:it |that |this |my demo "
    r")?from|"
    r"\bother than|\bexcept)\s*(?:it |on |at |the )?\W*$",
    re.I,
)
_TAKEN_BACK = re.compile(
    r"\b(?:no|actually|instead|sorry|i mean|i meant|make (?:it|that)|rather|correction|change|wait|"
    r"oops|typo|scratch that|better|should be|not)\b",
    re.I,
)
_PLAIN_TIME = re.compile(r"\d[:.h]\d|[ap]\.?\s?m\b|o'?\s?clock|noon|midday|past|quarter|half", re.I)


@dataclass(frozen=True, slots=True)
class Reading:
    """What a message says about the slots."""

    values: dict[str, Value] = field(default_factory=dict)
    troubles: dict[str, Found] = field(default_factory=dict)
    rest: str = ""


def read(
    text: str,
    slots: Sequence[Slot],
    *,
    context: Context,
    asked: str | None = None,
    day: str | None = None,
    written: str | None = None,
    current: Mapping[str, Value] | None = None,
    corrects: bool = False,
) -> Reading:
    """Read a message.

    Args:
        text: The message, key words mended.
        slots: The slots of the tool.
        context: The present moment, hours and catalogue.
        asked: The slot that was asked for; its bare answer counts.
        day: The ISO day already known; its opening hours tell 3:00 from 15:00.
        written: The message as written; names are read from it, for mending would spoil them.
        current: What the slots hold now; of two values the other one is the new one.
        corrects: The words correct something, so that a bare hour is a time.
    """
    reader = _Reader(slots, context, asked, day, current or {}, corrects)
    reading = reader.read(text)
    if written is None or written == text:
        return reading
    names = [slot for slot in slots if slot.kind in _NAMED]
    second = reader.read(written)
    values = {key: value for key, value in reading.values.items() if key not in _names(names)}
    values |= {key: value for key, value in second.values.items() if key in _names(names)}
    return Reading(values=values, troubles=reading.troubles, rest=reading.rest)


def _names(slots: Sequence[Slot]) -> set[str]:
    return {slot.name for slot in slots}


@dataclass(frozen=True, slots=True)
class _Reader:
    """How a message is to be read."""

    slots: Sequence[Slot]
    context: Context
    asked: str | None
    day: str | None
    current: Mapping[str, Value]
    corrects: bool

    def read(self, text: str) -> Reading:
        """Read kind by kind; what one kind has read is covered for the next."""
        values: dict[str, Value] = {}
        troubles: dict[str, Found] = {}
        left = text
        context = replace(self.context, half=times.half_of_day(text))
        by_kind = {kind: [slot for slot in self.slots if slot.kind is kind] for kind in _ORDER}
        for kind in _ORDER:
            own = by_kind[kind]
            if not own and kind not in {Kind.EMAIL, Kind.DAY, Kind.TIME, Kind.PERCENT}:
                continue
            day = next(
                (str(values[s.name]) for s in by_kind[Kind.DAY] if s.name in values), self.day
            )
            if len(own) > 1 and kind in {Kind.DAY, Kind.TIME}:
                left = self._deal(kind, own, text, left, context, day, values, troubles)
                continue
            for slot in own or [Slot(kind.value, kind, required=False)]:
                asked = self.asked == slot.name
                source = _ONE.sub(_covered, left) if kind is Kind.TIME else left
                if kind is Kind.TIME and own and not asked:
                    asked = self._may_be_bare(slot, left, context)
                hits = _find(kind, source, slot, context, asked=asked, day=day, half=self._half())
                if kind is Kind.TIME and own and not asked and any(one.value for one in hits):
                    hits = self._with_bare(hits, source, slot, day, context)
                if own and kind is Kind.COUNT and self._answered_otherwise(values):
                    hits = [
                        one for one in hits if numbers.has_unit(left[one.start : one.end], slot)
                    ]
                if own:
                    _choose(hits, slot, text, values, troubles, self._stale(slot))
                elif kind is Kind.TIME:
                    hits = [one for one in hits if _PLAIN_TIME.search(left[one.start : one.end])]
                if kind is not Kind.FIRST_NAME:  # the last name is read from the same words
                    left = blanked(left, hits)
        return Reading(values=values, troubles=troubles, rest=left)

    def _deal(
        self,
        kind: Kind,
        own: Sequence[Slot],
        text: str,
        left: str,
        context: Context,
        day: str | None,
        values: dict[str, Value],
        troubles: dict[str, Found],
    ) -> str:
        """Share days or times out among slots for them: in order, one each, or all to one slot."""
        asked = any(slot.name == self.asked for slot in own)
        hits = _find(kind, left, own[0], context, asked=asked, day=day)
        good = [one for one in hits if one.value is not None]
        if len(good) == len(own) and not taken_back.marked(text):
            values |= {slot.name: one.value for slot, one in zip(own, good, strict=True)}
        elif hits:
            slot = self._meant(own, text)
            _choose(hits, slot, text, values, troubles, self._stale(slot))
        return blanked(left, hits)

    def _meant(self, own: Sequence[Slot], text: str) -> Slot:
        """Give the slot that was asked for, or is named, or is still empty; else the first."""
        asked = [slot for slot in own if slot.name == self.asked]
        named = [slot for slot in own if _title(slot) and _title(slot) in text.lower()]
        empty = [slot for slot in own if self.current.get(slot.name) is None]
        return [*asked, *named, *empty, *own][0]

    def _with_bare(
        self, hits: list[Found], source: str, slot: Slot, day: str | None, context: Context
    ) -> list[Found]:
        """Add the bare hour after words that take a time back: "at 3, i mean 4"."""
        marks = taken_back.marks(source)
        if not marks:
            return hits
        bare = _find(Kind.TIME, source, slot, context, asked=True, day=day)
        starts = {one.start for one in hits}
        added = [
            one
            for one in bare
            if one.start not in starts
            if any(m <= one.start and not re.search(r"\w", source[m : one.start]) for m in marks)
        ]
        return sorted([*hits, *added], key=lambda one: one.start)

    def _may_be_bare(self, slot: Slot, left: str, context: Context) -> bool:
        """Tell whether a correction's new hour may stand bare: not where a plain one is given."""
        if not self.corrects:
            return False
        plain = _find(Kind.TIME, left, slot, context, asked=False, day=self.day)
        return not any(
            one.value not in {None, *self._stale(slot)}
            and not _REFUSED.search(left[: one.start].rstrip("\x00"))
            and not taken_back.ruled_out(left, one)
            for one in plain
        )

    def _answered_otherwise(self, values: Mapping[str, Value]) -> bool:
        """A bare number is no count beside the answer to another question, but "Starter for 5"."""
        asked = next((slot for slot in self.slots if slot.name == self.asked), None)
        if asked is None or asked.name not in values:
            return False
        return asked.kind not in {Kind.COUNT, Kind.PRODUCT}

    def _half(self) -> Kind | None:
        """Tell which half of a name was asked for."""
        asked = next((slot.kind for slot in self.slots if slot.name == self.asked), None)
        return asked if asked in {Kind.FIRST_NAME, Kind.LAST_NAME} else None

    def _stale(self, slot: Slot) -> set[Value]:
        """Give the values a new one would replace: what is held, and the day just refused."""
        near = self.context.near
        held = {self.current.get(slot.name)} - {None}
        return held | ({near.isoformat()} if near and slot.kind is Kind.DAY else set())


_ONE = re.compile(
    rf"\b(?:party|table|group|team) (?:of|for) {numbers.NUMBER}\b"
    r"(?!\s*(?:[:.]\d|[ap]\.?\s?m\b|o'?\s?clock))|"
    r"\b(?:that|this|the|which|another|other|no|any|wrong|right|my|your|our|his|her|their|an?)"
    r"(?: (?!(?:to|at|for|from|by|around|about|till?|until|is|be|pm|am)\b)[a-z-]+){0,2} one\b"
    r"(?!\W*(?:[ap]\.?\s?m\b|o'?\s?clock|thirty|fifteen|forty|in the (?:morning|afternoon)))|"
    r"\b(?:no one|one of|one more)\b",
    re.I,
)
"""What holds a "one" that is no hour: a party of one, "the later one", "my work one"."""


def _title(slot: Slot) -> str:
    """Give a slot's name without what sort of value it takes: "check in" of check_in_date."""
    return " ".join(word for word in slot.words if word not in {"date", "day", "time"})


def _covered(match: re.Match[str]) -> str:
    return "\x00" * len(match[0])


def _find(
    kind: Kind,
    text: str,
    slot: Slot,
    context: Context,
    *,
    asked: bool,
    day: str | None,
    half: Kind | None = None,
) -> list[Found]:
    """Find one kind's values; `half` is the half of a name that was asked for."""
    finders: dict[Kind, Callable[[], list[Found]]] = {
        Kind.EMAIL: lambda: emails.find(text),
        Kind.PHONE: lambda: phones.find(text, context.region, asked=asked),
        Kind.PERCENT: lambda: (
            numbers.percents(text) or (numbers.counts(text, slot, asked=True) if asked else [])
        ),
        Kind.DAY: lambda: days.find(text, context, asked=asked),
        Kind.TIME: lambda: times.find(
            text, context, day=date.fromisoformat(day) if day else None, asked=asked
        ),
        Kind.CHOICE: lambda: choices.find(text, slot.choices),
        Kind.CODE: lambda: choices.codes(text, slot.pattern, asked=asked),
        Kind.PRODUCT: lambda: choices.products(text, context.products),
        Kind.MONEY: lambda: numbers.amounts(text, slot, asked=asked),
        Kind.COUNT: lambda: (
            (numbers.of_people(slot) and party.find(text, asked=asked))
            or numbers.counts(text, slot, asked=asked)
        ),
        Kind.COMPANY: lambda: people.companies(text, asked=asked),
        Kind.PERSON: lambda: people.persons(text, asked=asked) or people.beside(text),
        Kind.FIRST_NAME: lambda: half_names.find(text, kind, asked=half),
        Kind.LAST_NAME: lambda: half_names.find(text, kind, asked=half),
        Kind.YES_NO: lambda: choices.yes_no(text) if asked else [],
    }
    return finders[kind]()


def _choose(
    hits: Sequence[Found],
    slot: Slot,
    text: str,
    values: dict[str, Value],
    troubles: dict[str, Found],
    stale: set[Value],
) -> None:
    """Keep the value meant: not a refused one ("not Thursday"), the one after a correction.

    Two days or times and no word which of them: `several`, with both as hint.
    """
    good = [one for one in hits if one.value is not None]
    meant = [one for one in good if not _REFUSED.search(text[: one.start].rstrip("\x00"))]
    meant = [one for one in meant if not taken_back.ruled_out(text, one)] or meant
    fresh = [one for one in meant if one.value not in stale]
    if slot.kind in {Kind.DAY, Kind.TIME} and not _TAKEN_BACK.search(text):
        open_ = taken_back.several(text, meant if len(fresh) == len(meant) else fresh)
        if open_:
            troubles[slot.name] = _several(open_)
            return
    if slot.kind is Kind.EMAIL and (either := _either(text, meant)):
        troubles[slot.name] = _several(either)
        return
    meant = fresh or meant
    if (instead := taken_back.replaced(text, meant)) is not None:
        values[slot.name] = instead.value
    elif meant:
        last = slot.kind is Kind.EMAIL or _TAKEN_BACK.search(text)
        values[slot.name] = meant[-1 if last else 0].value
    elif hits and not good:
        troubles[slot.name] = hits[0]


def _several(hits: Sequence[Found]) -> Found:
    hint = " ".join(str(one.value) for one in hits)
    return Found(hits[0].start, hits[-1].end, None, "several", hint)


def _either(text: str, hits: Sequence[Found]) -> list[Found]:
    """Give the different values put as a choice: "jane@example.com or jd@example.com"."""
    for one, other in pairwise(hits):
        joint = re.fullmatch(
            r"[\s,(]*or(?: (?:maybe|perhaps|else|at|use|to))?\s*", text[one.end : other.start]
        )
        if joint and one.value != other.value:
            return [one, other]
    return []
