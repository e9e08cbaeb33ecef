"""The files of tau2 and tau-bench: databases, policies, tasks, and recorded dialogues."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.shared import SHARED

TAU2, TAU1 = SHARED / "data" / "tau2", SHARED / "data" / "tau_bench"
DOMAINS = ("retail", "airline")
KINDS = {
    "retail": ("products", "users", "orders"),
    "airline": ("flights", "users", "reservations"),
}
needs_tau2 = pytest.mark.skipif(
    not (TAU2.is_dir() and TAU1.is_dir()), reason="the tau2 data set is not beside the project"
)

Rows = dict[tuple[str, str], dict[str, Any]]
"""Rows by kind and id, as JSON."""


@dataclass(frozen=True, slots=True)
class Action:
    """One call of the gold solution."""

    name: str
    arguments: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Task:
    """A task of tau2 with its gold solution."""

    domain: str
    id: str
    actions: tuple[Action, ...]


@dataclass(frozen=True, slots=True)
class Dialogue:
    """A recorded dialogue. `turns` are the contact's words; `results` what the tools gave."""

    domain: str
    number: int
    turns: tuple[str, ...]
    results: tuple[Any, ...]

    @property
    def id(self) -> str:
        return f"{self.domain}-{self.number:02}"


def database(domain: str) -> dict[str, Any]:
    """Read a domain's database as it is before every task."""
    if domain == "retail":
        read: dict[str, Any] = _unpacked(TAU2 / "retail" / "db.json.gz")
        return read
    first = {kind: _unpacked(TAU1 / "airline" / f"{kind}.json.gz") for kind in KINDS["airline"]}
    for user_id, user in first["users"].items():  # tau-bench leaves it out, tau2 demands it
        user["user_id"] = user_id
    return first


def policy(domain: str) -> str:
    """Read what the data set tells the agent."""
    return (TAU2 / domain / "policy.md").read_text("utf-8")


def tasks(domain: str) -> list[Task]:
    """Read a domain's tasks."""
    read = json.loads((TAU2 / domain / "tasks.json").read_text("utf-8"))
    return [
        Task(
            domain,
            task["id"],
            tuple(
                Action(each["name"], each["arguments"])
                for each in task["evaluation_criteria"]["actions"] or ()
            ),
        )
        for task in read
    ]


def dialogues(domain: str) -> list[Dialogue]:
    """Read a domain's recorded dialogues."""
    lines = (TAU1 / f"{domain}_few_shot.jsonl").read_text("utf-8").splitlines()
    return [_dialogue(domain, number, json.loads(line)) for number, line in enumerate(lines)]


def _dialogue(domain: str, number: int, kept: Mapping[str, str]) -> Dialogue:
    said = re.split(r"\n(?=(?:user|assistant|tool): )", kept["messages_display"])
    parts = [part.partition(": ")[::2] for part in said]
    turns = [words.replace("###STOP###", "").strip() for who, words in parts if who == "user"]
    return Dialogue(
        domain,
        number,
        tuple(filter(None, turns)),
        tuple(_parsed(words) for who, words in parts if who == "tool"),
    )


def _parsed(words: str) -> Any:
    try:
        return json.loads(words)
    except ValueError:
        return words


def _unpacked(path: Path) -> Any:
    return json.loads(gzip.decompress(path.read_bytes()))
