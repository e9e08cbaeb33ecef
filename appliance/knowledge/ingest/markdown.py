"""Markdown: headings, paragraphs and pipe tables. HTML comments are nobody's words."""

from __future__ import annotations

import re

from appliance.knowledge.ingest.blocks import Block, Heading, Paragraph, Parsed, Rows
from appliance.knowledge.ingest.decode import decode
from appliance.knowledge.ingest.front import split_front
from appliance.knowledge.ingest.text import remarks

_HEADING = re.compile(r"(#{1,6})\s+(.+?)\s*#*\s*$")
_UNDERLINE = re.compile(r"\s{0,3}(=+|-{2,})\s*$")
_FENCE = re.compile(r"\s*(```|~~~)")
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.S)
_RULE = re.compile(r"\s*\|?\s*:?-+:?\s*(\|\s*:?-+:?\s*)*\|?\s*$")
_CELLS = re.compile(r"(?<!\\)\|")
_LINK = re.compile(r"!?\[([^\]\n]*)\]\([^()\s]*(?:\s+\"[^\"]*\")?\)")
_MARKS = re.compile(r"(\*\*|__|(?<!\w)\*(?=\S)|(?<=\S)\*(?!\w))")


def read(content: bytes, name: str) -> Parsed:
    """Read a Markdown file; the title is its front matter's, else its first heading."""
    text, encoding = decode(content, name)
    front, body = split_front(text)
    blocks = blocks_of(body)
    heading = next((block.words for block in blocks if isinstance(block, Heading)), "")
    return Parsed(
        title=front.get("title", heading), blocks=blocks, front=front, remarks=remarks(encoding)
    )


def blocks_of(text: str) -> list[Block]:
    """Give the blocks of Markdown without front matter."""
    blocks: list[Block] = []
    lines: list[str] = []
    fenced = False

    def flush() -> None:
        if lines:
            blocks.extend(_paragraph(lines))
            lines.clear()

    for line in _COMMENT.sub("", text).splitlines():
        fence = bool(_FENCE.match(line))
        fenced ^= fence
        heading = None if fenced or fence else _HEADING.match(line)
        underlined = (
            not fenced and len(lines) == 1 and _UNDERLINE.match(line) and "|" not in lines[0]
        )
        if heading:
            flush()
            blocks.append(Heading(len(heading[1]), plain(heading[2])))
        elif underlined:
            blocks.append(Heading(1 if "=" in line else 2, plain(lines.pop().strip())))
        elif line.strip() or fenced:
            if not fence:
                lines.append(line)
        else:
            flush()
    flush()
    return blocks


def plain(words: str) -> str:
    """Take the marks of links and stress away."""
    return _MARKS.sub("", _LINK.sub(r"\1", words))


def _paragraph(lines: list[str]) -> list[Block]:
    for at in range(1, len(lines)):
        if "|" in lines[at - 1] and "|" in lines[at] and _RULE.match(lines[at]):
            before = [Paragraph(plain("\n".join(lines[: at - 1])))] if at > 1 else []
            rest = [line for line in lines[at + 1 :] if "|" in line]
            header = _cells(lines[at - 1])
            rows = tuple(_fitted(_cells(line), len(header)) for line in rest)
            return [*before, Rows(header, rows)]
    return [Paragraph(plain("\n".join(lines)))]


def _cells(line: str) -> tuple[str, ...]:
    inner = line.strip().removeprefix("|").removesuffix("|")
    return tuple(plain(cell.strip().replace("\\|", "|")) for cell in _CELLS.split(inner))


def _fitted(cells: tuple[str, ...], width: int) -> tuple[str, ...]:
    return (*cells[:width], *[""] * (width - len(cells)))
