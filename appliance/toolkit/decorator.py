"""The decorator that turns a function into a LangChain tool with a policy and hidden ports."""

from __future__ import annotations

import inspect
import typing
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Literal

from langchain_core.tools import BaseTool, StructuredTool
from pydantic import BaseModel, ConfigDict, create_model

from appliance.toolkit import ports
from appliance.toolkit.policy import Effect, Policy, ToolContext

Function = Callable[..., Awaitable[Any]]


def tool(
    *,
    timeout_s: float = 10,
    effect: Literal["read", "write", "money"] = "read",
    retries: int = 1,
    auth: bool = False,
    settings: type[BaseModel] | None = None,
    proves: tuple[str, ...] = (),
    reports: tuple[str, ...] = (),
    read_back: str | None = None,
    says: Callable[[Any], str] | None = None,
    asks: Mapping[str, str] | None = None,
) -> Callable[[Function], StructuredTool]:
    """Make a coroutine function a tool. See `Policy` for what each word means.

    Parameters annotated with a port of `toolkit.ports` or with ToolContext are bound by the
    appliance and unseen by the model; all others become the tool's schema.

    Raises:
        TypeError: it is no coroutine function, has no docstring, or takes *args or **kwargs.
    """

    def decorate(function: Function) -> StructuredTool:
        _check(function)
        hints = typing.get_type_hints(function, include_extras=True)
        hidden = {name: kind for name, kind in hints.items() if _is_hidden(kind)}
        policy = Policy(
            timeout_s=timeout_s,
            effect=Effect(effect),
            retries=retries,
            auth=auth,
            settings=settings,
            output=hints.get("return"),
            proves=proves,
            reports=reports,
            read_back=read_back,
            says=says,
            asks=dict(asks or {}),
        )
        return StructuredTool(
            name=function.__name__,
            description=inspect.getdoc(function) or "",
            args_schema=_schema(function, hints, hidden),
            coroutine=function,
            metadata={"policy": policy, "ports": hidden},
        )

    return decorate


def policy_of(made: BaseTool) -> Policy:
    """Give a tool's policy; a plain LangChain tool gets the default one."""
    kept = (made.metadata or {}).get("policy")
    return kept if isinstance(kept, Policy) else Policy(plain=True)


def ports_of(made: BaseTool) -> dict[str, Any]:
    """Give the hidden parameters of a tool: name to port or context annotation."""
    return dict((made.metadata or {}).get("ports", {}))


def _is_hidden(kind: Any) -> bool:
    origin = typing.get_origin(kind) or kind
    return origin is ToolContext or origin in ports.ALL


def _check(function: Function) -> None:
    """Refuse what would only fail in the middle of a conversation."""
    name = function.__name__
    if not inspect.iscoroutinefunction(function):
        raise TypeError(f"{name} must be an async function: write `async def {name}(...)`.")
    if not inspect.getdoc(function):
        raise TypeError(f"{name} needs a docstring: it tells the model when to use the tool.")
    for parameter in inspect.signature(function).parameters.values():
        if parameter.kind in {parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD}:
            raise TypeError(
                f"{name} takes *{parameter.name}: name every parameter, they are the tool's schema."
            )


def _schema(
    function: Function, hints: dict[str, Any], hidden: Mapping[str, Any]
) -> type[BaseModel]:
    fields: dict[str, Any] = {}
    for name, parameter in inspect.signature(function).parameters.items():
        if name in hidden:
            continue
        default = ... if parameter.default is inspect.Parameter.empty else parameter.default
        fields[name] = (hints.get(name, str), default)
    return create_model(
        f"{function.__name__}_arguments", __config__=ConfigDict(extra="forbid"), **fields
    )
