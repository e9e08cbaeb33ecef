"""PDF: the text of each page under its headings and bookmarks, without running heads."""

from __future__ import annotations

import itertools
import logging
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from io import BytesIO
from typing import Any

from pypdf import PdfReader
from pypdf.errors import PyPdfError

from appliance.core import errors
from appliance.knowledge.ingest import pdf_type
from appliance.knowledge.ingest.blocks import Block, Heading, Paragraph, Parsed, Place
from appliance.knowledge.ingest.limits import PAGES, check_text
from appliance.knowledge.ingest.pdf_type import Line

_HYPHEN = re.compile(r"(?<=[a-zà-ÿ])[-\u00ad\u2010]\n(?=[a-zà-ÿ])")
_BULLET = re.compile(r"\s*(?:[-–•▪◦*]|\(?\d{1,2}[.)])\s")
_ENDED = (".", "!", "?", ":", ";", "…", "”", '"', ")")
_RUNNING = 4  # pages from which a line on most of them is a running head
_NUMBERED = re.compile(r"(?:page|seite|p\.)\s*\d+(?:\s*(?:of|von|/)\s*\d+)?", re.I)
_SHORT = 0.6  # a line much shorter than the page's usual one ends a paragraph


def read(content: bytes, name: str) -> Parsed:
    """Read a PDF.

    Raises:
        Refused: damaged, protected, too many pages, or without any text (a scan).
    """
    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    try:
        reader = PdfReader(BytesIO(content))
        _open(reader, name)
        # What it says first: to count 100,000 pages takes seconds.
        tree: Any = reader.root_object["/Pages"]
        _check_count(tree["/Count"], name)
        count = len(reader.pages)
        _check_count(count, name)
        pages, types = _pages(reader, count, name)
        bookmarks = _bookmarks(reader)
    except (PyPdfError, ValueError, KeyError, IndexError, TypeError, AttributeError, OSError,
            ArithmeticError, AssertionError, NotImplementedError):  # fmt: skip
        # pypdf reports a broken file by nearly any error.
        raise errors.Refused(
            f"{name} is a damaged PDF. Open it in a viewer, save it again, and add it anew."
        ) from None
    blocks = list(_blocks(pages, _running(pages) | pdf_type.heads(types), bookmarks, types))
    empty = [number for number, text in enumerate(pages, 1) if not text.strip()]
    if len(empty) == len(pages):
        raise errors.Refused(
            f"{name} holds no text: it is probably a scan. The appliance has no OCR (text "
            "recognition); run it through one and add the searchable PDF."
        )
    return Parsed(title="", blocks=blocks, remarks=_remarks(empty))


def _check_count(count: Any, name: str) -> None:
    if int(count) > PAGES:
        raise errors.Refused(
            f"{name} has {count:,} pages; at most {PAGES:,} are read. Split it into parts."
        )


def _open(reader: PdfReader, name: str) -> None:
    """Open what is only protected against changes; a password to read is nobody's to guess."""
    if reader.is_encrypted and not reader.decrypt(""):
        raise errors.Refused(f"{name} is protected by a password. Save it without one.")


def _pages(reader: PdfReader, count: int, name: str) -> tuple[list[str], list[list[Line]]]:
    """Give the text of each page, and its lines with their type."""
    texts: list[str] = []
    types: list[list[Line]] = []
    total = 0
    for number in range(count):
        text, lines = pdf_type.lines_of(reader.pages[number])
        total += len(text)
        check_text(total, name)
        texts.append(text.replace("\x00", ""))
        types.append(lines)
    return texts, types


def _remarks(empty: Sequence[int]) -> list[str]:
    if not empty:
        return []
    shown = ", ".join(map(str, empty[:10])) + (" ..." if len(empty) > 10 else "")
    return [f"No text on page {shown} (pictures are not read)."]


