"""PowerPoint: the words of every visible slide. Speaker notes are for the speaker."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from io import BytesIO
from typing import Any

from lxml import etree
from pptx import Presentation
from pptx.exc import PythonPptxError

from appliance.core import errors
from appliance.knowledge.ingest.blocks import Block, Heading, Paragraph, Parsed, Place
from appliance.knowledge.ingest.limits import DEPTH, PAGES, unpacked
from appliance.knowledge.ingest.tables import rows_of


def read(content: bytes, name: str) -> Parsed:
    """Read a presentation; hidden slides and speaker notes are left out.

    Raises:
        Refused: damaged, protected, or a bomb.
    """
    unpacked(content, name).close()
    try:
        slides = Presentation(BytesIO(content)).slides
        blocks: list[Block] = []
        for number, slide in enumerate(slides, 1):
            if number > PAGES:
                break
            if slide._element.get("show") not in {"0", "false"}:
                blocks.append(Place(f"slide {number}"))
                blocks += _slide(slide)
    except (PythonPptxError, zipfile.BadZipFile, KeyError, ValueError, AttributeError,
            etree.XMLSyntaxError):  # fmt: skip
        raise errors.Refused(
            f"{name} is damaged. Open it, save it again, and add it anew."
        ) from None
    return Parsed(title="", blocks=blocks)


def _slide(slide: Any) -> Iterator[Block]:
    title = slide.shapes.title
    words = " ".join(title.text_frame.text.split()) if title is not None else ""
    yield Heading(1, words)
    for shape in slide.shapes:
        if title is None or shape.shape_id != title.shape_id:
            yield from _shape(shape, DEPTH * 2)


def _shape(shape: Any, depth: int) -> Iterator[Block]:
    if hasattr(shape, "shapes") and depth:
        for inner in shape.shapes:
            yield from _shape(inner, depth - 1)
    elif getattr(shape, "has_table", False):
        table = rows_of([[cell.text for cell in row.cells] for row in shape.table.rows])
        if table is not None:
            yield table
    elif getattr(shape, "has_text_frame", False):
        for paragraph in shape.text_frame.paragraphs:
            if words := " ".join(paragraph.text.split()):
                yield Paragraph(words)
