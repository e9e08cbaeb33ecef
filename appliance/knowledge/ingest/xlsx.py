"""Excel: every visible sheet as a table. Hidden sheets, rows and columns are left out."""

from __future__ import annotations

import re
import warnings
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time
from io import BytesIO
from typing import Any
from xml.etree.ElementTree import ParseError

from lxml import etree
from openpyxl import load_workbook
from openpyxl.utils import get_column_letter
from openpyxl.utils.exceptions import InvalidFileException

from appliance.core import errors
from appliance.knowledge.ingest.blocks import Block, Parsed, Place
from appliance.knowledge.ingest.limits import CELLS, PAGES, unpacked
from appliance.knowledge.ingest.tables import rows_of

_DECIMALS = re.compile(r"\.(0+)")
_SIGN = re.compile(r"[$€£¥]|\[\$([^\]-]{1,4})")


def read(content: bytes, name: str) -> Parsed:
    """Read a workbook. Formulas count as their last stored result.

    Raises:
        Refused: damaged, protected, too large, or a bomb.
    """
    unpacked(content, name).close()
    try:
        with warnings.catch_warnings():  # openpyxl warns of all it does not know
            warnings.simplefilter("ignore")
            book = load_workbook(BytesIO(content), data_only=True, keep_links=False)
            blocks = list(_blocks(book, name))
    except (InvalidFileException, zipfile.BadZipFile, KeyError, ValueError, TypeError, IndexError,
            AttributeError, ParseError, etree.XMLSyntaxError):  # fmt: skip
        raise errors.Refused(
            f"{name} is damaged. Open it, save it again, and add it anew."
        ) from None
    return Parsed(title="", blocks=blocks)


def _blocks(book: Any, name: str) -> Iterator[Block]:
    left = CELLS
    for sheet in book.worksheets[:PAGES]:
        if sheet.sheet_state != "visible":
            continue
        left -= (sheet.max_row or 0) * (sheet.max_column or 0)
        if left < 0:
            raise errors.Refused(f"{name} has more than {CELLS:,} cells. Split it.")
        table = rows_of(_cells(sheet))
        if table is not None:
            yield Place(f"sheet {sheet.title}")
            yield table


def _cells(sheet: Any) -> Iterator[list[str]]:
    hidden = _hidden_columns(sheet)
    for number, row in enumerate(sheet.iter_rows(), 1):
        if number in sheet.row_dimensions and sheet.row_dimensions[number].hidden:
            continue
        yield [shown(c.value, c.number_format) for at, c in enumerate(row, 1) if at not in hidden]


def _hidden_columns(sheet: Any) -> set[int]:
    letters = {get_column_letter(at): at for at in range(1, (sheet.max_column or 0) + 1)}
    hidden: set[int] = set()
    for letter, column in sheet.column_dimensions.items():
        if column.hidden:
            first = column.min or letters.get(letter, 0)
            hidden.update(range(first, (column.max or first) + 1))
    return hidden


def shown(value: object, number_format: str) -> str:
    """Give a cell's value much as the sheet shows it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else f"{value:%Y-%m-%d %H:%M}"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, time):
        return f"{value:%H:%M}"
    if isinstance(value, int | float):
        return _number(value, number_format.partition(";")[0])
    return str(value)


def _number(value: int | float, number_format: str) -> str:
    decimals = _DECIMALS.search(number_format)
    places = len(decimals[1]) if decimals else 0
    if "%" in number_format:
        return f"{value * 100:.{places}f}%"
    if number_format == "General":
        return f"{value:.10g}" if isinstance(value, float) else str(value)
    if not re.search(r"[0#]", number_format):
        return str(value)
    words = f"{value:,.{places}f}" if "," in number_format else f"{value:.{places}f}"
    sign = _SIGN.search(number_format)
    if sign is None:
        return words
    before = not re.search(r"[0#]", number_format[: sign.start()])
    said = sign[1] or sign[0]
    return f"{said}{words}" if before else f"{words} {said}"
