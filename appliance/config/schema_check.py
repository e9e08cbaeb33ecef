"""The file's tree against the models: ours, and those of the tools and connectors it names.

Values are judged as strict JSON: `"12"` is no number and `no` is no truth value, while days, times
and amounts of money may be written as text.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from typing import Any, Literal, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from appliance.config import model, nodes, schema_words, shape
from appliance.config.catalogue import Catalogue, Settings
from appliance.config.nearest import advice, nearest
from appliance.config.problems import Finding, Steps, shown

M = TypeVar("M", bound=BaseModel)
_OWN_KEYS = {"type", "enabled"}


def check(
    root: nodes.Mapping, catalogue: Catalogue
) -> tuple[model.BotConfig | None, list[Finding]]:
    """Give the typed config, None where the file does not fit, and what does not fit where."""
    config, findings = validated(model.BotConfig, root, (), nodes.plain(root))
    findings += _tools(root, catalogue)
    findings += _connectors(root, catalogue)
    return config, findings


def _tools(root: nodes.Mapping, catalogue: Catalogue) -> Iterator[Finding]:
    for steps, item in nodes.items(root, "workflow", "tools"):
        name = nodes.text(item, "name")
        if name is None:
            continue
        if name not in catalogue.tools:
            line, column = nodes.place(root, (*steps, "name"))
            yield Finding(
                line,
                column,
                (*steps, "name"),
                f"there is no tool {shown(name)}",
                advice(name, catalogue.tools, none="put its file into tools/ first"),
            )
            continue
        settings = nodes.find(item, "config")
        if settings is None or isinstance(settings, nodes.Mapping):
            yield from _settings(
                root,
                (*steps, "config"),
                nodes.plain(settings) if settings else {},
                catalogue.tools[name],
                f"the tool {name}",
            )


def _connectors(root: nodes.Mapping, catalogue: Catalogue) -> Iterator[Finding]:
    at = ("workflow", "integrations")
    places = [
        *(("input_channels", *found) for found in nodes.items(root, *at, "input_channels")),
        *(("output_channels", *found) for found in nodes.items(root, *at, "output_channels")),
    ]
    for family in ("crm", "database"):
        found = nodes.find(root, *at, family)
        if found is not None:
            places.append((family, (*at, family), found))
    for family, steps, node in places:
        kind = nodes.text(node, "type")
        if kind is None:
            continue
        known = catalogue.connectors.get(family, {})
        if kind not in known:
            line, column = nodes.place(root, (*steps, "type"))
            what = f"there is no {family.removesuffix('s').replace('_', ' ')} {shown(kind)}"
            do = advice(kind, known, none="remove it: this release has none")
            yield Finding(line, column, (*steps, "type"), what, do)
            continue
        own = _OWN_KEYS if family.endswith("channels") else {"type"}
        values = {key: value for key, value in nodes.plain(node).items() if key not in own}
        yield from _settings(root, steps, values, known[kind], kind, also=own)


def _settings(
    root: nodes.Mapping,
    steps: Steps,
    values: dict[str, Any],
    settings: Settings,
    whose: str,
    also: Collection[str] = (),
) -> Iterator[Finding]:
    if settings is not None:
        yield from validated(settings, root, steps, values, also)[1]
        return
    for key in values:
        line, column = nodes.place(root, (*steps, key), of_key=True)
        yield Finding(line, column, (*steps, key), f"{whose} takes no settings", "remove this key")


def validated(
    kind: type[M],
    root: nodes.Mapping,
    steps: Steps,
    values: Any,
    also: Collection[str] = (),
) -> tuple[M | None, list[Finding]]:
    """Validate one section; `also` are keys that stand beside it and belong to another model."""
    strangers: Literal["forbid"] | None = None if kind is model.BotConfig else "forbid"
    try:
        return kind.model_validate_json(json.dumps(values), strict=True, extra=strangers), []
    except ValidationError as cause:
        details = cause.errors(include_url=False)
    meant = _meant(kind, details, also)
    return None, [
        _finding(kind, root, steps, detail, also)
        for detail in details
        if not (detail["type"] == "missing" and detail["loc"] in meant)
    ]


def _finding(
    kind: type[BaseModel],
    root: nodes.Mapping,
    steps: Steps,
    detail: ErrorDetails,
    also: Collection[str],
) -> Finding:
    below = _existing(nodes.find(root, *steps), detail["loc"], detail["type"])
    whole = (*steps, *below)
    if detail["type"] == "extra_forbidden":
        line, column = nodes.place(root, whole, of_key=True)
        known = {*shape.keys(kind, below[:-1]), *(also if len(below) == 1 else ())}
        key = str(below[-1])
        return Finding(line, column, whole, "is no known key", _instead(kind, key, known))
    is_key = detail["loc"][-1:] == ("[key]",)
    line, column = nodes.place(root, whole, of_key=is_key)
    node = nodes.find(root, *whole)
    if is_key:
        key = str(whole[-1])
        node = nodes.Scalar(line, column, key, key, line)
    what, do = schema_words.worded(detail, node, shape.description(kind, below))
    return Finding(line, column, whole, what, do)


def _instead(kind: type[BaseModel], key: str, known: Collection[str]) -> str:
    """Say what to write instead of a key, or where it belongs."""
    elsewhere = shape.homes(kind).get(key, [])
    if nearest(key, known) is None and elsewhere:
        return f"it belongs into {' or '.join(elsewhere[:3])}: check the indentation"
    return advice(key, known)


def _existing(node: nodes.Node | None, loc: Steps, kind: str) -> Steps:
    """Keep the steps of a pydantic location that are steps of the file.

    Unions put their members' names in between; a missing key is the last step and not in the file.
    """
    kept: list[str | int] = []
    for step in loc:
        below = nodes.find(node, step)
        if below is not None:
            kept.append(step)
            node = below
    if kind == "missing" and loc:
        kept.append(loc[-1])
    return tuple(kept)


def _meant(
    kind: type[BaseModel], details: list[ErrorDetails], also: Collection[str]
) -> set[tuple[int | str, ...]]:
    """Give the missing keys that are there under a misspelt name: one slip, one problem."""
    missing: Mapping[tuple[int | str, ...], ErrorDetails] = {
        detail["loc"]: detail for detail in details if detail["type"] == "missing"
    }
    meant = set()
    for detail in details:
        if detail["type"] == "extra_forbidden":
            section, key = detail["loc"][:-1], str(detail["loc"][-1])
            match = nearest(key, {*shape.keys(kind, section), *also})
            if match is not None and (*section, match) in missing:
                meant.add((*section, match))
    return meant
