"""What pydantic finds, in the words of somebody who edits the file."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from pydantic_core import ErrorDetails

from appliance.config import nodes
from appliance.config.nearest import nearest
from appliance.config.problems import shown

Words = tuple[str, str]

_PERCENT = re.compile(r"\s*([0-9]{1,3}(?:[.,][0-9]{1,4})?)\s*%\s*")
_AMOUNT = re.compile(r"[^\d-]*(-?[\d_, ]*\d(?:\.\d+)?)[^\d]*")
_SHORT_TIME = re.compile(r"([0-9]{1,2})[:.]([0-9]{2})")

# The patterns of config/model.py, in words.
PATTERNS = {
    r"^[a-z][a-z0-9_]{0,63}$": "use small letters, digits and _, beginning with a letter",
    r"^[a-z0-9][a-z0-9-]{0,63}$": "use small letters, digits and -",
    r"^[a-z][a-z0-9_]{0,23}$": "use at most 24 small letters, digits and _, first a letter",
    r"^[A-Za-z_][A-Za-z0-9_]{0,63}$": "use letters, digits and _, as variables are named",
    r"^[A-Za-z][A-Za-z0-9-]{0,63}$": "use letters, digits and -, as headers are named",
    r"^[A-Z]{3}$": "write three capital letters, e.g. USD",
    r"^[A-Z]{2}$": "write two capital letters, e.g. US",
    r"^[a-z]{2}(-[A-Z]{2})?$": "write a language like en or en-US",
    r"^\d+[smhd]$": "write a number and s, m, h or d, e.g. 5m",
    r"^[A-Z]{2}(-[A-Z0-9]{1,3})?$": "write a country like US or a state like DE-BY",
}


def worded(detail: ErrorDetails, node: nodes.Node | None, description: str | None) -> Words:
    """Say what is wrong with the value and what to do; `description` explains a missing key."""
    kind, context = detail["type"], detail.get("ctx", {})
    if kind == "missing":
        return f'"{detail["loc"][-1]}" is missing', f"add it: {description or 'it is needed'}"
    if isinstance(node, nodes.Scalar) and node.value is None:
        return "is empty", "give it a value or remove the key"
    value = _worded_value(node)
    if kind == "string_type":
        if isinstance(node, nodes.Scalar):
            return f"{value} is read as {_kind(node)}, not as text", _quote(node)
        return f"is {value}, but one text is needed", "write a single value"
    if kind in _TYPES:
        needed, do = _TYPES[kind]
        return f"{value} is not {needed}", do(node)
    if kind == "literal_error":
        return _choice(str(context.get("expected", "")), node, value)
    if kind == "enum":
        return _choice(str(context.get("expected", "")), node, value)
    if kind == "string_pattern_mismatch":
        pattern = str(context.get("pattern", ""))
        return f"{value} has the wrong form", PATTERNS.get(pattern, f"it must match {pattern}")
    if kind in _LIMITS:
        said, advice, key = _LIMITS[kind]
        return said.format(value=value), advice.format(limit=context.get(key, ""))
    message = str(detail["msg"]).removeprefix("Value error, ").removeprefix("Assertion failed, ")
    return f"{value} does not fit", message[:1].lower() + message[1:]


def _number(node: nodes.Node | None) -> str:
    written = node.written if isinstance(node, nodes.Scalar) else ""
    if match := _PERCENT.fullmatch(written):
        return f"write {float(match[1].replace(',', '.')) / 100:g}"
    if (match := _AMOUNT.fullmatch(written)) and len(written) < 30:
        return f"write {re.sub(r'[_, ]', '', match[1])}, without quotes or signs"
    return "write a number, e.g. 10 or 0.5"


def _whole(node: nodes.Node | None) -> str:
    if isinstance(node, nodes.Scalar) and isinstance(node.value, float):
        return f"write a whole number, e.g. {round(node.value)}"
    return _number(node)


def _time(node: nodes.Node | None) -> str:
    written = node.written if isinstance(node, nodes.Scalar) else ""
    match = _SHORT_TIME.fullmatch(written)
    if match and int(match[1]) < 24 and int(match[2]) < 60:
        return f'write "{int(match[1]):02}:{match[2]}"'
    if match and written.startswith("24"):
        return 'write "00:00" for midnight'
    return 'write hours and minutes, e.g. "09:00"'


def _always(sentence: str) -> Callable[[nodes.Node | None], str]:
    return lambda _node: sentence


_A_NUMBER = ("a number", _number)
_A_WHOLE = ("a whole number", _whole)
_A_DAY = ("a day of the calendar", _always("write year, month and day, e.g. 2026-11-27"))
_A_TIME = ("a time of day", _time)
_A_SECTION = ("a section with keys", _always("write its keys below it, indented by two spaces"))
_A_LIST = ("a list", _always('begin each item with "- ", or write [a, b]'))
_TYPES: dict[str, tuple[str, Callable[[nodes.Node | None], str]]] = {
    "bool_type": ("true or false", _always("write true or false, without quotes")),
    "bool_parsing": ("true or false", _always("write true or false, without quotes")),
    "int_type": _A_WHOLE,
    "int_parsing": _A_WHOLE,
    "int_from_float": _A_WHOLE,
    "float_type": _A_NUMBER,
    "float_parsing": _A_NUMBER,
    "decimal_type": _A_NUMBER,
    "decimal_parsing": _A_NUMBER,
    "date_type": _A_DAY,
    "date_parsing": _A_DAY,
    "date_from_datetime_parsing": _A_DAY,
    "date_from_datetime_inexact": _A_DAY,
    "time_type": _A_TIME,
    "time_parsing": _A_TIME,
    "dict_type": _A_SECTION,
    "model_type": _A_SECTION,
    "model_attributes_type": _A_SECTION,
    "list_type": _A_LIST,
    "set_type": _A_LIST,
    "tuple_type": _A_LIST,
}
_LIMITS = {
    "greater_than": ("{value} is too small", "it must be more than {limit}", "gt"),
    "greater_than_equal": ("{value} is too small", "it must be at least {limit}", "ge"),
    "less_than": ("{value} is too large", "it must be less than {limit}", "lt"),
    "less_than_equal": ("{value} is too large", "it must be at most {limit}", "le"),
    "too_short": ("has too few items", "it needs at least {limit}", "min_length"),
    "too_long": ("has too many items", "it may have at most {limit}", "max_length"),
    "string_too_short": ("{value} is too short", "at least {limit} characters", "min_length"),
    "string_too_long": ("{value} is too long", "at most {limit} characters", "max_length"),
    "decimal_max_places": ("{value} is too fine", "at most {limit} decimals", "decimal_places"),
    "decimal_max_digits": ("{value} is too large", "at most {limit} digits", "max_digits"),
    "decimal_whole_digits": (
        "{value} is too large",
        "at most {limit} digits before the point",
        "whole_digits",
    ),
}


def _choice(expected: str, node: nodes.Node | None, value: str) -> Words:
    """Word a wrong choice; pydantic gives the choices as `'a', 'b' or 'c'`."""
    choices = re.findall(r"'([^']*)'", expected)
    written = node.written if isinstance(node, nodes.Scalar) else ""
    if written in choices:
        return f"{value} is read as {_kind(node)}, not as text", _quote(node)
    match = nearest(written, choices)
    named = f'did you mean "{match}"? ' if match else ""
    plural = "one of " if len(choices) > 1 else ""
    return f"{value} is not known", f"{named}write {plural}{', '.join(choices)}"


def _quote(node: nodes.Node | None) -> str:
    written = node.written if isinstance(node, nodes.Scalar) else ""
    return f"put it in quotes: {shown(written)}"


def _kind(node: nodes.Node | None) -> str:
    value: Any = node.value if isinstance(node, nodes.Scalar) else None
    if isinstance(value, bool):
        return "true or false"
    return "a number" if isinstance(value, int | float) else "text"


def _worded_value(node: nodes.Node | None) -> str:
    match node:
        case nodes.Scalar():
            return shown(node.written)
        case nodes.Sequence():
            return "a list"
        case nodes.Mapping():
            return "a section"
        case None:
            return "the value"
