"""The contact of a recorded dialogue: says its own words in order, and answers what it is asked.

It is honest: it knows what the recorded contact told or wanted, agrees to nothing else, and says
so when it is asked for what it does not know.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.evals.tau2.collection import Dialogue, Rows

READ_BACK = re.compile(r"shall i (?:do that|go ahead)|is that right", re.IGNORECASE)
PERSON = re.compile(
    r"(?:colleague|person|pass (?:it|your \w+) on|somebody|someone)[^?]*\?", re.IGNORECASE
)
_IDS = re.compile(r"#?W\d{7}|\b(?=[A-Z0-9]*\d)[A-Z0-9]{6}\b|\b[A-Z]{6}\b")
_USER = re.compile(r"\b[a-z]+_[a-z]+_\d{3,5}\b")
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_ASKS = (
    ("account", re.compile(r"e-mail address of your account|whose account", re.IGNORECASE)),
    ("order", re.compile(r"order number", re.IGNORECASE)),
    ("reservation", re.compile(r"reservation code", re.IGNORECASE)),
    ("user", re.compile(r"user id", re.IGNORECASE)),
    ("reason", re.compile(r"no longer needed, or", re.IGNORECASE)),
    ("address1", re.compile(r"street and number", re.IGNORECASE)),
    ("address2", re.compile(r"suite or flat", re.IGNORECASE)),
    ("city", re.compile(r"which city", re.IGNORECASE)),
    ("state", re.compile(r"which state", re.IGNORECASE)),
    ("country", re.compile(r"which country", re.IGNORECASE)),
    ("zip", re.compile(r"the zip code", re.IGNORECASE)),
)
_TWICE = 2


@dataclass
class Contact:
    """Who speaks in a dialogue. `wanted` are the rows as they wanted them to become."""

    dialogue: Dialogue
    wanted: Rows
    wants_person: bool
    used: Counter[str] = field(default_factory=Counter)
    offers: int = 0

    def lines(self, replies: list[str]) -> Iterator[str]:
        """Give what is said next, after each reply."""
        turns = list(self.dialogue.turns)
        yield turns.pop(0)
        while True:
            answer = self._answer(replies[-1])
            if answer is None and not turns:
                return
            yield answer if answer is not None else turns.pop(0)

    def blind_lines(self, _replies: list[str]) -> Iterator[str]:
        """Give the recorded words alone, whatever is asked: a yes may mean something else."""
        yield from self.dialogue.turns

    def _answer(self, reply: str) -> str | None:
        questions = re.findall(r"[^.!?\n]*\?", reply)
        if not questions:
            return None
        if READ_BACK.search(questions[-1]):
            return "Yes, please do." if self.agrees(reply) else "No, that is not what I want."
        if PERSON.search(questions[-1]):
            self.offers += 1
            return "Yes, please." if self.wants_person or self.offers > _TWICE else None
        asked = next((name for name, pattern in _ASKS if pattern.search(questions[-1])), None)
        if asked is None or self.used[asked] >= _TWICE:
            return None
        answer = self._known(asked)
        if answer is not None:
            self.used[asked] += 1
        return answer

    def _known(self, asked: str) -> str | None:
        said = " ".join(self.dialogue.turns)
        if asked == "account":
            return next(filter(_names_oneself, self.dialogue.turns), None)
        if asked == "user":
            users = _USER.findall(said)
            return users[-1] if users else None
        if asked in {"order", "reservation"}:
            own = [each for each in _IDS.findall(said) if ("W" in each[:2]) == (asked == "order")]
            return own[min(self.used[asked], len(own) - 1)] if own else None
        if asked == "reason":
            reasons = [row["cancel_reason"] for row in self.wanted.values() if _cancels(row)]
            return str(reasons[0]) if reasons else None
        return next(
            (str(row["address"][asked]) for row in self.wanted.values() if "address" in row), None
        )

    @property
    def asked_again(self) -> int:
        """Count the questions that were put again although they had been answered."""
        return sum(times - 1 for times in self.used.values() if times > 1)

    def agrees(self, reply: str) -> bool:
        """Say yes to one's own wish, and to whatever is read back about one's own order.

        Where it is known how the order was to become, nothing else is agreed to.
        """
        named = {each.lstrip("#") for each in _IDS.findall(reply)}
        said = " ".join(self.dialogue.turns)
        if any(each not in said for each in named):
            return False
        for (_, row_id), row in self.wanted.items():
            if row_id.lstrip("#") in named:
                return self._is_wish(row, reply)
        return bool(named)

    def _is_wish(self, row: Mapping[str, Any], reply: str) -> bool:
        if "cancel" in reply:
            is_reservation = "reservation_id" in row
            return row["status"] == "cancelled" and (
                is_reservation or row["cancel_reason"] in reply
            )
        if "send order" in reply:
            return all(str(part) in reply for part in row["address"].values())
        return False


def _names_oneself(turn: str) -> bool:
    """Tell whether these are the words in which somebody said who they are."""
    return bool(_EMAIL.search(turn) or re.search(r"(?<![W\d])\d{5}\b", turn))


def _cancels(row: Mapping[str, Any]) -> bool:
    return bool(row.get("cancel_reason"))
