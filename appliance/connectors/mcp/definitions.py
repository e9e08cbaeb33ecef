"""What a server lists, made into definitions that can be pinned and offered."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable

from mcp import types

from appliance.connectors.mcp import schemas, words
from appliance.connectors.mcp.values import Definition, Listed, Unfit

MOST_TOOLS = 500
LONGEST_NAME = 128
LONGEST_DESCRIPTION = 1500


def read(tools: Iterable[types.Tool]) -> Listed:
    """Give what is listed by the server's own names; of two with one name, the first.

    A name that shows other characters than it has cannot be in any config, and is passed over.
    """
    found: Listed = {}
    for tool in tools:
        if tool.name == words.line(tool.name, LONGEST_NAME) and tool.name not in found:
            found[tool.name] = _read(tool)
    return found


def _read(tool: types.Tool) -> Definition | Unfit:
    digest = digest_of(tool)
    try:
        parameters = schemas.parameters(tool.inputSchema)
    except schemas.Untameable as cause:
        return Unfit(tool.name, str(cause), digest)
    said = words.tamed(tool.description or tool.title or tool.name, LONGEST_DESCRIPTION)
    read_only = bool(tool.annotations and tool.annotations.readOnlyHint)
    return Definition(tool.name, said or tool.name, parameters, read_only, digest)


def digest_of(tool: types.Tool) -> str:
    """Give the SHA-256 (hex) of everything a server says of a tool that anybody here reads."""
    said = tool.model_dump(
        mode="json", include={"name", "title", "description", "inputSchema", "annotations"}
    )
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()
