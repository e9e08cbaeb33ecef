"""Plain text: paragraphs between empty lines. No sign in it means anything."""

from __future__ import annotations

import re

from appliance.knowledge.ingest.blocks import Paragraph, Parsed
from appliance.knowledge.ingest.decode import decode
from appliance.knowledge.ingest.front import split_front

_EMPTY_LINE = re.compile(r"\n\s*\n")


def read(content: bytes, name: str) -> Parsed:
    """Read a text file; front matter between `---` lines at its head is taken as such."""
    text, encoding = decode(content, name)
    front, body = split_front(text)
    return Parsed(
        title=front.get("title", ""),
        blocks=paragraphs(body),
        front=front,
        remarks=remarks(encoding),
    )


def paragraphs(text: str) -> list[Paragraph]:
    """Split text at empty lines."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    return [Paragraph(part.strip()) for part in _EMPTY_LINE.split(lines) if part.strip()]


def remarks(encoding: str | None) -> list[str]:
    """Say that a file was not UTF-8."""
    return [f"It was not UTF-8 and was read as {encoding}."] if encoding else []