def _blocks(
    pages: Sequence[str],
    running: set[str],
    bookmarks: dict[int, list[Heading]],
    types: Sequence[Sequence[Line]],
) -> Iterator[Block]:
    printed = pdf_type.headings(types)
    kept = [_without(running, number, text) for number, text in enumerate(pages, 1)]
    # Printed headings stand below the bookmarks, which mostly say the same of larger parts.
    below = max((one.level for found in bookmarks.values() for one in found), default=0)
    parts = [list(_paragraphs(lines, printed, below)) for lines in kept]
    for before, after in itertools.pairwise(parts):
        _join(before, after)
    for number, page in enumerate(parts, 1):
        marked = bookmarks.get(number, [])
        yield from marked
        yield Place(f"page {number}")
        said = {one.words.casefold() for one in marked}
        for part in page:
            if not (isinstance(part, Heading) and part.words.casefold() in said):
                yield part


def _running(pages: Sequence[str]) -> set[str]:
    """Lines that stand at the head or foot of most pages, whatever page's number is in them."""
    if len(pages) < _RUNNING:
        return set()
    seen: Counter[str] = Counter()
    for number, text in enumerate(pages, 1):
        lines = [line for line in text.splitlines() if line.strip()]
        seen.update({_key(line, number) for line in (*lines[:2], *lines[-2:])})
    return {line for line, times in seen.items() if line and times > 0.6 * len(pages)}


def _without(running: set[str], number: int, text: str) -> list[str]:
    """Give a page's lines but its running heads, unless it has no others."""
    lines = [line.rstrip() for line in text.splitlines()]
    while lines and (not lines[-1].strip() or _NUMBERED.fullmatch(lines[-1].strip())):
        lines.pop()
    own = [line for line in lines if _key(line, number) not in running]
    return own if any(line.strip() for line in own) else lines


def _key(line: str, number: int) -> str:
    return re.sub(rf"\b{number}\b", "#", " ".join(line.split())).casefold()


def _paragraphs(
    lines: Sequence[str], printed: Mapping[str, int], below: int
) -> Iterator[Heading | Paragraph]:
    """Put lines together: an empty or a short line ends a paragraph, a bullet begins one."""
    usual = sorted(map(len, lines))[int(len(lines) * 0.8)] if lines else 0
    held: list[str] = []
    for line in lines:
        level = printed.get(pdf_type.key(line))
        if held and (level or not line.strip() or _BULLET.match(line)):
            yield Paragraph(_whole(held))
            held = []
        if level:
            yield Heading(min(below + level, 6), pdf_type.key(line))
        elif line.strip():
            held.append(line)
            if len(line) < usual * _SHORT and line.rstrip().endswith(_ENDED):
                yield Paragraph(_whole(held))
                held = []
    if held:
        yield Paragraph(_whole(held))


def _whole(lines: Sequence[str]) -> str:
    return " ".join(_HYPHEN.sub("", "\n".join(lines)).split())


def _join(before: list[Heading | Paragraph], after: list[Heading | Paragraph]) -> None:
    """Let a sentence that goes over the page end on the page it began on."""
    if not before or not after:
        return
    first, last = after[0], before[-1]
    if isinstance(first, Heading) or isinstance(last, Heading):
        return
    if not last.words.endswith(_ENDED) and first.words[:1].islower():
        end = re.search(r"[.!?](?=\s|$)", first.words)
        if end and end.end() < 400:
            before[-1] = Paragraph(f"{last.words} {first.words[: end.end()]}")
            rest = first.words[end.end() :].strip()
            after[:1] = [Paragraph(rest)] if rest else []


def _bookmarks(reader: PdfReader) -> dict[int, list[Heading]]:
    """Give the bookmarks by the page they lead to; broken ones are nobody's loss."""
    found: dict[int, list[Heading]] = {}

    def walk(entries: Any, level: int) -> None:
        for entry in entries:
            if isinstance(entry, list):
                walk(entry, min(level + 1, 6))
                continue
            page = reader.get_destination_page_number(entry)
            words = " ".join(str(entry.title or "").split())[:200]
            if page is not None and page >= 0 and words:
                found.setdefault(page + 1, []).append(Heading(level, words))

    try:
        walk(reader.outline, 1)
    except (
        PyPdfError,
        ValueError,
        KeyError,
        IndexError,
        TypeError,
        AttributeError,
        RecursionError,
    ):
        return {}
    return found
