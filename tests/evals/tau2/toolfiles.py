"""Makes tool files of a domain's functions, and what our house adds: identity bound by code."""

from __future__ import annotations

import inspect
import re
import typing
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Any

from langchain_core.tools import StructuredTool
from pydantic import BaseModel, Field

from appliance.toolkit import ToolContext, ToolError, tool
from tests.evals.tau2 import manners, rules, service
from tests.evals.tau2.service import Service, Unknown

OURS = "transfer_to_human_agents"
"""The one function of theirs that the house has already: transfer_to_human."""

WHO_ARE_YOU = {
    "retail": "First I need to know whose account it is. What is the e-mail address of your "
    "account, or your full name and zip code?",
    "airline": "First I need to know whose reservation it is. What is your user id?",
}
NOT_YOURS = "I cannot find that on your account. Please check the number."
ONE_CUSTOMER = "I can only help with one account in a conversation."
NOT_FOUND = "I cannot find an account by that. Please check it."
_OWNED = {"order_id": "orders", "reservation_id": "reservations"}
_OPEN = {
    "calculate", "get_item_details", "get_product_details", "list_all_product_types",
    "get_flight_status", "list_all_airports", "search_direct_flight", "search_onestop_flight",
}  # fmt: skip
_IDENTIFIES = {"find_user_id_by_email", "find_user_id_by_name_zip"}
_PROOFS: dict[str, Any] = {
    "user_id": Annotated[str | None, Field(pattern=manners.USER, description="Whose it is.")],
    "account": Annotated[
        str | None,
        Field(max_length=500, description="The account's e-mail address, or name and zip code."),
    ],
}
_FILE = '''"""{name}, as tau2's {domain} domain has it."""

from tests.evals.tau2 import toolfiles

{name} = toolfiles.made({place!r}, "{name}", asks_who={asks_who})
'''


class NoSettings(BaseModel, extra="forbid"):
    """There is nothing to set."""


def write(folder: Path, rows: Service, *, asks_who: bool) -> list[str]:
    """Write a tool file for each function of a service's domain; gives their names.

    With `asks_who` a call cannot be made without saying whose account it is: basic mode looks
    nothing up of its own accord, so it has to ask.
    """
    names = [name for name in rows.domain.tools if name != OURS]
    for name in names:
        text = _FILE.format(
            name=name, domain=rows.domain.name, place=str(rows.path), asks_who=asks_who
        )
        (folder / f"{name}.py").write_text(text, "utf-8")
    return names


def made(place: str, name: str, *, asks_who: bool) -> StructuredTool:
    """Make one function of a domain a tool of our toolkit, from its signature and docstring."""
    rows = service.at(place)
    theirs, of = rows.domain, rows.domain.name
    function, manner = theirs.tools[name], manners.manner_of(name)
    told, described = _documented(function)
    own = {
        each: _parameter(each, kind, described.get(each, ""))
        for each, kind in typing.get_type_hints(function).items()
        if each != "return"
    }
    proof = "account" if of == "retail" else "user_id"
    adds = name not in _OPEN | _IDENTIFIES and proof not in own

    async def run(**given: Any) -> Any:
        ctx: ToolContext[NoSettings] = given.pop("ctx")
        asked = _Asked(rows, ctx.conversation_id, name, reason_known=not asks_who)
        return asked.answer(given, proof=given.pop(proof, None) if adds else given.get(proof))

    hints = {"ctx": ToolContext[NoSettings], **own, **({proof: _PROOFS[proof]} if adds else {})}
    run.__name__, run.__doc__ = name, told
    run.__annotations__ = {**hints, "return": typing.get_type_hints(function)["return"]}
    _sign(run, hints, optional={proof} if adds and not asks_who else set())
    effect = theirs.effect(name)
    return tool(
        effect="write" if effect == "write" else "read",
        settings=NoSettings,
        proves=manner.proves,
        reports=manner.reports,
        read_back=manner.read_back,
        says=manner.says,
        asks=manner.asks,
    )(run)


