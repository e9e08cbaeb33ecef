"""A tool's JSON schema as slots."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from appliance.models.desk_model.slots.found import Kind, Slot

_FORMATS = {"date": Kind.DAY, "time": Kind.TIME, "email": Kind.EMAIL, "phone": Kind.PHONE}
_WORDS = {
    Kind.EMAIL: {"email", "mail"},
    Kind.PHONE: {"phone", "mobile", "telephone", "cell"},
    Kind.COMPANY: {"company", "organisation", "organization", "employer"},
    Kind.DAY: {"day", "date"},
    Kind.TIME: {"time"},
    Kind.PRODUCT: {"product", "plan", "item"},
    Kind.QUERY: {"query"},
}
_PERSON = {"name", "full_name", "customer_name", "contact_name", "your_name"}
_FIRST_NAME = {"first_name", "given_name", "forename"}
_LAST_NAME = {"last_name", "family_name", "surname"}
_PERCENT = {"percent", "discount", "percentage"}
_MONEY = {"price", "amount", "budget", "cost", "money", "sum"}


def slots_of(schema: Mapping[str, Any]) -> tuple[Slot, ...]:
    """Read the parameters in the order of the schema, required ones first."""
    required = set(schema.get("required", ()))
    shared = schema.get("$defs", {})
    slots = [
        _slot(name, _plain(entry, shared), required=name in required)
        for name, entry in schema.get("properties", {}).items()
    ]
    return tuple(sorted(slots, key=lambda slot: not slot.required))


def _slot(name: str, entry: Mapping[str, Any], *, required: bool) -> Slot:
    choices = entry.get("enum") or ([entry["const"]] if "const" in entry else [])
    return Slot(
        name=name,
        kind=Kind.CHOICE if choices else _kind(name, entry),
        required=required,
        choices=tuple(map(str, choices)),
        longest=int(entry.get("maxLength", 500)),
        pattern=str(entry.get("pattern", "")),
    )


def _plain(entry: Mapping[str, Any], shared: Mapping[str, Any]) -> dict[str, Any]:
    """Follow a reference and see through "or null"."""
    flat = dict(entry)
    if "$ref" in flat:
        flat = {**shared.get(flat.pop("$ref").rpartition("/")[2], {}), **flat}
    for alternative in (*flat.get("anyOf", ()), *flat.get("allOf", ())):
        if alternative.get("type") != "null":
            return {**flat, **_plain(alternative, shared)}
    return flat


def _kind(name: str, entry: Mapping[str, Any]) -> Kind:
    words = set(name.lower().split("_"))
    if entry.get("format") in _FORMATS:
        return _FORMATS[entry["format"]]
    if entry.get("type") == "boolean":
        return Kind.YES_NO
    if entry.get("type") in {"integer", "number"}:
        if words & _PERCENT:
            return Kind.PERCENT
        return Kind.MONEY if words & _MONEY else Kind.COUNT
    if name.lower() in _PERSON:
        return Kind.PERSON
    if name.lower() in _FIRST_NAME:
        return Kind.FIRST_NAME
    if name.lower() in _LAST_NAME:
        return Kind.LAST_NAME
    for kind, marks in _WORDS.items():
        if words & marks:
            return kind
    return Kind.CODE if entry.get("pattern") else Kind.TEXT
