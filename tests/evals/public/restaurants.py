"""RESTAURANTS-8K: a table's day, time, people and name, out of one sentence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from appliance.models.desk_model import tasks
from appliance.models.desk_model import text as words_of
from appliance.models.desk_model.frame import Task
from appliance.models.desk_model.move import Desk
from appliance.models.embedder import Embedder
from tests.evals.public import collection, desks, gold
from tests.evals.public.figures import Figure, f1, share

OF = "RESTAURANTS-8K"
NOW = datetime(2018, 1, 3, 10, 0, tzinfo=ZoneInfo("Europe/London"))  # its dates are of 2018
SLOTS = ("date", "time", "people", "first_name", "last_name")
_TOOL = desks.schema(
    "book_table",
    "Book a table.",
    {
        "date": {"type": "string", "format": "date"},
        "time": {"type": "string", "format": "time"},
        "people": {"type": "integer"},
        "first_name": {"type": "string"},
        "last_name": {"type": "string"},
    },
    SLOTS,
)

Wanted = dict[str, frozenset[str]]


def desk(embedder: Embedder, *, cache_dir: Path) -> Desk:
    """Give a restaurant's desk."""
    return desks.desk_with([_TOOL], now=NOW, embedder=embedder, cache_dir=cache_dir)


def figures(desk: Desk, *, part: str = "test.json", n: int | None = None) -> list[Figure]:
    """Read a part of the set; a sentence is right when it gives just the values marked in it."""
    rows = collection.every(collection.read_json(f"restaurant8k/{part}"), n)
    pairs = [(wanted(row), read(desk, row)) for row in rows]
    joint = share(OF, "all slots of a sentence right", [_right(w, r) for w, r in pairs], goal=0.85)
    return [
        joint,
        *(f1(OF, f"{slot} (F1)", [_count(slot, w, r) for w, r in pairs]) for slot in SLOTS),
    ]


def read(desk: Desk, row: Mapping[str, Any]) -> dict[str, str]:
    """Read a sentence as the desk reads an answer to its question."""
    asked = row.get("context", {}).get("requestedSlots", [])
    written = words_of.clean(row["userInput"]["text"])
    reading = tasks.read(
        desk,
        desk.tools["book_table"],
        desk.pack.mender.mend(written),
        task=Task("book_table", asked=_asked(asked)),
        written=written,
    )
    return {name: _worded(value) for name, value in reading.values.items()}


def _asked(requested: Sequence[str]) -> str | None:
    """Give the slot asked for last: one that stands twice was asked for again."""
    again = [slot for place, slot in enumerate(requested) if slot in requested[:place]]
    return next(iter(again or requested), None)


def _worded(value: object) -> str:
    return str(value).lower()


def wanted(row: Mapping[str, Any]) -> Wanted:
    """Give the values marked in a sentence."""
    marked: Wanted = {}
    for label in row.get("labels", []):
        span = label["valueSpan"]
        words = row["userInput"]["text"][span.get("startIndex", 0) : span["endIndex"]]
        marked[label["slot"]] = _meaning(label["slot"], words)
    return marked


def _meaning(slot: str, words: str) -> frozenset[str]:
    if slot == "people":
        return gold.people(words)
    if slot == "time":
        return gold.times(words)
    return gold.days(words, NOW) if slot == "date" else frozenset({words.lower().strip(" .,")})


def _right(wanted: Wanted, read: Mapping[str, str]) -> bool:
    return wanted.keys() == read.keys() and all(read[slot] in wanted[slot] for slot in wanted)


def _count(slot: str, wanted: Wanted, read: Mapping[str, str]) -> tuple[int, int, int]:
    """Count a slot's right, superfluous and missed values in one sentence."""
    right = slot in wanted and slot in read and read[slot] in wanted[slot]
    return int(right), int(slot in read and not right), int(slot in wanted and not right)
