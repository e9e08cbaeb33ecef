"""Cells as a table with a header, as spreadsheets, CSV files and slides hold them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from appliance.knowledge.ingest.blocks import Rows

_NUMBER = re.compile(r"[-+]?[$€£]?\s*[\d.,]+\s*[%€$£]?$")


def rows_of(cells: Iterable[Sequence[str]]) -> Rows | None:
    """Give a table without its empty rows and columns; None where nothing is in it.

    The first row is the header where it has at least two names and no figure. Narrower rows above
    it (a title, a date) are kept as rows.
    """
    filled = [tuple(row) for row in cells if any(cell.strip() for cell in row)]
    if not filled:
        return None
    width = max(map(len, filled))
    square = [(*row, *[""] * (width - len(row))) for row in filled]
    used = [at for at in range(width) if any(row[at] for row in square)]
    square = [tuple(" ".join(row[at].split()) for at in used) for row in square]
    if len(used) == 1:
        return Rows((), tuple(square))
    for at, row in enumerate(square[:5]):
        if _is_header(row) and len(square) > at + 1:
            return Rows(row, (*square[:at], *square[at + 1 :]))
    return Rows((), tuple(square))


def _is_header(row: Sequence[str]) -> bool:
    named = [cell for cell in row if cell]
    return len(named) >= max(2, len(row) * 0.6) and not any(_NUMBER.match(cell) for cell in named)
