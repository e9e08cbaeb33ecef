"""Whether a caller has said that they do not want to be recorded. Pure.

A refusal that is missed costs the caller's trust, one too many costs a recording: in doubt it is
one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

_BETWEEN = r"(?:\s+\w+){0,4}?\s+"
_RECORD = r"(?:record(?:ed|ing|ings|s)?|tape[ds]?|taping)"
_NO = r"(?:do not|don'?t|not|no|never|stop|without|quit|refuse|object|decline|against)"
_REFUSALS = (
    re.compile(rf"\b{_NO}(?:{_BETWEEN}|\s+){_RECORD}\b"),
    re.compile(rf"\b(?:turn|switch|shut)(?:\s+\w+){{0,3}}?\s+{_RECORD}(?:\s+\w+)?\s+off\b"),
    re.compile(rf"\b(?:turn|switch|shut)\s+off(?:\s+\w+){{0,3}}?\s+{_RECORD}\b"),
)
# What may stand beside a refusal without being a question of its own.
_ASIDE = re.compile(
    r"please|no|thanks?|you|i|i'm|im|i'd|hi|hello|hey|sorry|and|the|this|that|it|is|my|me|call"
    r"|want|would|like|to|be|am|well|okay|ok|yes|so|but|just|really|rather|prefer|off|talk"
)
_MOST_ASIDE = 1


@dataclass(frozen=True, slots=True)
class Refusal:
    """That a caller refuses; `is_all`: they have said nothing else."""

    is_all: bool


def find(words: str, more: Iterable[str] = ()) -> Refusal | None:
    """Find a refusal in a caller's words; `more` are phrases that refuse as well."""
    said = " ".join(re.sub(r"[^\w'\s]", " ", words.casefold().replace("’", "'")).split())
    for phrase in more:
        if (wanted := " ".join(phrase.casefold().split())) and wanted in said:
            return _refusal(said.replace(wanted, " "))
    for pattern in _REFUSALS:
        if found := pattern.search(said):
            return _refusal(said[: found.start()] + " " + said[found.end() :])
    return None


def _refusal(rest: str) -> Refusal:
    return Refusal(sum(not _ASIDE.fullmatch(word) for word in rest.split()) <= _MOST_ASIDE)
