"""Every held-out dialogue file parses, keeps to the format of README.md and can be judged."""

import re
from collections import Counter
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

FILES = sorted((Path(__file__).parent / "dialogues").glob("*.yaml"))
KINDS = {
    "paraphrase",
    "correction",
    "digression",
    "typo",
    "two_wishes",
    "change_of_mind",
    "closed",
    "out_of_scope",
    "handoff",
    "injection",
    "price",
    "fact",
    "lead",
    "survey",
}
ASKED = {
    "name",
    "email",
    "day",
    "time",
    "phone",
    "company",
    "seats",
    "term",
    "confirm",
    "survey",
}
GOAL = {
    "booked",
    "lead",
    "ticket",
    "approval",
    "said",
    "not_said",
    "survey",
    "may_hand_over",
}
DEPARTMENTS = {"sales", "support", "billing"}


def read(file: Path) -> list[dict[str, Any]]:
    yaml = YAML(typ="safe")
    yaml.version = (1, 2)
    dialogues = yaml.load(file.read_text(encoding="utf-8"))
    assert isinstance(dialogues, list), f"{file.name} is not a list of dialogues"
    return dialogues


DIALOGUES = [dialogue for file in FILES for dialogue in read(file)]
each_dialogue = pytest.mark.parametrize(
    "dialogue", DIALOGUES, ids=[str(dialogue.get("id")) for dialogue in DIALOGUES]
)


def is_text(value: object) -> bool:
    return isinstance(value, str) and value.strip() != ""


def test_there_are_at_least_sixty_dialogues_and_no_id_twice() -> None:
    ids = Counter(dialogue["id"] for dialogue in DIALOGUES)

    assert len(ids) >= 60
    assert [name for name, times in ids.items() if times > 1] == []


def test_at_least_ten_are_mistyped_and_eight_hold_two_wishes() -> None:
    kinds = Counter(dialogue.get("kind") for dialogue in DIALOGUES)

    assert kinds["typo"] >= 10
    assert kinds["two_wishes"] >= 8
    assert set(kinds) <= KINDS | {None}


@each_dialogue
def test_a_dialogue_has_only_known_keys(dialogue: dict[str, Any]) -> None:
    assert {"id", "turns", "goal"} <= set(dialogue) <= {"id", "kind", "turns", "when_asked", "goal"}
    assert re.fullmatch(r"[a-z]+(-[a-z]+)*-\d\d", dialogue["id"])
    assert set(dialogue.get("when_asked", {})) <= ASKED
    assert set(dialogue["goal"]) <= GOAL
    assert set(dialogue["goal"].get("booked", {})) <= {"on", "at", "name", "email"}
    assert set(dialogue["goal"].get("lead", {})) <= {"email", "name"}


@each_dialogue
def test_a_dialogue_says_only_text(dialogue: dict[str, Any]) -> None:
    goal = dialogue["goal"]

    spoken = [*dialogue["turns"], *dialogue.get("when_asked", {}).values()]
    compared = [*goal.get("booked", {}).values(), *goal.get("lead", {}).values()]

    assert dialogue["turns"]
    assert [value for value in [*spoken, *compared] if not is_text(value)] == []


@each_dialogue
def test_a_goal_can_be_judged(dialogue: dict[str, Any]) -> None:
    goal = dialogue["goal"]

    assert set(goal) - {"may_hand_over"}, "nothing is asked of the bot"
    for pattern in [*goal.get("said", []), *goal.get("not_said", [])]:
        assert is_text(pattern)
        assert not re.compile(pattern, re.IGNORECASE).fullmatch(""), "this matches anything"
    if "booked" in goal:
        assert date.fromisoformat(goal["booked"]["on"]) >= date(2026, 11, 16)
        assert (
            datetime.strptime(goal["booked"]["at"], "%H:%M").strftime("%H:%M")
            == (goal["booked"]["at"])
        )
    if "survey" in goal:
        assert goal["survey"].lower() in dialogue["when_asked"]["survey"].lower()
    ticket = goal.get("ticket", True)
    assert ticket is True or (set(ticket) == {"department"} and ticket["department"] in DEPARTMENTS)
    assert goal.get("approval", True) is True
    assert isinstance(goal.get("may_hand_over", True), bool)
