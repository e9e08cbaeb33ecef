"""Word: headings, paragraphs and tables in order. Hidden words and deleted ones are left out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from io import BytesIO
from typing import Any

from docx import Document
from docx.opc.exceptions import PackageNotFoundError
from docx.oxml.ns import qn
from docx.table import Table
from docx.text.paragraph import Paragraph as WordParagraph
from lxml import etree

from appliance.core import errors
from appliance.knowledge.ingest.blocks import Block, Heading, Paragraph, Parsed
from appliance.knowledge.ingest.limits import check_text, unpacked
from appliance.knowledge.ingest.tables import rows_of

_LEVEL = re.compile(r"heading (\d)", re.I)


def read(content: bytes, name: str) -> Parsed:
    """Read a Word file. Comments, headers, footers and footnotes are not read.

    Raises:
        Refused: damaged, protected, or a bomb.
    """
    unpacked(content, name).close()
    try:
        document = Document(BytesIO(content))
        blocks = list(_blocks(document))
    except (PackageNotFoundError, KeyError, ValueError, AttributeError, etree.XMLSyntaxError):
        raise errors.Refused(
            f"{name} is damaged. Open it, save it again, and add it anew."
        ) from None
    check_text(sum(len(block.words) for block in blocks if isinstance(block, Paragraph)), name)
    return Parsed(title="", blocks=blocks)


def _blocks(document: Any) -> Iterator[Block]:
    for part in document.iter_inner_content():
        if isinstance(part, Table):
            table = rows_of([[_cell(cell) for cell in row.cells] for row in part.rows])
            if table is not None:
                yield table
            continue
        words = _words(part)
        level = _level(part)
        if words and level:
            yield Heading(level, words)
        elif words:
            yield Paragraph(words)


def _level(paragraph: WordParagraph) -> int:
    """Give a heading's level, or 0. Built-in styles have English names in every language."""
    style: Any = paragraph.style
    for _ in range(10):
        if style is None:
            return 0
        name = style.name or ""
        found = _LEVEL.fullmatch(name)
        if found or name == "Title":
            return int(found[1]) if found else 1
        style = style.base_style
    return 0


def _cell(cell: Any) -> str:
    return " ".join(filter(None, (_words(paragraph) for paragraph in cell.paragraphs)))


def _words(paragraph: WordParagraph) -> str:
    """Give a paragraph's words as they are printed: insertions, no deletions, nothing hidden."""
    said: list[str] = []
    for part in paragraph._p.iter(qn("w:t"), qn("w:tab"), qn("w:br"), qn("w:cr")):
        run = next(part.iterancestors(qn("w:r")), None)
        if run is None or _is_hidden(run):
            continue
        said.append(part.text or "" if part.tag == qn("w:t") else " ")
    return " ".join("".join(said).split())


def _is_hidden(run: Any) -> bool:
    if next(run.iterancestors(qn("w:del"), qn("w:moveFrom")), None) is not None:
        return True
    hidden = run.find(f"{qn('w:rPr')}/{qn('w:vanish')}")
    return hidden is not None and hidden.get(qn("w:val"), "true") not in {"0", "false", "off"}
