"""Documents made for the tests: real files of every format, as small as they can be."""

from __future__ import annotations

import zipfile
from email.message import EmailMessage
from io import BytesIO
from pathlib import Path
from typing import Any

from docx import Document
from docx.oxml.ns import qn
from docx.oxml.parser import OxmlElement
from fpdf import FPDF
from openpyxl import Workbook
from pptx import Presentation
from pptx.util import Inches


def pdf(*pages: str, password: str = "", bookmarks: bool = False) -> bytes:
    made = FPDF()
    if password:
        made.set_encryption(owner_password="owner", user_password=password)
    for number, text in enumerate(pages, 1):
        made.add_page()
        made.set_font("helvetica", size=12)
        if bookmarks:
            made.start_section(f"Part {number}")
        made.multi_cell(0, 8, text)
    return bytes(made.output())


def docx() -> bytes:
    made = Document()
    made.add_heading("Pets", 1)
    paragraph = made.add_paragraph("Dogs are welcome for ten dollars a night. ")
    hidden = paragraph.add_run("Hidden words of the author.")
    hidden.font.hidden = True
    deleted = OxmlElement("w:del")
    run = OxmlElement("w:r")
    text = OxmlElement("w:t")
    text.text = "Cats are forbidden."
    run.append(text)
    deleted.append(run)
    paragraph._p.append(deleted)
    inserted = OxmlElement("w:ins")
    run = OxmlElement("w:r")
    text = OxmlElement("w:t")
    text.set(qn("xml:space"), "preserve")
    text.text = "Birds may come too."
    run.append(text)
    inserted.append(run)
    paragraph._p.append(inserted)
    made.add_heading("Fees", 2)
    table = made.add_table(rows=0, cols=2)
    for cells in (("Animal", "Fee"), ("Dog", "$10"), ("Parrot", "$3")):
        row = table.add_row()
        for cell, words in zip(row.cells, cells, strict=True):
            cell.text = words
    return _saved(made)


def xlsx() -> bytes:
    book = Workbook()
    sheet: Any = book.active
    sheet.title = "Rooms"
    sheet.append(["Room", "Price", "Cost", "Share", "From"])
    sheet.append(["Single", 80, 41, 0.125, None])
    sheet.append(["Suite", 1250.5, 900, 0.2, None])
    sheet.append(["Attic", 20, 1, 0.1, None])
    for row in (2, 3, 4):
        sheet.cell(row, 2).number_format = '"$"#,##0.00'
        sheet.cell(row, 4).number_format = "0.0%"
    sheet.column_dimensions["C"].hidden = True
    sheet.row_dimensions[4].hidden = True
    secret = book.create_sheet("Purchasing")
    secret.append(["Supplier", "Discount"])
    secret.append(["Linen Ltd", "40 %"])
    secret.sheet_state = "hidden"
    return _saved(book)


def pptx() -> bytes:
    made = Presentation()
    first = made.slides.add_slide(made.slide_layouts[1])
    first.shapes.title.text = "Spa"
    first.placeholders[1].text = "The spa opens at noon."
    first.notes_slide.notes_text_frame.text = "Do not mention the broken sauna."
    second = made.slides.add_slide(made.slide_layouts[5])
    second.shapes.title.text = "Prices"
    table = second.shapes.add_table(2, 2, Inches(1), Inches(1), Inches(4), Inches(1)).table
    for row, cells in enumerate((("Massage", "Minutes"), ("Thai", "60"))):
        for column, words in enumerate(cells):
            table.cell(row, column).text = words
    third = made.slides.add_slide(made.slide_layouts[1])
    third.shapes.title.text = "Draft"
    third._element.set("show", "0")
    return _saved(made)


def eml(body: str = "Parking in the yard is free for guests.", **attached: bytes) -> bytes:
    message = EmailMessage()
    message["From"] = "somebody@acme.example"
    message["Subject"] = "Parking rules"
    message.set_content(body)
    for name, content in attached.items():
        message.add_attachment(
            content, maintype="application", subtype="octet-stream", filename=name.replace("_", ".")
        )
    return message.as_bytes()


def bomb() -> bytes:
    """A Word file of 60 KB that unpacks into 60 MB."""
    made = BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("word/document.xml", b" " * 60_000_000)
    return made.getvalue()


def many_pages(count: int) -> bytes:
    """A PDF that has one page, many times."""
    kids = " ".join(["3 0 R"] * count)
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Count {count} /Kids [{kids}] >>".encode(),
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] >>",
    ]
    made = bytearray(b"%PDF-1.4\n")
    places = []
    for number, body in enumerate(objects, 1):
        places.append(len(made))
        made += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(made)
    made += b"xref\n0 4\n0000000000 65535 f \n"
    made += b"".join(b"%010d 00000 n \n" % place for place in places)
    made += b"trailer\n<< /Size 4 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % start
    return bytes(made)


def sparse(path: Path, size: int) -> Path:
    with path.open("wb") as file:
        file.truncate(size)
    return path


def _saved(made: Any) -> bytes:
    held = BytesIO()
    made.save(held)
    return held.getvalue()
