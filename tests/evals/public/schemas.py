"""SGD: tools known by their schema alone, without a single example."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from appliance.models.desk_model import tasks
from appliance.models.desk_model import text as words_of
from appliance.models.desk_model.frame import Task
from appliance.models.desk_model.move import Desk
from appliance.models.desk_model.router import prepared
from appliance.models.desk_model.slots.found import Kind
from tests.evals.public import collection, desks
from tests.evals.public.figures import Figure, share
from tests.fakes.kept import Kept

FILES = (
    ("SGD hotels", "hotels2_test", "schema_test"),
    ("SGD salon, doctor", "services_train", "schema_train"),
    ("SGD restaurants", "restaurants1_train", "schema_train"),
)
_NOW = datetime(2019, 3, 1, 9, 0, tzinfo=ZoneInfo("America/Los_Angeles"))  # the set's own clock


@dataclass(frozen=True, slots=True)
class _Said:
    """What a user said: the service it is for, the tool it begins, the slots it fills."""

    text: str
    service: str
    intent: str
    begins: bool
    asked: str | None
    filled: Mapping[str, str]


def figures(
    kept: Kept, of: str, file: str, schema: str, *, cache_dir: Path, n: int | None = None
) -> list[Figure]:
    """Choose the tool at a wish's first words, and read what fills its slots."""
    dialogues = collection.every(collection.read_json(f"sgd/{file}.json.gz"), n)
    services = {one["service_name"]: one for one in collection.read_json(f"sgd/{schema}.json")}
    named = sorted({service for dialogue in dialogues for service in dialogue["services"]})
    tools = [
        _tool(services[name], intent) for name in named for intent in services[name]["intents"]
    ]
    desk = desks.desk_with(tools, now=_NOW, embedder=kept, cache_dir=cache_dir / "sgd")
    said = [one for dialogue in dialogues for one in _said(dialogue)]
    begun = [one for one in said if one.begins]
    kept.encode([prepared(one.text) for one in begun])
    found = [(_name(one.service, one.intent), _likeliest(desk, one.text)) for one in begun]
    read = [hit for one in said if one.filled for hit in _read(desk, one)]
    return [
        share(of, f"right tool of {len(tools)}, no example", [tool == r[0] for tool, r in found]),
        share(of, "right tool among the first two", [tool in r[:2] for tool, r in found]),
        *(
            share(of, f"{kind} given is read", [hit for one, hit in read if one == kind])
            for kind in ("choice", "day", "time", "number")
            if any(one == kind for one, _ in read)
        ),
    ]  # fmt: skip


def _name(service: str, intent: str) -> str:
    words = re.sub(r"(?<!^)(?=[A-Z])", "_", intent).lower()
    return f"{words}_{service.lower()}"


def _tool(service: Mapping[str, Any], intent: Mapping[str, Any]) -> dict[str, Any]:
    slots = {slot["name"]: slot for slot in service["slots"]}
    taken = [*intent["required_slots"], *intent["optional_slots"]]
    return desks.schema(
        _name(service["service_name"], intent["name"]),
        f"{intent['description']}.",
        {name: _parameter(slots[name]) for name in taken},
        intent["required_slots"],
    )


def _parameter(slot: Mapping[str, Any]) -> dict[str, Any]:
    values = slot["possible_values"]
    if slot["is_categorical"] and set(values) <= {"True", "False"}:
        return {"type": "boolean"}
    if slot["is_categorical"] and all(value.isdigit() for value in values):
        return {"type": "integer"}
    if slot["is_categorical"]:
        return {"type": "string", "enum": values}
    for kind in ("date", "time"):
        if kind in slot["name"]:
            return {"type": "string", "format": kind}
    return {"type": "string"}


def _said(dialogue: Mapping[str, Any]) -> Iterator[_Said]:
    asked: Sequence[str] = ()
    for turn in dialogue["turns"]:
        if turn["speaker"] == "SYSTEM":
            acts = [act for frame in turn["frames"] for act in frame["actions"]]
            asked = [act["slot"] for act in acts if act["act"] == "REQUEST"]
            continue
        for frame in turn["frames"]:
            acts = frame["actions"]
            yield _Said(
                turn["utterance"],
                frame["service"],
                frame["state"]["active_intent"],
                any(act["act"] == "INFORM_INTENT" for act in acts),
                asked[0] if asked else None,
                {
                    act["slot"]: act["canonical_values"][0]
                    for act in acts
                    if act["act"] == "INFORM" and act["canonical_values"]
                },
            )


def _likeliest(desk: Desk, text: str) -> list[str]:
    return [one.intent for one in desk.pack.router.rank(text) if one.intent in desk.tools]


_KINDS = {
    Kind.CHOICE: "choice",
    Kind.YES_NO: "choice",
    Kind.DAY: "day",
    Kind.TIME: "time",
    Kind.COUNT: "number",
}


def _read(desk: Desk, one: _Said) -> Iterator[tuple[str, bool]]:
    """Tell of each value given whether it was read."""
    manner = desk.tools.get(_name(one.service, one.intent))
    if manner is None:
        return
    asked = one.asked if one.asked and manner.slot(one.asked) else None
    written = words_of.clean(one.text)
    task = Task(manner.name, asked=asked)
    reading = tasks.read(desk, manner, desk.pack.mender.mend(written), task=task, written=written)
    for name, value in one.filled.items():
        slot = manner.slot(name)
        if slot is None or value == "dontcare" or slot.kind not in _KINDS:
            continue
        yield _KINDS[slot.kind], str(reading.values.get(name)).lower() == value.lower()
