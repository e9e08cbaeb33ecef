"""Reading a document's bytes, whatever its format: what the child process does."""

from __future__ import annotations

import importlib
from typing import Any

from appliance.core import errors
from appliance.knowledge.ingest.blocks import Heading, Paragraph, Parsed, Rows
from appliance.knowledge.ingest.kinds import Kind, kind_of
from appliance.knowledge.ingest.limits import DEPTH, check_text


def read(content: bytes, name: str, depth: int = 0) -> tuple[Kind, Parsed]:
    """Give a document's format and what it holds.

    Raises:
        Refused: it cannot be read, or holds no words; says why and what to do.
    """
    if depth > DEPTH:
        raise errors.Refused(f"{name} lies too deep inside other documents. Add it alone.")
    kind = kind_of(content, name)
    # Only the reader that is needed is imported: together they take two seconds.
    reader: Any = importlib.import_module(f"appliance.knowledge.ingest.{kind}")
    if kind is Kind.EML:
        parsed: Parsed = reader.read(content, name, lambda *part: read(*part)[1], depth)
    else:
        parsed = reader.read(content, name)
    check_text(sum(map(_length, parsed.blocks)), name)
    if not any(_length(block) for block in parsed.blocks if not isinstance(block, Heading)):
        raise errors.Refused(f"{name} is empty: there are no words in it. Add a file with text.")
    return kind, parsed


def _length(block: object) -> int:
    if isinstance(block, Rows):
        return sum(len(cell) for row in block.rows for cell in row)
    return len(block.words) if isinstance(block, Heading | Paragraph) else 0
