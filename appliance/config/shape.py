"""Which keys a model knows at a place below it, and what they mean."""

from __future__ import annotations

import types
import typing
from collections.abc import Mapping
from functools import cache
from typing import Any

from pydantic import BaseModel

from appliance.config.problems import Steps


def keys(kind: type[BaseModel], steps: Steps) -> set[str]:
    """Give the keys the section below `steps` may have."""
    return {
        info.alias or name
        for found in _models(kind, steps)
        for name, info in found.model_fields.items()
    }


def description(kind: type[BaseModel], steps: Steps) -> str | None:
    """Find what the key below `steps` means."""
    if not steps:
        return None
    for found in _models(kind, steps[:-1]):
        info = found.model_fields.get(str(steps[-1]))
        if info is not None and info.description:
            return info.description
    return None


@cache
def homes(kind: type[BaseModel]) -> Mapping[str, list[str]]:
    """Tell for every key of a model and below it in which sections it is known."""
    found: dict[str, list[str]] = {}
    waiting: list[tuple[str, type[BaseModel]]] = [("", kind)]
    while waiting:
        section, here = waiting.pop(0)
        for name, info in here.model_fields.items():
            found.setdefault(name, []).append(section or "the top of the file")
            below = f"{section}.{name}" if section else name
            waiting += [(below, model) for model in _sections(info.annotation)]
    return found


def _sections(annotation: Any) -> list[type[BaseModel]]:
    found = []
    for member in _members(annotation):
        if isinstance(member, type) and issubclass(member, BaseModel):
            found.append(member)
        else:
            found += [model for below in typing.get_args(member) for model in _sections(below)]
    return found


def _models(kind: type[BaseModel], steps: Steps) -> list[type[BaseModel]]:
    here: list[Any] = [kind]
    for step in steps:
        here = [found for annotation in here for found in _below(annotation, step)]
    return [found for found in here if isinstance(found, type) and issubclass(found, BaseModel)]


def _below(annotation: Any, step: str | int) -> list[Any]:
    """Give the types a step below a type may lead to."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        info = annotation.model_fields.get(str(step))
        return _members(info.annotation) if info else []
    arguments = typing.get_args(annotation)
    origin = typing.get_origin(annotation)
    if origin in {list, tuple, set} and isinstance(step, int) and arguments:
        return _members(arguments[0])
    if origin is dict and isinstance(step, str):
        return _members(arguments[1])
    return []


def _members(annotation: Any) -> list[Any]:
    """Take a type out of Annotated, Optional and unions."""
    origin = typing.get_origin(annotation)
    if origin is typing.Annotated:
        return _members(typing.get_args(annotation)[0])
    if origin in {typing.Union, types.UnionType}:
        return [found for member in typing.get_args(annotation) for found in _members(member)]
    return [annotation]
