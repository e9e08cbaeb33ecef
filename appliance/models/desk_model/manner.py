"""How a bound tool looks to basic mode: its slots, and how it wants to be spoken about."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from langchain_core.tools import BaseTool
from langchain_core.utils.function_calling import convert_to_openai_tool

from appliance.models.desk_model.slots.found import Kind, Slot
from appliance.models.desk_model.slots.schema import slots_of

TO_PERSON = "transfer_to_human"
KNOWLEDGE = "search_knowledge"
SURVEY = "ask_survey"
CATALOGUE = "search_product_catalog"
ROLES = frozenset({TO_PERSON, KNOWLEDGE, SURVEY})
"""Tools known by their role; all others are known by their schema alone."""


@dataclass(frozen=True, slots=True)
class Manner:
    """A tool's name, slots and wording. `says` and `read_back` may be missing."""

    name: str
    description: str
    slots: tuple[Slot, ...]
    writes: bool
    read_back: str | None = None
    says: Callable[[Any], str] | None = None
    asks: Mapping[str, str] = field(default_factory=dict)
    output: Any = None

    @property
    def confirms(self) -> bool:
        """Whether the customer must say yes before it runs."""
        return self.name not in ROLES and (self.writes or self.read_back is not None)

    @property
    def is_appointment(self) -> bool:
        """Whether it takes a day and a time, so that opening hours matter."""
        return {Kind.DAY, Kind.TIME} <= {slot.kind for slot in self.slots}

    @property
    def cancels(self) -> bool:
        """Whether it is there to cancel something, so that "cancel it" does not give it up."""
        return "cancel" in self.name.split("_")

    def slot(self, name: str | None) -> Slot | None:
        """Find a slot by name."""
        return next((slot for slot in self.slots if slot.name == name), None)

    def of_kind(self, kind: Kind) -> Slot | None:
        """Find the first slot of a kind."""
        return next((slot for slot in self.slots if slot.kind is kind), None)


def manner_of(tool: BaseTool | Mapping[str, Any]) -> Manner:
    """Read a LangChain tool, or a tool in OpenAI's JSON form.

    The policy in the tool's metadata is read by its attributes: the toolkit stands beside this
    room, and neither imports the other. A tool without a policy is taken to write unless its
    role says otherwise.
    """
    function = convert_to_openai_tool(tool)["function"]
    policy = (tool.metadata or {}).get("policy") if isinstance(tool, BaseTool) else None
    name = str(function["name"])
    effect = str(getattr(policy, "effect", "write"))
    return Manner(
        name=name,
        description=str(function.get("description") or ""),
        slots=slots_of(function.get("parameters") or {}),
        writes=effect != "read",
        read_back=getattr(policy, "read_back", None),
        says=getattr(policy, "says", None),
        asks=getattr(policy, "asks", None) or {},
        output=getattr(policy, "output", None),
    )
