"""Lays a paper out as the file it is named after, with what such files have: heads, pages, slides.

Everything is made of the paper alone, so that the same paper gives the same words wherever it is
made.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from email.message import EmailMessage
from html import escape
from itertools import groupby
from pathlib import PurePosixPath
from typing import Any

from docx import Document
from fpdf import FPDF
from fpdf.enums import XPos, YPos
from openpyxl import Workbook
from openpyxl.styles import Font
from pptx import Presentation
from pptx.util import Inches

from tests.corpus.markup import Paper, Part

_WRITTEN = datetime(2026, 3, 2, 8, tzinfo=UTC)
_PLAIN = str.maketrans({
    "’": "'", "‘": "'", "“": '"', "”": '"', "–": "-", "—": "-", "→": "->", "≈": "~", "×": "x",
    "≥": ">=", "≤": "<=", "•": "-", "…": "...",
})  # fmt: skip


def laid_out(paper: Paper) -> bytes:
    """Give a paper as the bytes of its file."""
    return _LAYOUTS[PurePosixPath(paper.name).suffix](paper)


class _Letter(FPDF):
    """Pages with a letter head and a number at the foot."""

    def __init__(self, head: str) -> None:
        super().__init__()
        self._head = head
        self.set_creation_date(_WRITTEN)

    def header(self) -> None:
        self.set_font("helvetica", size=8)
        self.cell(0, 8, self._head, align="R", new_x=XPos.LMARGIN, new_y=YPos.NEXT)

    def footer(self) -> None:
        self.set_y(-15)
        self.set_font("helvetica", size=8)
        self.cell(0, 8, f"Page {self.page_no()}", align="C")


def _pdf(paper: Paper) -> bytes:
    made = _Letter(
        _latin(paper.heads.get("Letterhead", PurePosixPath(paper.name).parts[0].title()))
    )
    made.add_page()
    made.start_section(_latin(paper.title))
    _line(made, paper.title, size=17, style="B")
    for part in paper.parts:
        if part.kind == "heading":
            if made.get_y() > 190:
                made.add_page()
            made.ln(3)
            _line(made, part.words, size=13, style="B")
        elif part.kind == "table":
            made.set_font("helvetica", size=10)
            made.ln(2)
            with made.table(first_row_as_headings=True) as table:
                for row in _even(part.rows):
                    table.row(tuple(map(_latin, row)))
            made.ln(3)
        elif part.kind == "list":
            for (item,) in part.rows:
                _line(made, f"- {item}")
        else:
            _line(made, part.words)
            made.ln(2)
    return bytes(made.output())


def _line(made: FPDF, words: str, *, size: int = 11, style: str = "") -> None:
    made.set_font("helvetica", style, size)
    made.multi_cell(0, size * 0.55, _latin(words), new_x=XPos.LMARGIN, new_y=YPos.NEXT)


def _latin(words: str) -> str:
    return words.translate(_PLAIN).encode("latin-1", "replace").decode("latin-1")


def _docx(paper: Paper) -> bytes:
    made = Document()
    made.core_properties.created = _WRITTEN.replace(tzinfo=None)
    if head := paper.heads.get("Letterhead"):
        made.sections[0].header.paragraphs[0].text = head
    made.add_heading(paper.title, 0)
    for part in paper.parts:
        if part.kind == "heading":
            made.add_heading(part.words, min(part.level, 4))
        elif part.kind == "table":
            rows = _even(part.rows)
            table = made.add_table(rows=0, cols=len(rows[0]))
            table.style = "Table Grid"
            for row in rows:
                for cell, words in zip(table.add_row().cells, row, strict=True):
                    cell.text = words
        elif part.kind == "list":
            for (item,) in part.rows:
                made.add_paragraph(item, style="List Bullet")
        else:
            made.add_paragraph(part.words)
    return _saved(made)


def _xlsx(paper: Paper) -> bytes:
    """A sheet for each table, prices as numbers with their format; other words on a sheet apart."""
    book = Workbook()
    book.properties.created = _WRITTEN.replace(tzinfo=None)
    first: Any = book.active
    book.remove(first)
    notes: list[tuple[str, str]] = []
    for heading, parts in _sections(paper):
        for part in parts:
            if part.kind == "table":
                _sheet(book, heading or paper.title, _even(part.rows))
            elif part.kind == "list":
                notes += [(heading or "Note", item) for (item,) in part.rows]
            else:
                notes.append((heading or "Note", part.words.removeprefix("Notes: ")))
    if notes:
        _sheet(
            book, "Notes" if book.sheetnames else paper.title, [("Subject", "What applies"), *notes]
        )
    return _saved(book)


def _sheet(book: Workbook, name: str, rows: Sequence[tuple[str, ...]]) -> None:
    title = "".join(sign for sign in name if sign not in "[]:*?/\\")[:28].strip()
    taken = sum(each.startswith(title) for each in book.sheetnames)
    sheet = book.create_sheet(f"{title} {taken + 1}" if taken else title)
    for row in rows:
        sheet.append(list(row))
    for cells in sheet.iter_rows(min_row=2):
        for cell in cells:
            _as_number(cell)
    for cell in sheet[1]:
        cell.font = Font(bold=True)
    sheet.freeze_panes = "A2"


def _as_number(cell: Any) -> None:
    words = str(cell.value or "")
    plain = words.removeprefix("$").replace(",", "")
    if words.startswith("$") and plain.replace(".", "", 1).isdigit():
        cell.value = float(plain) if "." in plain else int(plain)
        cell.number_format = '"$"#,##0.00' if "." in plain else '"$"#,##0'
    elif words.isdigit() and not words.startswith("0"):
        cell.value = int(words)


def _pptx(paper: Paper) -> bytes:
    made = Presentation()
    opening = made.slides.add_slide(made.slide_layouts[0])
    opening.shapes.title.text = paper.title
    for heading, parts in _sections(paper):
        slide = made.slides.add_slide(made.slide_layouts[1])
        slide.shapes.title.text = heading or paper.title
        said = []
        for part in parts:
            if part.kind == "table":
                rows = _even(part.rows)
                shape = slide.shapes.add_table(
                    len(rows), len(rows[0]), Inches(1), Inches(4), Inches(8), Inches(1)
                )
                for at, row in enumerate(rows):
                    for column, words in enumerate(row):
                        shape.table.cell(at, column).text = words
            elif part.kind == "list":
                said += [item for (item,) in part.rows]
            else:
                said.append(part.words)
        slide.placeholders[1].text = "\n".join(said)
    return _saved(made)


def _csv(paper: Paper) -> bytes:
    held = io.StringIO(newline="")
    writer = csv.writer(held, delimiter=";" if len(paper.title) % 2 else ",")
    tables = [part for part in paper.parts if part.kind == "table"]
    if tables:
        writer.writerows(_even(tables[0].rows))
    else:
        writer.writerow(("Subject", "What applies"))
        for heading, parts in _sections(paper):
            for part in parts:
                for words in (row[0] for row in part.rows) if part.rows else (part.words,):
                    writer.writerow((heading or paper.title, words))
    return held.getvalue().encode()


def _html(paper: Paper) -> bytes:
    body = [f"<h1>{escape(paper.title)}</h1>"]
    for part in paper.parts:
        if part.kind == "heading":
            body.append(f"<h{part.level}>{escape(part.words)}</h{part.level}>")
        elif part.kind == "list":
            items = "".join(f"<li>{escape(item)}</li>" for (item,) in part.rows)
            body.append(f"<ul>{items}</ul>")
        elif part.kind == "table":
            first, *rest = _even(part.rows)
            head = "".join(f"<th>{escape(cell)}</th>" for cell in first)
            rows = "".join(
                "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>"
                for row in rest
            )
            body.append(f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>")
        else:
            body.append(f"<p>{escape(part.words)}</p>")
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8">'
        f"<title>{escape(paper.title)}</title></head><body>"
        "<nav><a href='/'>Home</a> <a href='/contact'>Contact</a></nav>"
        f"<main>{''.join(body)}</main><footer>Imprint</footer></body></html>"
    ).encode()


def _markdown(paper: Paper) -> bytes:
    return (f"# {paper.title}\n\n" + "\n\n".join(_marked(paper))).encode()


def _marked(paper: Paper) -> Iterator[str]:
    for part in paper.parts:
        if part.kind == "heading":
            yield f"{'#' * part.level} {part.words}"
        elif part.kind == "list":
            yield "\n".join(f"- {item}" for (item,) in part.rows)
        elif part.kind == "table":
            first, *rest = _even(part.rows)
            rows = [first, tuple("---" for _ in first), *rest]
            yield "\n".join("| " + " | ".join(row) + " |" for row in rows)
        else:
            yield part.words


def _text(paper: Paper) -> bytes:
    said = [paper.title.upper()]
    for part in paper.parts:
        if part.kind == "list":
            said.append("\n".join(f"* {item}" for (item,) in part.rows))
        elif part.kind == "table":
            said.append("\n".join("; ".join(row) for row in part.rows))
        else:
            said.append(part.words)
    return "\n\n".join(said).encode()


def _eml(paper: Paper) -> bytes:
    message = EmailMessage()
    message["From"] = paper.heads.get("From", "service@rho.example")
    message["To"] = paper.heads.get("To", "customers@rho.example")
    message["Date"] = _WRITTEN
    message["Subject"] = paper.title
    *_, body = _text(paper).decode().partition("\n\n")
    message.set_content(body)
    if any(part.kind == "table" for part in paper.parts):
        message.add_attachment(
            _csv(paper), maintype="text", subtype="csv", filename=f"{paper.title[:20]}.csv"
        )
    return message.as_bytes()


_LAYOUTS: dict[str, Callable[[Paper], bytes]] = {
    ".pdf": _pdf, ".docx": _docx, ".xlsx": _xlsx, ".pptx": _pptx, ".csv": _csv,
    ".html": _html, ".md": _markdown, ".txt": _text, ".eml": _eml,
}  # fmt: skip


def _sections(paper: Paper) -> Iterator[tuple[str, list[Part]]]:
    """Give the parts under each heading."""
    heading, held = "", list[Part]()
    for is_heading, parts in groupby(paper.parts, key=lambda part: part.kind == "heading"):
        if is_heading:
            heading = list(parts)[-1].words
        else:
            held = list(parts)
            yield heading, held


def _even(rows: Sequence[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """Give every row the cells of the longest."""
    width = max(map(len, rows))
    return [row + ("",) * (width - len(row)) for row in rows]


def _saved(made: Any) -> bytes:
    held = io.BytesIO()
    made.save(held)
    return held.getvalue()
