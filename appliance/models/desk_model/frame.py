"""What basic mode remembers between two messages. It travels in the answer's metadata."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from appliance.models.desk_model.slots.found import Value

Slots = dict[str, Value]

ASKED_WHAT = "*"
"""The slot "asked" after "What should I change?"."""


@dataclass(frozen=True, slots=True)
class Task:
    """A tool being filled.

    Attributes:
        tool: Its name.
        slots: What is known so far.
        asked: The slot asked for last.
        confirming: The read-back has been put and waits for yes or no.
        misses: Answers in a row that did not help.
        hint: The vague time of day the customer named, e.g. "morning".
        period: The vague period of days the customer named, e.g. "next week".
        near: The day spoken of last (ISO), kept when it was closed.
        words: The message that began it.
    """

    tool: str
    slots: Slots = field(default_factory=dict)
    asked: str | None = None
    confirming: bool = False
    misses: int = 0
    hint: str = ""
    period: str = ""
    near: str = ""
    words: str = ""


@dataclass(frozen=True, slots=True)
class Offer:
    """Something put to the customer, by kind.

    `person`: a colleague, for what `words` tell. `choice`: "A or B?". `times`: other times.
    `passage`: to be shown what `words`, a source, says, which is the one option.
    """

    kind: str
    reason: str = ""
    options: tuple[str, ...] = ()
    words: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of the answer under way: ready text, or the call whose result stands here.

    With both, the text is said where a search finds nothing near. `words` are what is asked for; of
    a survey's answer, the trouble it tells of.
    """

    text: str = ""
    call: str = ""
    words: str = ""
    citations: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Frame:
    """Everything remembered.

    Attributes:
        task: The tool being filled.
        dropped: What the customer gave up last, or what failed: "book it after all" takes it up.
        put_off: What the customer decides later, if nothing else was said since.
        offer: What waits for a yes, a no or a choice.
        last: The last reading call and its arguments, for "and for 20 seats?".
        done: Arguments of the writing calls that succeeded, by tool.
        survey: The number of the survey question that waits for an answer.
        surveyed: A survey question has been asked in this conversation.
        misses: Questions in a row that our information did not answer.
        topic: The product the customer named last.
        parts: The answer under way, while tools run.
    """

    task: Task | None = None
    dropped: Task | None = None
    put_off: Task | None = None
    offer: Offer | None = None
    last: tuple[str, Slots] | None = None
    done: dict[str, Slots] = field(default_factory=dict)
    survey: int | None = None
    surveyed: bool = False
    misses: int = 0
    topic: str = ""
    parts: tuple[Part, ...] = ()

    def pack(self) -> dict[str, Any] | None:
        """Give it as JSON; None when there is nothing to remember."""
        return None if self == Frame() else asdict(self)


def unpack(kept: object) -> Frame:
    """Read what `pack` gave; anything else is an empty frame, for it may be another version's."""
    if not isinstance(kept, Mapping):
        return Frame()
    try:
        return Frame(
            task=Task(**kept["task"]) if kept.get("task") else None,
            dropped=Task(**kept["dropped"]) if kept.get("dropped") else None,
            put_off=Task(**kept["put_off"]) if kept.get("put_off") else None,
            offer=_offer(kept["offer"]) if kept.get("offer") else None,
            last=(kept["last"][0], dict(kept["last"][1])) if kept.get("last") else None,
            done={name: dict(slots) for name, slots in (kept.get("done") or {}).items()},
            survey=kept.get("survey"),
            surveyed=bool(kept.get("surveyed")),
            misses=int(kept.get("misses") or 0),
            topic=str(kept.get("topic") or ""),
            parts=tuple(_part(part) for part in kept.get("parts") or ()),
        )
    except (TypeError, KeyError, ValueError, AttributeError, IndexError):
        return Frame()


def _offer(kept: Mapping[str, Any]) -> Offer:
    return replace(Offer(**kept), options=tuple(kept.get("options") or ()))


def _part(kept: Mapping[str, Any]) -> Part:
    return replace(Part(**kept), citations=tuple(kept.get("citations") or ()))
