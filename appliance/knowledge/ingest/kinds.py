"""Which format some bytes are: by what they contain, whatever the file is called."""

from __future__ import annotations

import re
import zipfile
from enum import StrEnum
from io import BytesIO

from appliance.core import errors


class Kind(StrEnum):
    """A format; its value is the name of the file here that reads it."""

    TEXT = "text"
    MARKDOWN = "markdown"
    HTML = "html"
    CSV = "csv"
    PDF = "pdf"
    DOCX = "docx"
    XLSX = "xlsx"
    PPTX = "pptx"
    EML = "eml"


SUFFIXES = {
    ".txt": Kind.TEXT,
    ".text": Kind.TEXT,
    ".md": Kind.MARKDOWN,
    ".markdown": Kind.MARKDOWN,
    ".html": Kind.HTML,
    ".htm": Kind.HTML,
    ".xhtml": Kind.HTML,
    ".csv": Kind.CSV,
    ".tsv": Kind.CSV,
    ".pdf": Kind.PDF,
    ".docx": Kind.DOCX,
    ".xlsx": Kind.XLSX,
    ".pptx": Kind.PPTX,
    ".eml": Kind.EML,
}
SAID = (
    "text, Markdown, HTML, PDF, Word (.docx), Excel (.xlsx), CSV, PowerPoint (.pptx) or mail (.eml)"
)
MEDIA_TYPES = {
    "text/html": ".html",
    "application/xhtml+xml": ".html",
    "text/plain": ".txt",
    "text/markdown": ".md",
    "text/csv": ".csv",
    "application/pdf": ".pdf",
    "message/rfc822": ".eml",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ".xlsx",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": ".pptx",
}

_OFFICE = {
    "word/document.xml": Kind.DOCX,
    "xl/workbook.xml": Kind.XLSX,
    "ppt/presentation.xml": Kind.PPTX,
}
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_PICTURES = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"II*\x00", b"MM\x00*", b"BM", b"RIFF")
_OTHERS = (
    (b"{\\rtf", "an RTF file. Save it as .docx"),
    (b"\x1f\x8b", "a gzip archive. Unpack it"),
    (b"7z\xbc\xaf", "a 7z archive. Unpack it"),
    (b"Rar!", "a RAR archive. Unpack it"),
    (b"\x7fELF", "a program"),
    (b"MZ", "a program"),
    (b"ID3", "a sound file"),
    (b"%!PS", "a PostScript file. Save it as PDF"),
)
_HTML = re.compile(
    rb"\s*(<\?xml[^>]*>\s*)?(<!--.*?-->\s*)*<(!doctype\s+html|html|head|body)\b", re.I | re.S
)
_MAIL = re.compile(rb"\A(?:[A-Za-z][A-Za-z0-9-]*:[^\n]*\n(?:[ \t][^\n]*\n)*){2,}\r?\n")
_BOMS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")


def kind_of(content: bytes, name: str) -> Kind:
    """Tell a document's format.

    Raises:
        Refused: it is empty, or nothing that can be read; says what it is and what to do.
    """
    if not content:
        raise errors.Refused(f"{name} is empty (0 bytes). Add a file with text.")
    if b"%PDF-" in content[:1024]:
        return Kind.PDF
    if content.startswith(b"PK\x03\x04"):
        return _office(content, name)
    _refuse_others(content, name)
    if b"\x00" in content[:65536] and not content.startswith(_BOMS):
        raise errors.Refused(f"{name} is a binary file. Readable are {SAID}.")
    suffix = SUFFIXES.get(_suffix(name))
    if _HTML.match(content[:4096]) and suffix is not Kind.MARKDOWN:
        return Kind.HTML
    if suffix in {Kind.TEXT, Kind.MARKDOWN, Kind.CSV, Kind.HTML}:
        return suffix
    if _MAIL.match(content[:65536].replace(b"\r\n", b"\n")):
        return Kind.EML
    if suffix is None or suffix is Kind.EML:
        return Kind.TEXT
    raise errors.Refused(
        f"{name} is called a {suffix.value.upper()} file and is none: it holds plain text. "
        "Rename it to .txt, or save it again."
    )


def _suffix(name: str) -> str:
    return "." + name.rpartition(".")[2].casefold() if "." in name else ""


def _office(content: bytes, name: str) -> Kind:
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            inside = set(archive.namelist())
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        raise errors.Refused(
            f"{name} is damaged. Open it, save it again, and add it anew."
        ) from None
    for part, kind in _OFFICE.items():
        if part in inside:
            return kind
    raise errors.Refused(f"{name} is an archive. Unpack it and add the files in it.")


def _refuse_others(content: bytes, name: str) -> None:
    if content.startswith(_OLE):
        raise errors.Refused(
            f"{name} is an old Office file or protected by a password. Save it as .docx, .xlsx or "
            ".pptx, without a password."
        )
    if content.startswith(_PICTURES):
        raise errors.Refused(
            f"{name} is a picture. The appliance reads no pictures (it has no OCR); add its words "
            "as a text file."
        )
    for magic, words in _OTHERS:
        if content.startswith(magic) and not (magic.isalnum() and content[:64].isascii()):
            raise errors.Refused(f"{name} is {words}. Readable are {SAID}.")
