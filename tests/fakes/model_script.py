"""What a fake model server is asked, and what it is told to answer or to do wrong."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

Dialect = Literal["openai", "anthropic", "google"]


@dataclass(frozen=True, slots=True)
class Wanted:
    """A tool call to make. `raw` stands in for the arguments' JSON; `id` "" is left out."""

    name: str
    args: dict[str, Any] = field(default_factory=dict)
    raw: str | None = None
    id: str | None = None

    @property
    def written(self) -> str:
        return json.dumps(self.args) if self.raw is None else self.raw


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One answer, and how it goes wrong.

    Attributes:
        text: The words; they are streamed word by word.
        calls: Tool calls; their arguments are streamed in fragments of `fragment` characters.
        status: The HTTP status; from 400 on, an error object of the dialect is the body.
        headers: More response headers, e.g. {"retry-after": "1"}.
        delay_s: Silence before the response begins.
        pace_s: Silence between two pieces of the stream.
        drip_s: Send single bytes, with this silence between them.
        cut_after: Reset the connection after so many bytes of the body.
        ends_early: End the stream politely after so many pieces: no finish reason, no end mark.
        endless: Say the text again and again, for ever.
        garbage: Send this in place of an answer.
        finish: The reason for the end, in OpenAI's words; None: by the answer.
        usage: (tokens in, tokens out, of those in: cached); None: not told.
        refusal: OpenAI's refusal field.
    """

    text: str = ""
    calls: tuple[Wanted, ...] = ()
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    delay_s: float = 0
    pace_s: float = 0
    drip_s: float = 0
    cut_after: int | None = None
    ends_early: int | None = None
    endless: bool = False
    garbage: str | None = None
    finish: Literal["stop", "length", "content_filter", "tool_calls"] | None = None
    usage: tuple[int, int, int] | None = (100, 10, 0)
    refusal: str = ""
    fragment: int = 7

    @property
    def reason(self) -> str:
        return self.finish or ("tool_calls" if self.calls else "stop")


@dataclass(frozen=True, slots=True)
class Said:
    """One message as the server was sent it. `role` is system, user, bot or tool."""

    role: str
    text: str
    calls: tuple[Wanted, ...] = ()
    call_id: str = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """One request, read."""

    dialect: Dialect
    path: str
    model: str
    talk: tuple[Said, ...]
    tools: tuple[str, ...]
    headers: dict[str, str]
    body: dict[str, Any]

    @property
    def last(self) -> Said:
        return self.talk[-1]

    @property
    def words(self) -> list[str]:
        """What the user wrote, oldest first."""
        return [said.text for said in self.talk if said.role == "user"]


Script = Callable[[Asked], Step]


def echo(asked: Asked) -> Step:
    """Say the last words again."""
    return Step(text=f"You said: {asked.last.text}")


def in_order(*steps: Step, then: Script = echo) -> Script:
    """Give the steps one request after the other, then follow `then`."""
    left = list(steps)
    return lambda asked: left.pop(0) if left else then(asked)


def always(step: Step) -> Script:
    return lambda _: step


def step_of(given: dict[str, Any]) -> Step:
    """Read a step from JSON: the fields of Step, `calls` as objects, `usage` as a list."""
    fields = dict(given)
    fields["calls"] = tuple(Wanted(**one) for one in fields.get("calls", ()))
    if fields.get("usage") is not None:
        fields["usage"] = tuple(fields["usage"])
    return Step(**fields)
