"""What the keypad menu says: sentences put together from recordings, with their words."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time
from pathlib import Path

import numpy as np

from appliance.assembly.house import Appliance
from appliance.calendar import Calendar
from appliance.connectors.phone import prompts

_GAP = bytes(prompts.RATE * 2 // 1000 * 60)
_WORDS = Path(prompts.__file__).parent / "recordings" / "words.tsv"


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence: the names of its recordings, in order."""

    names: tuple[str, ...]

    @property
    def text(self) -> str:
        """Its words, for the record."""
        return " ".join(words()[name] for name in self.names)

    def samples(self, own: Path | None = None) -> bytes:
        """Its sound: 16 bits at 8 kHz. `own` are an operator's own recordings."""
        return _GAP.join(prompts.samples(name, own=own) for name in self.names) + _GAP * 3


def own(house: Appliance) -> Path:
    """Give the folder of an operator's own recordings."""
    return house.settings.data_dir / "recordings"


@functools.cache
def words() -> dict[str, str]:
    """Give the words of every recording by its name."""
    lines = _WORDS.read_text("utf-8").splitlines()
    return dict(line.split("\t") for line in lines)


def _fixed(name: str) -> Sentence:
    return Sentence((name,))


WELCOME = _fixed("welcome")
UNKNOWN = _fixed("unknown")
STILL_THERE = _fixed("still-there")
GOODBYE = _fixed("goodbye")
NONE_FREE = _fixed("none-free")
JUST_TAKEN = _fixed("just-taken")
NO_NUMBER = _fixed("no-number")
LEAVE_MESSAGE = _fixed("leave-message")
MESSAGE_KEPT = _fixed("message-kept")
MESSAGE_EMPTY = _fixed("message-empty")
PUTTING_THROUGH = _fixed("putting-through")
MOMENT = _fixed("moment")
PERSON_WAITING = _fixed("person-waiting")
NOBODY_THERE = _fixed("nobody-there")
STOPPING = _fixed("stopping")
TROUBLE = _fixed("trouble")
CLOSED_NOW = _fixed("closed-now")
BY_KEYS = _fixed("by-keys")
TONE = (
    (np.sin(2 * np.pi * 1000 * np.arange(prompts.RATE // 3) / prompts.RATE) * 8000)
    .astype("<i2")
    .tobytes()
)


def menu(offered: Sequence[str]) -> Sentence:
    """Offer what can be chosen, each with its key."""
    names = [
        name
        for number, choice in enumerate(offered, 1)
        for name in (f"menu-{choice}", f"number-{number}")
    ]
    return Sentence((*names, "menu-again"))


def hours(calendar: Calendar) -> Sentence:
    """Say the week's hours; days that follow each other with the same hours are said as one."""
    names: list[str] = []
    for first, last, spans in calendar.usual():
        if spans:
            names += ["and"] if names else []
            names += [f"day-{first}", *(["through", f"day-{last}"] if last > first else [])]
            for number, span in enumerate(spans):
                names += ["and"] if number else []
                names += ["from", *_time(span.opens), "to", *_time(span.closes)]
    return Sentence(("we-are-open", *names) if names else ("we-are-closed-always",))


def offer(at: datetime) -> Sentence:
    """Offer an appointment; `at` is the company's wall clock."""
    return Sentence(("next-free", *_moment(at), "offer-choice"))


def booked(at: datetime, reference: str) -> Sentence:
    """Confirm an appointment, with its reference spelled."""
    return Sentence(("booked", *_spelled(reference), *_moment(at), "see-you"))


def _moment(at: datetime) -> tuple[str, ...]:
    return (f"day-{at.weekday()}", f"month-{at.month}", f"the-{at.day}", "at", *_time(at.time()))


def _time(at: time) -> tuple[str, ...]:
    """Say a time of day; minutes between those that are recorded are rounded down to five."""
    minute = at.minute - at.minute % 5
    half = "am" if at.hour < 12 else "pm"
    exact = (f"minutes-{minute}",) if minute else ()
    return (f"number-{(at.hour - 1) % 12 + 1}", *exact, half)


def _spelled(code: str) -> tuple[str, ...]:
    return tuple(
        "dash" if sign == "-" else f"number-{sign}" if sign.isdigit() else f"letter-{sign.lower()}"
        for sign in code
    )
