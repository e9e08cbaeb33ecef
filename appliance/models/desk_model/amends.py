"""Corrections of a part: a surname, "Dow, not Doe", "an hour later"."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import time

from rapidfuzz import fuzz

from appliance.models.desk_model.manner import Manner
from appliance.models.desk_model.slots import numbers, people
from appliance.models.desk_model.slots.extract import Reading
from appliance.models.desk_model.slots.found import Found, Kind, Value

_WORD = r"([^\W\d_][\w'-]*)"
_LAST = re.compile(
    rf"\b(?:sur|last |family |second )name(?: is|'s| should be|:| was)? (?:actually |spelled "
    rf")?{_WORD}",
    re.I,
)
_FIRST = re.compile(
    rf"\b(?:first|given|fore) ?name(?: is|'s| should be|:| was)? (?:actually |spelled )?{_WORD}",
    re.I,
)
_LATER = re.compile(
    rf"\b(?P<n>half an|an|a|{numbers.NUMBER}) (?P<u>hours?|minutes?|mins?) (?P<way>later|"
    rf"earlier)\b",
    re.I,
)
_HOST = r"(?:[^\W_][\w-]{0,62}\.){1,4}[^\W\d_]{2,24}"
_HOSTS = re.compile(
    rf"(?<![\w.@])@?(?P<r>{_HOST})[\s,]+(?:and )?(?:not|instead of)\s+@?(?P<w>{_HOST})\b|"
    rf"\bnot\s+@?(?P<w2>{_HOST})[\s,]+(?:but|it'?s)\s+@?(?P<r2>{_HOST})\b",
    re.I,
)
_LEAD = (
    r"\W*(?:(?:and|ok(?:ay)?|so|then|hm+|thanks|now|what|how|about|much|if|for|with|make|it|that|is|"
    r"would|we|i|need|want|add|take|had|have|were|be|let's|say|but|actually)\W+)*"
)
_UNITS = r"(?:(?: of)? (?:seats?|users?|people|licen[cs]es?|accounts?|them|those))?"
_TAIL = rf"{_UNITS}(?: (?:then|please|instead|be|cost))*\W*"
_FACTORS = {"double": 2, "twice": 2, "triple": 3, "three": 3, "half": 0.5}
_TIMES = re.compile(
    rf"{_LEAD}(?P<f>double|twice|triple|three times|half)(?: as)?"
    r"(?: (?:many|that(?: many| number| amount)?|(?:the|that) (?:number|amount|seats|users|team)|"
    rf"it|this)){_TAIL}",
    re.I,
)
_MORE = re.compile(
    rf"{_LEAD}(?:another )?(?P<n>{numbers.NUMBER})(?: (?:seats?|users?|people))? "
    rf"(?P<way>more|additional|extra|less|fewer){_TAIL}",
    re.I,
)
_NAME_KINDS = {Kind.PERSON, Kind.FIRST_NAME, Kind.LAST_NAME, Kind.COMPANY}
_NAMES = re.compile(r"\b(?:names?|call me|spel\w*|misspel\w*|under)\b", re.I)
"""Words beside which small letters are a name: "I'm away" is none."""
_SPELT = re.compile(r"\b(?:mis)?spel\w*", re.I)
_ALIKE = 60
"""Likeness of 100 from which a spelling is that of a part of the name."""


def amended(manner: Manner, reading: Reading, held: Mapping[str, Value], text: str) -> Reading:
    """Give the reading with parts put into what is held already."""
    values = dict(reading.values)
    troubles = dict(reading.troubles)
    rest = reading.rest
    person = manner.of_kind(Kind.PERSON)
    if person is not None and held.get(person.name):
        name = _name(str(held[person.name]), values.get(person.name), text)
        found = values.get(person.name)
        if name is None and found and not _NAMES.search(text) and str(found) not in text:
            values.pop(person.name)
        if name is not None:
            values[person.name] = name
            rest = re.sub(r"[A-Z][^\W\d_]+", " ", rest)
    email = manner.of_kind(Kind.EMAIL)
    known_email = str(held.get(email.name) or "") if email else ""
    if email is not None and (moved := _rehosted(known_email, text)):
        spoilt = {email.name, *(s.name for s in manner.slots if s.kind in _NAME_KINDS)}
        values = {name: value for name, value in values.items() if name not in spoilt}
        values[email.name] = moved
        troubles = {name: found for name, found in troubles.items() if name != email.name}
        rest = _HOSTS.sub(" ", rest)
    at = manner.of_kind(Kind.TIME)
    match = _LATER.search(text)
    known = held.get(at.name) if at else None
    shifted = _shifted(str(known), match) if match and known else None
    if at is not None and shifted and at.name not in values:
        values[at.name] = shifted
        troubles = {name: found for name, found in troubles.items() if found.trouble != "vague"}
        rest = _LATER.sub(" ", rest)
    return replace(reading, values=values, troubles=troubles, rest=rest)


def recounted(manner: Manner, held: Mapping[str, Value], text: str) -> Reading | None:
    """Give how many it is now, told by how many it was: "double that", "and for 10 more?".

    Where nobody has said how many it was, the number is open; None for other words.
    """
    slot = manner.of_kind(Kind.COUNT)
    times, more = _TIMES.fullmatch(text), _MORE.fullmatch(text)
    if slot is None or not (times or more):
        return None
    before = held.get(slot.name)
    many = 0
    if isinstance(before, int) and times:
        many = int(before * _FACTORS[times["f"].lower().split()[0]])
    elif isinstance(before, int) and more:
        step = numbers.value(more["n"])
        many = before + (step if more["way"].lower() not in {"less", "fewer"} else -step)
    if many < 1:
        return Reading(troubles={slot.name: Found(0, len(text), None, "open")})
    return Reading(values={slot.name: many})


def _name(held: str, found: Value, text: str) -> str | None:
    words = held.split()
    if len(words) < 2:
        return None
    if match := _LAST.search(text):
        return " ".join([*words[:-1], _capital(match[1])])
    if match := _FIRST.search(text):
        return " ".join([_capital(match[1]), *words[1:]])
    if found and len(str(found).split()) == 1 and _SPELT.search(text):
        alike = max(words, key=lambda word: fuzz.ratio(word.lower(), str(found).lower()))
        if fuzz.ratio(alike.lower(), str(found).lower()) >= _ALIKE:
            return _swapped(words, alike.lower(), _capital(str(found)))
    refused = re.search(rf"\bnot {_WORD}", text, re.I)
    if found and refused and len(str(found).split()) == 1:
        return _swapped(words, refused[1], str(found))
    return None


def _rehosted(held: str, text: str) -> str | None:
    """Give the address at the other domain: "it's example.org, not example.com"."""
    local, _, host = held.partition("@")
    match = _HOSTS.search(text)
    if not match or not host:
        return None
    right, wrong = (match["r"], match["w"]) if match["r"] else (match["r2"], match["w2"])
    return f"{local}@{right.lower()}" if wrong.lower() == host else None


def _swapped(words: list[str], old: str, new: str) -> str | None:
    if old.lower() not in [word.lower() for word in words]:
        return None
    return " ".join(new if word.lower() == old.lower() else word for word in words)


def _capital(word: str) -> str:
    return people.unspelt(word if word != word.lower() else word.capitalize())


def _shifted(held: str, match: re.Match[str]) -> str | None:
    words = match["n"].lower()
    many = 0.5 if words == "half an" else 1 if words in {"a", "an"} else numbers.value(words)
    minutes = int(many * (60 if match["u"].lower().startswith("hour") else 1))
    at = time.fromisoformat(held)
    total = at.hour * 60 + at.minute + (minutes if match["way"].lower() == "later" else -minutes)
    return f"{total // 60:02d}:{total % 60:02d}" if 0 <= total < 1440 else None
