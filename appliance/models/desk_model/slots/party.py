"""A party told one by one: "two adults and a child" are three, "me and my boss" two."""

from __future__ import annotations

import re

from appliance.models.desk_model.slots.found import Found
from appliance.models.desk_model.slots.numbers import NUMBER, value

_ONE = (
    r"(?:wife|husband|partner|spouse|girlfriend|boyfriend|fianc[eé]e?|friend|mate|mom|mum|mother|"
    r"dad|father|son|daughter|brother|sister|boss|manager|colleague|co-?worker|client|guest|"
    r"(?:grand)?child|kid|baby|toddler|infant|teen(?:ager)?|adult|man|woman|boy|girl|person|senior|"
    r"lady|gentleman|cousin|aunt|uncle|grandmother|grandfather|grandma|grandpa|date|assistant)"
)
_MANY = (
    r"(?:wives|husbands|partners|friends|mates|sons|daughters|brothers|sisters|colleagues|"
    r"co-?workers|clients|guests|(?:grand)?children|kids|babies|toddlers|infants|teen(?:ager)?s|"
    r"adults|men|women|boys|girls|people|persons?|seniors|ladies|gentlemen|cousins|others|parents|"
    r"relatives|employees|managers)"
)
_WHOSE = r"(?:a|an|one|my|our|his|her|their|the|another)"
_MEMBER = (
    rf"(?:(?:{_WHOSE}\s+)?(?:{NUMBER})\s+(?:[a-z]+\s+)?(?:{_MANY}|{_ONE})|"
    rf"(?:{_WHOSE}\s+)?(?:[a-z]+\s+)?(?:parents)|{_WHOSE}\s+(?:(?!and\b)[a-z]+\s+)?{_ONE}|{_ONE}|"
    r"myself|me|i)"
)
_CHAIN = re.compile(
    rf"\b{_MEMBER}(?:\s*(?:,\s*(?:and|plus)?|\band\b|\bplus\b|\bwith\b|&|\+)\s*{_MEMBER})+\b", re.I
)
_EACH = re.compile(rf"\b{_MEMBER}\b", re.I)
_FOR = re.compile(
    r"\b(?:for|of|be|with|just|only|is|are|it'?s|there(?:'s)?|consist(?:s|ing)? of|"
    r"includ(?:es|ing)|party|group|table|book|seat|total|namely|have|bring(?:ing)?)\W*$",
    re.I,
)
_COMING = re.compile(r"^\W*(?:(?:are|will|need|would|want)\b|please\W*$|$)", re.I)
_ALONE = re.compile(
    r"^\W*(?:it(?:'s| is| will| would)? )?(?:be )?(?:just|only)(?: going to be| gonna be| for| be)?"
    r" (?:me|myself)(?: alone| please)?\W*$|"
    r"^\W*it(?:'s| is| will be) (?:just |only )?(?:going to be |gonna be )?(?:just |only )?"
    r"(?:me|myself)\W*$|\bdin(?:e|ing) alone\b",
    re.I,
)


def find(text: str, *, asked: bool) -> list[Found]:
    """Add up a party of two or more members; asked or where the words speak of a party."""
    if match := _ALONE.search(text):
        return [Found(match.start(), match.end(), 1)]
    for match in _CHAIN.finditer(text):
        before, after = text[: match.start()], text[match.end() :]
        if asked or _FOR.search(before) or (not before.strip() and _COMING.match(after)):
            members = [one[0] for one in _EACH.finditer(match[0])]
            return [Found(match.start(), match.end(), sum(map(_size, members)))]
    return []


def _size(member: str) -> int:
    number = re.search(NUMBER, member, re.I)
    if number and not re.fullmatch(r"an?|one", number[0], re.I):
        return value(number[0])
    return 2 if re.search(r"\bparents\b", member, re.I) else 1
