"""CSV: one table, its first line the header."""

from __future__ import annotations

import csv
import io
from itertools import islice

from appliance.core import errors
from appliance.knowledge.ingest.blocks import Parsed, Rows
from appliance.knowledge.ingest.decode import decode
from appliance.knowledge.ingest.limits import CELLS
from appliance.knowledge.ingest.tables import rows_of
from appliance.knowledge.ingest.text import remarks

_MOST_ROWS = 200_000


def read(content: bytes, name: str) -> Parsed:
    """Read a CSV file, divided by commas, semicolons, tabs or bars.

    Raises:
        Refused: it is no table, or too large.
    """
    text, encoding = decode(content, name)
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text))
    try:
        cells = [tuple(cell.strip() for cell in row) for row in islice(lines, _MOST_ROWS + 1)]
    except csv.Error as cause:
        raise errors.Refused(f"{name} is no table: {cause}. Save it again as CSV.") from None
    if len(cells) > _MOST_ROWS or sum(map(len, cells)) > CELLS:
        raise errors.Refused(f"{name} has more than {_MOST_ROWS:,} rows. Split it.")
    table = rows_of(cells)
    blocks = [table] if isinstance(table, Rows) else []
    return Parsed(title="", blocks=blocks, remarks=remarks(encoding))


def _delimiter(text: str) -> str:
    """The sign that divides the first lines into the same number of cells, most often."""
    lines = [line for line in text[:20_000].splitlines() if line.strip()][:20]

    def even(sign: str) -> tuple[int, int]:
        counts = [line.count(sign) for line in lines]
        usual = max(set(counts), key=counts.count) if counts else 0
        return (counts.count(usual) if usual else 0, usual)

    return max(",;\t|", key=even)