def _sign(run: Callable[..., Any], hints: Mapping[str, Any], *, optional: set[str]) -> None:
    """Give the function the parameters its annotations name: the decorator reads them."""
    kind, none = inspect.Parameter.KEYWORD_ONLY, inspect.Parameter.empty
    signature = inspect.Signature(
        [
            inspect.Parameter(
                name, kind, annotation=hint, default=None if name in optional else none
            )
            for name, hint in hints.items()
        ]
    )
    vars(run)["__signature__"] = signature


def _documented(function: Callable[..., Any]) -> tuple[str, dict[str, str]]:
    """Read what a docstring tells of the function, and of each argument."""
    text = inspect.getdoc(function) or ""
    told, _, rest = text.partition("\nArgs:\n")
    arguments = re.split(r"\n\n(?=\w+:)", rest)[0]
    found = re.findall(r"^ {4}(\w+): (.*(?:\n {5,}.*)*)", arguments, re.MULTILINE)
    return told.strip(), {name: " ".join(words.split()) for name, words in found}


def _parameter(name: str, kind: Any, described: str) -> Any:
    if name in manners.KINDS:
        return manners.KINDS[name]
    return Annotated[_strict(kind), Field(description=described)]


def _strict(kind: Any) -> Any:
    """Their lists take models or loose dicts; ours take the models."""
    if typing.get_origin(kind) is list:
        inner = typing.get_args(typing.get_args(kind)[0])
        models = [each for each in inner if each is not dict]
        return list[models[0]] if models else kind  # type: ignore[valid-type]
    return kind


class _Asked:
    """One call: whose it is, whether it is theirs to ask, and what the domain says."""

    def __init__(self, at: Service, conversation_id: str, name: str, *, reason_known: bool) -> None:
        self.at, self.conversation_id, self.name = at, conversation_id, name
        self.reason_known = reason_known

    def answer(self, arguments: dict[str, Any], *, proof: str | None) -> Any:
        arguments = {each: _normal(each, value) for each, value in arguments.items()}
        if self.name in _IDENTIFIES:
            return self._found(arguments)
        if self.name not in _OPEN:
            self._check(arguments, self._who(proof))
        return self._act(arguments)

    def _found(self, arguments: dict[str, Any]) -> Any:
        try:
            found = self.at.act(self.name, arguments)
        except Unknown:
            raise ToolError(NOT_FOUND) from None
        self._bind(found)
        return found

    def _who(self, proof: str | None) -> str:
        """Say who the conversation is with; a proof given now counts."""
        if proof:
            self._bind(self._proved(proof))
        known = self.at.customer(self.conversation_id)
        if known is None:
            raise ToolError(WHO_ARE_YOU[self.at.domain.name])
        return known

    def _proved(self, proof: str) -> str:
        if self.at.domain.name == "airline":
            found = [proof] if self.at.is_customer(proof) else []
        else:
            found = self.at.meant(proof)
        if len(found) != 1:
            raise ToolError(NOT_FOUND)
        return found[0]

    def _bind(self, user_id: str) -> None:
        if not self.at.identify(self.conversation_id, user_id):
            raise ToolError(ONE_CUSTOMER)

    def _check(self, arguments: Mapping[str, Any], who: str) -> None:
        """Whatever the call names must be theirs; what is not there sounds the same."""
        for name, kind in _OWNED.items():
            if name in arguments and self.at.owner(kind, arguments[name]) != who:
                raise ToolError(NOT_YOURS)
        if arguments.get("user_id", who) != who:
            raise ToolError(ONE_CUSTOMER)

    def _act(self, arguments: dict[str, Any]) -> Any:
        broken = rules.broken(self.at, self.name, arguments, reason_known=self.reason_known)
        if broken is not None:
            raise ToolError(broken)
        try:
            return self.at.act(self.name, arguments)
        except Unknown as said:
            raise ToolError(f"That cannot be done: {said}.") from None


def _normal(name: str, value: Any) -> Any:
    if name == "order_id" and isinstance(value, str):
        return f"#{value.lstrip('#')}"
    return value
