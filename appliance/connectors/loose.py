"""Reading providers' JSON, which may be anything at any place: wrong kinds read as nothing."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from appliance.core.safe_text import storable

Thing = Mapping[str, Any]

_NOTHING: Thing = {}
_LONGEST_NUMBER = 10**64  # Python refuses to write a number of thousands of digits
_MILLISECONDS = 1e11  # as seconds this is the year 5138


def parse(body: bytes) -> Any:
    """Give what a body says as JSON.

    Raises:
        ValueError: it is no JSON, or JSON nested or long beyond reason.
    """
    try:
        return json.loads(body)
    except RecursionError as cause:
        raise ValueError("nested too deep") from cause


def thing(value: object) -> Thing:
    """Give a JSON object, or an empty one."""
    return value if isinstance(value, dict) else _NOTHING


def things(value: object) -> list[Thing]:
    """Give the objects of a JSON list."""
    return [item for item in listed(value) if isinstance(item, dict)]


def listed(value: object) -> list[Any]:
    """Give a JSON list; what is none stands alone in one, and nothing gives none."""
    return value if isinstance(value, list) else [] if value is None else [value]


def text(value: object) -> str:
    """Give a string, or a number as written; all else is ""; storable, without NULs."""
    if isinstance(value, str):
        return storable(value).replace("\0", "")
    if isinstance(value, bool) or not isinstance(value, int | float):
        return ""
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value)
    return str(value) if abs(value) < _LONGEST_NUMBER else ""


def name(value: object) -> str:
    """Give a short string without blanks around: an id, a code, a kind."""
    return text(value).strip()[:512]


def number(value: object) -> float | None:
    """Give a finite number, also one written as a string."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        found = float(value)
    except (ValueError, OverflowError):
        return None
    return found if math.isfinite(found) else None


def whole(value: object) -> int | None:
    """Give a whole number, also one written as a string."""
    found = number(value)
    return int(found) if found is not None and found == int(found) else None


def moment(value: object, now: datetime) -> datetime:
    """Give a provider's time, in seconds or milliseconds; `now` where it is none or far ahead."""
    seconds = number(value)
    if seconds is None or seconds <= 0:
        return now
    if seconds > _MILLISECONDS:
        seconds /= 1000
    try:
        read = datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        return now
    return read if read - now < timedelta(days=1) else now


def raw(value: object) -> bytes:
    """Give a part of a parsed body as bytes again; for records, never for signatures."""
    return json.dumps(value, separators=(",", ":")).encode("ascii")


def digest(value: object) -> str:
    """Give a name for a part of a parsed body: the same words give the same name."""
    written = json.dumps(value, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(written.encode("ascii")).hexdigest()[:32]
