"""What one decision yields: words, calls, and what is remembered."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from appliance.models.desk_model.frame import Frame
from appliance.models.desk_model.manner import Manner
from appliance.models.desk_model.pack import DeskPack
from appliance.models.desk_model.slots.found import Context
from appliance.models.desk_model.turn import Turn


@dataclass(frozen=True, slots=True)
class Call:
    """A tool call with an id that is the same whenever the decision is taken again."""

    id: str
    name: str
    args: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Move:
    """The answer of one decision: either text, or calls whose results the next one words."""

    frame: Frame
    text: str = ""
    calls: tuple[Call, ...] = ()
    quick_replies: tuple[str, ...] = ()
    citations: tuple[str, ...] = ()
    unsure: bool = False
    intent: str = ""


@dataclass(frozen=True, slots=True)
class Desk:
    """What a decision looks at besides the frame and the words.

    Attributes:
        pack: The config version.
        tools: The bound tools by name.
        turn: The turn's facts.
        context: The same for the slot readers.
        position: The number of messages so far; part of every call's id.
        results: The last result of each tool in the conversation, failed ones left out.
        said: What the customer wrote so far, oldest first, the present words last.
    """

    pack: DeskPack
    tools: Mapping[str, Manner]
    turn: Turn
    context: Context
    position: int = 0
    said: tuple[str, ...] = field(default=())
    results: Mapping[str, str] = field(default_factory=dict)

    @property
    def books(self) -> bool:
        """Whether it can make appointments."""
        return any(manner.is_appointment for manner in self.tools.values())

    def call(self, name: str, args: Mapping[str, Any], *, ordinal: int = 0) -> Call:
        """Make a call; None arguments are left out."""
        given = {key: value for key, value in args.items() if value is not None}
        words = json.dumps([self.position, ordinal, name, given], sort_keys=True, default=str)
        digest = hashlib.sha256(words.encode("utf-8", "replace")).hexdigest()
        return Call(id=f"desk_{digest[:20]}", name=name, args=given)
