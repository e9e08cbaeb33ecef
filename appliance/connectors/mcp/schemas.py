"""A server's JSON schema made plain: only keywords we know, no references, no patterns, bounded.

What models, basic mode and the argument check read is this, so a schema can neither carry long
prose, recurse for ever, nor bring a regular expression that never ends.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from jsonschema import Draft202012Validator

from appliance.connectors.mcp import words

MOST_PARAMETERS = 64
LONGEST_BYTES = 24_576
DEEPEST = 6
_PROPERTY = re.compile(r"(?!__)[A-Za-z0-9_-]{1,64}")
_TYPES = {"string", "integer", "number", "boolean", "array", "object", "null"}
_NUMBERS = ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum")
_SIZES = ("minLength", "maxLength", "minItems", "maxItems")
_MOST_CHOICES = 200
_PROSE = 500


class Untameable(ValueError):  # noqa: N818 - a fact, not an error
    """A schema that no tool here can have; says why."""


def parameters(schema: Any) -> dict[str, Any]:
    """Give the plain schema of a tool's parameters.

    Raises:
        Untameable: no object, parameters we cannot pass on, or too large.
    """
    if not isinstance(schema, Mapping) or schema.get("type", "object") != "object":
        raise Untameable("its parameters are no object")
    shared = {
        f"#/{section}/{name}": entry
        for section in ("$defs", "definitions")
        if isinstance(schema.get(section), Mapping)
        for name, entry in schema[section].items()
    }
    plain = _plain(schema, shared, 0)
    if len(plain.get("properties", {})) > MOST_PARAMETERS:
        raise Untameable(f"it has more than {MOST_PARAMETERS} parameters")
    for name in plain.get("properties", {}):
        if not _PROPERTY.fullmatch(name):
            raise Untameable(f"its parameter {words.line(name, 40)!r} has an impossible name")
    if len(json.dumps(plain)) > LONGEST_BYTES:
        raise Untameable(f"its parameters take more than {LONGEST_BYTES} bytes to describe")
    plain.setdefault("properties", {})
    return {"type": "object", **plain, "additionalProperties": False}


def wrong(schema: Mapping[str, Any], arguments: Mapping[str, Any]) -> list[str]:
    """Name the parameters that do not fit; empty where all do."""
    found = set()
    for error in Draft202012Validator(dict(schema)).iter_errors(dict(arguments)):
        if error.path:
            found.add(str(error.path[0]))
        elif error.validator == "required":
            found |= {name for name in schema.get("required", ()) if name not in arguments}
        else:
            found.add("the request")
    return sorted(found)


def _plain(entry: Any, shared: Mapping[str, Any], depth: int) -> dict[str, Any]:
    if not isinstance(entry, Mapping) or depth > DEEPEST:
        return {}
    if isinstance(entry.get("$ref"), str):
        rest = {key: value for key, value in entry.items() if key != "$ref"}
        target = _plain(shared.get(entry["$ref"]), shared, depth + 1)
        return {**target, **_plain(rest, shared, depth + 1)}
    found = _values(entry)
    properties = entry.get("properties")
    if isinstance(properties, Mapping):
        found["properties"] = {
            str(name): _plain(below, shared, depth + 1)
            for name, below in list(properties.items())[: MOST_PARAMETERS + 1]
        }
        needed = entry.get("required")
        if isinstance(needed, list):
            found["required"] = [name for name in needed if name in found["properties"]]
    if isinstance(entry.get("items"), Mapping):
        found["items"] = _plain(entry["items"], shared, depth + 1)
    for key in ("anyOf", "oneOf", "allOf"):
        if isinstance(entry.get(key), list) and entry[key]:
            found[key] = [_plain(below, shared, depth + 1) for below in entry[key][:16]]
    return found


def _values(entry: Mapping[str, Any]) -> dict[str, Any]:
    """Keep the keywords that hold single values, each only where its value is of its kind."""
    found: dict[str, Any] = {}
    kinds = entry.get("type")
    if isinstance(kinds, str) and kinds in _TYPES:
        found["type"] = kinds
    elif isinstance(kinds, list) and kinds and all(k in _TYPES for k in map(str, kinds)):
        found["type"] = list(dict.fromkeys(map(str, kinds)))
    for key in ("title", "description", "format"):
        if isinstance(entry.get(key), str):
            found[key] = words.line(entry[key], _PROSE)
    for key in (*_NUMBERS, *_SIZES):
        value = entry.get(key)
        if isinstance(value, bool) or not isinstance(value, int | float):
            continue
        if key in _NUMBERS or (isinstance(value, int) and value >= 0):
            found[key] = value
    for key in ("default", "const"):
        if key in entry and isinstance(entry[key], str | int | float | bool | None):
            found[key] = _value(entry[key])
    choices = entry.get("enum")
    if isinstance(choices, list) and _are_choices(choices):
        found["enum"] = [_value(one) for one in choices]
    return found


def _are_choices(choices: list[Any]) -> bool:
    few = 0 < len(choices) <= _MOST_CHOICES
    return few and all(isinstance(one, str | int | float | bool | None) for one in choices)


def _value(value: Any) -> Any:
    return words.line(value, _PROSE) if isinstance(value, str) else value
