"""The file of questions: what is asked, and what has to come."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, Field

from appliance.config import nodes, reading, schema_check, syntax
from appliance.config.nearest import advice
from appliance.config.problems import Finding, Problem, listed, shown
from appliance.core import errors

_Text = Annotated[str, Field(min_length=1, max_length=2000)]


def _as_list(given: object) -> object:
    """Take one text for a list of one."""
    return given if isinstance(given, list | dict) else [given]


_Texts = Annotated[
    list[_Text],
    Field(min_length=1, max_length=50),
    BeforeValidator(_as_list, json_schema_input_type=str | list[str]),
]

EXPECTATIONS = ("cites", "says", "says_not", "calls", "hands_over", "refuses")


class Question(BaseModel):
    """One question, and everything that has to come of it."""

    ask: _Texts = Field(
        description="What the customer writes; a list is written one message after the other."
    )
    cites: _Texts | None = Field(
        default=None,
        description="The document that must be found and cited first: its title, its file name "
        "(also without the ending) or the end of its path. Of a list any one is right.",
    )
    says: _Texts | None = Field(
        default=None, description="Words the answer must hold, letter case ignored; all of a list."
    )
    says_not: _Texts | None = Field(
        default=None, description="Words the answer must not hold; none of a list."
    )
    calls: _Texts | None = Field(
        default=None, description="The tool that must be called; all of a list."
    )
    hands_over: bool | None = Field(
        default=None, description="Whether the conversation must, or must not, go to a person."
    )
    refuses: Literal[True] | None = Field(
        default=None,
        description="The answer must be that the company's information does not hold it.",
    )


class _File(BaseModel):
    questions: list[Question] = Field(
        min_length=1, max_length=5000, description="What is asked, and what has to come."
    )


@dataclass(frozen=True, slots=True)
class Asked:
    """A question of the file, with the line it stands on."""

    line: int
    question: Question

    @property
    def digest(self) -> str:
        """Names the question for good: the same words, the same expectations."""
        return hashlib.sha256(self.question.model_dump_json().encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a file came to; there are questions exactly where no problem keeps them back."""

    asked: tuple[Asked, ...]
    problems: tuple[Problem, ...]


def load(path: Path, *, tools: Collection[str]) -> Loaded:
    """Read and check a file of questions; `tools` are the names `calls` may hold.

    Raises:
        Refused: there is no such file, or it cannot be opened.
    """
    try:
        with path.open("rb") as file:
            content = file.read(syntax.MAX_BYTES + 1)
    except OSError as cause:
        raise errors.Refused(
            f"The questions {path} cannot be opened ({cause.strerror}). Check the path."
        ) from None
    return parse(content, path, tools=tools)


def parse(content: bytes, path: Path, *, tools: Collection[str]) -> Loaded:
    """Check questions already in hand; `path` is only their name in messages."""
    try:
        root, form = reading.read(syntax.decoded(content))
    except syntax.Unreadable as cause:
        return Loaded((), listed(path, [[cause.finding]]))
    if root is None:
        return Loaded((), listed(path, [form]))
    file, against = schema_check.validated(_File, root, (), nodes.plain(root))
    problems = listed(path, [form, list(_rules(root, tools)), against])
    if file is None or any(not problem.warning for problem in problems):
        return Loaded((), problems)
    places = [nodes.place(root, steps)[0] for steps, _ in nodes.items(root, "questions")]
    return Loaded(tuple(map(Asked, places, file.questions)), problems)


def _rules(root: nodes.Mapping, tools: Collection[str]) -> Iterator[Finding]:
    """What no model of one key can tell."""
    seen: dict[str, int] = {}
    for steps, item in nodes.items(root, "questions"):
        if not isinstance(item, nodes.Mapping):
            continue
        line, column = nodes.place(root, steps)
        given = set(item.entries)
        if given and not given & set(EXPECTATIONS):
            yield Finding(
                line, column, steps,
                "says nothing of what has to come",
                f"add one of {', '.join(EXPECTATIONS)}",
            )  # fmt: skip
        if "refuses" in given and given & {"cites", "says"}:
            at = nodes.place(root, (*steps, "refuses"), of_key=True)
            yield Finding(
                *at, (*steps, "refuses"),
                "a refusal cites and says nothing else",
                "keep either refuses, or cites and says",
            )  # fmt: skip
        words = nodes.text(item, "ask")
        if words is not None and words in seen:
            at = nodes.place(root, (*steps, "ask"))
            yield Finding(
                *at, (*steps, "ask"),
                f"was asked on line {seen[words]} already",
                "put what has to come of it into one place",
            )  # fmt: skip
        elif words is not None:
            seen[words] = line
        yield from _unknown_tools(root, (*steps, "calls"), tools)


def _unknown_tools(
    root: nodes.Mapping, steps: tuple[str | int, ...], tools: Collection[str]
) -> Iterator[Finding]:
    named = [at for at, _ in nodes.items(root, *steps)] or [steps]
    for at in named:
        name = nodes.text(root, *at)
        if name is not None and name not in tools:
            place = nodes.place(root, at)
            what = f"the bot has no tool {shown(name)}"
            yield Finding(*place, at, what, advice(name, tools, none="name one of its tools"))
