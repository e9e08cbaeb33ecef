"""Plays a dialogue against an appliance and judges its goal. The format stands in README.md."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from ruamel.yaml import YAML

from appliance.assembly.house import Appliance
from appliance.contacts import identities
from appliance.contacts.tables import survey_answers
from appliance.conversation.tables import approvals, tickets
from appliance.services.bookings.tables import booking_cells, bookings
from appliance.services.crm.tables import leads
from tests.evals.house import say

FOLDER = Path(__file__).parent / "dialogues"
_NEW_YORK = ZoneInfo("America/New_York")
_MOST_TURNS = 25

_SURVEY = ("how did you hear", "primary use case", "timeline for implementation")
_ASKS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("survey", re.compile("|".join(_SURVEY), re.I)),
    (
        "confirm",
        re.compile(
            r"\bshall i\b|is that (right|correct)|is this (right|correct)|does that look|"
            r"correct\?|right\?|go ahead|confirm",
            re.I,
        ),
    ),
    ("email", re.compile(r"e-?mail", re.I)),
    ("phone", re.compile(r"phone|number can we (call|reach)", re.I)),
    ("company", re.compile(r"company|firm|organi[sz]ation", re.I)),
    ("name", re.compile(r"\bname\b|who (am i|is this)|what should i call", re.I)),
    ("seats", re.compile(r"how many|number of (users|seats|people)", re.I)),
    ("term", re.compile(r"monthly or yearly|yearly or monthly|by the month|per month or", re.I)),
    ("day", re.compile(r"which day|what day|which date|what date|when would", re.I)),
    ("time", re.compile(r"what time|which time|at what hour|when on", re.I)),
)


@dataclass(slots=True)
class Verdict:
    """How a dialogue ended."""

    id: str
    kind: str
    missed: list[str] = field(default_factory=list)
    wrong_writes: list[str] = field(default_factory=list)
    transcript: list[tuple[str, str]] = field(default_factory=list)

    @property
    def reached(self) -> bool:
        return not self.missed and not self.wrong_writes


def dialogues(folder: Path = FOLDER) -> list[dict[str, Any]]:
    """Read a folder's dialogues, in the order of files and places."""
    yaml = YAML(typ="safe", pure=True)
    return [each for path in sorted(folder.glob("*.yaml")) for each in yaml.load(path)]


async def play(house: Appliance, dialogue: Mapping[str, Any]) -> Verdict:
    """Play one dialogue as a new contact on an empty calendar."""
    house.db.write_now(
        lambda c: (c.execute(booking_cells.delete()), c.execute(bookings.delete()))[0]
    )
    verdict = Verdict(dialogue["id"], dialogue.get("kind", "other"))
    visitor = f"eval-{dialogue['id']}"
    replies: list[str] = []
    for line in _lines(dialogue, replies):
        verdict.transcript.append(("contact", line))
        said = "\n\n".join(message.text for message in await say(house, visitor, line))
        replies.append(said)
        verdict.transcript.append(("bot", said))
        if len(replies) >= _MOST_TURNS:
            break
    _judge(house, visitor, dialogue["goal"], replies, verdict)
    return verdict


def _lines(dialogue: Mapping[str, Any], replies: list[str]) -> Iterator[str]:
    """Give what the contact says next: an answer to what was asked, else the next turn."""
    turns, answers = list(dialogue["turns"]), dict(dialogue.get("when_asked", {}))
    used: Counter[str] = Counter()
    yield turns.pop(0)
    while True:
        asked = _asked(replies[-1])
        if asked is not None and asked in answers and used[asked] < 2:
            used[asked] += 1
            yield answers[asked]
        elif turns:
            yield turns.pop(0)
        else:
            return


def _asked(reply: str) -> str | None:
    questions = re.findall(r"[^.!?\n]*\?", reply.replace("e.g.", "eg"))
    if not questions:
        return None
    last = questions[-1]
    return next((name for name, pattern in _ASKS if pattern.search(last)), None)


def _judge(
    house: Appliance,
    visitor: str,
    goal: Mapping[str, Any],
    replies: list[str],
    verdict: Verdict,
) -> None:
    contact = house.db.read(
        lambda c: identities.find(c, house.keyring, kind="visitor", value=visitor)
    )
    for pattern in goal.get("said", ()):
        if not any(re.search(pattern, reply, re.I) for reply in replies):
            verdict.missed.append(f"said {pattern!r}")
    for pattern in goal.get("not_said", ()):
        if any(re.search(pattern, reply, re.I) for reply in replies):
            verdict.missed.append(f"not_said {pattern!r}")
    _judge_booking(house, contact, goal.get("booked"), verdict)
    _judge_lead(house, contact, goal.get("lead"), verdict)
    _judge_people(house, contact, goal, verdict)
    if "survey" in goal:
        rows = _rows(house, survey_answers, contact)
        found = [house.keyring.open("survey_answers|answer", r.id, r.answer) for r in rows]
        if not any(goal["survey"].lower() in answer.lower() for answer in found):
            verdict.missed.append(f"survey {found}")


def _judge_booking(
    house: Appliance, contact: str | None, wanted: Mapping[str, str] | None, verdict: Verdict
) -> None:
    rows = [row for row in _rows(house, bookings, contact) if row.state == "booked"]
    for row in rows:
        starts = row.starts_at.astimezone(_NEW_YORK)
        found = {
            "on": starts.date().isoformat(),
            "at": starts.strftime("%H:%M"),
            "name": house.keyring.open("bookings|name", row.id, row.name),
            "email": house.keyring.open("bookings|email", row.id, row.email),
        }
        if wanted is None or not _agrees(found, wanted):
            verdict.wrong_writes.append(f"booked {found}")
    if wanted is not None and len(rows) != 1:
        verdict.missed.append(f"booked: {len(rows)} demos")


def _judge_lead(
    house: Appliance, contact: str | None, wanted: Mapping[str, str] | None, verdict: Verdict
) -> None:
    rows = _rows(house, leads, contact)
    for row in rows:
        found = {
            column: house.keyring.open(f"leads|{column}", row.id, getattr(row, column))
            for column in ("name", "email", "phone", "company", "interest")
            if getattr(row, column)
        }
        if wanted is None or not _agrees(found, wanted):
            verdict.wrong_writes.append(f"lead {found}")
    if wanted is not None and not rows:
        verdict.missed.append("lead: none")


def _judge_people(
    house: Appliance, contact: str | None, goal: Mapping[str, Any], verdict: Verdict
) -> None:
    found = _rows(house, tickets, contact)
    wanted = goal.get("ticket")
    if wanted and not found:
        verdict.missed.append("ticket: none")
    if isinstance(wanted, Mapping) and found:
        departments = {row.department for row in found}
        if wanted["department"] not in {str(name).lower() for name in departments}:
            verdict.missed.append(f"ticket: {departments}")
    if found and not wanted and not goal.get("may_hand_over"):
        verdict.missed.append("needless hand-over")
    asked = _rows(house, approvals, contact)
    if bool(asked) != bool(goal.get("approval")):
        verdict.missed.append(f"approval: {len(asked)}")


def _agrees(found: Mapping[str, str], wanted: Mapping[str, str]) -> bool:
    return all(found.get(key, "").lower() == value.lower() for key, value in wanted.items())


def _rows(house: Appliance, table: sa.Table, contact: str | None) -> list[Any]:
    query = sa.select(table).where(table.c.contact_id == contact)
    return house.db.read(lambda c: list(c.execute(query)))
