"""Where the public sets lie, and how they are read."""

from __future__ import annotations

import csv
import gzip
import json
import random
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from tests.fakes.shared import SHARED

FOLDER = SHARED / "data"
"""The sets beside the project; the tests say so where they are not there."""

Examples = dict[str, list[str]]


def is_there(name: str) -> bool:
    """Tell whether a set lies beside the project."""
    return (FOLDER / name).is_dir()


def read_json(path: str) -> Any:
    """Read a JSON file of a set, packed or not."""
    whole = FOLDER / path
    if whole.suffix == ".gz":
        return json.loads(gzip.decompress(whole.read_bytes()))
    return json.loads(whole.read_text("utf-8"))


def clinc() -> Mapping[str, Sequence[tuple[str, str]]]:
    """Give CLINC150's parts as (text, intent): train, val, test, oos_train, oos_val, oos_test."""
    parts: Mapping[str, Sequence[tuple[str, str]]] = read_json("clinc150/data_full.json")
    return parts


def banking(part: str) -> list[tuple[str, str]]:
    """Give a part of BANKING77 as (text, intent)."""
    with (FOLDER / "banking77" / f"{part}.csv").open(encoding="utf-8", newline="") as file:
        return [(row["text"], row["category"]) for row in csv.DictReader(file)]


def few(pairs: Sequence[tuple[str, str]], *, each: int) -> Examples:
    """Draw the same so many examples of each intent every time."""
    by_intent = defaultdict(list)
    for text, intent in pairs:
        by_intent[intent].append(text)
    draw = random.Random(0)
    return {
        intent: draw.sample(by_intent[intent], min(each, len(by_intent[intent])))
        for intent in sorted(by_intent)
    }


def every(rows: Sequence[Any], n: int | None) -> list[Any]:
    """Give n rows spread evenly over all; all of them without n."""
    if n is None or n >= len(rows):
        return list(rows)
    return [rows[place * len(rows) // n] for place in range(n)]
