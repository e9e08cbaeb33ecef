"""The result of a call as text: never interpreted, bounded, without what no prompt can hold."""

from __future__ import annotations

import json
import re

from mcp import types

from appliance.connectors.mcp import words
from appliance.connectors.mcp.values import SaidNo

# What servers made with the SDK put before their tool's own sentence.
_PREAMBLE = re.compile(r"Error executing tool \S{1,128}: ")
LONGEST = 12_000
LONGEST_NO = 500


def read(result: types.CallToolResult) -> str:
    """Give what a tool answered.

    Raises:
        SaidNo: the tool says that it failed.
    """
    texts, others = [], []
    for block in result.content:
        match block:
            case types.TextContent():
                texts.append(block.text)
            case types.EmbeddedResource(resource=types.TextResourceContents(text=text)):
                texts.append(text)
            case types.ImageContent():
                others.append("a picture")
            case types.AudioContent():
                others.append("a recording")
            case types.ResourceLink():
                others.append("a link to a file")
            case _:
                others.append("a file")
    if result.isError:
        said = _PREAMBLE.sub("", words.line(" ".join(texts), LONGEST_NO))
        raise SaidNo(said or "That did not work.")
    if not "".join(texts).strip() and result.structuredContent is not None:
        texts = [json.dumps(result.structuredContent, ensure_ascii=False)]
    said = words.tamed("\n".join(texts), LONGEST)
    if others:
        left_out = f"(The tool also gave {', '.join(sorted(set(others)))}, not shown here.)"
        said = f"{said}\n{left_out}".strip()
    return said
