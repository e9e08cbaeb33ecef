"""Why a model did not answer, told from whatever its library raised.

The libraries' own classes are not named here, so that none is imported for the sake of its errors:
all of them carry the HTTP status, and the response's headers where there was one.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

_PASSING = {408, 409, 425, 429, 500, 502, 503, 504, 520, 522, 524, 529}
_ABOUT_THE_WORDS = {400, 413, 415, 422}
_NAMED = {
    400: "refused the request",
    401: "the key is not valid",
    402: "the account has no credit",
    403: "the key may not do this",
    404: "no such model or address",
    413: "the request is too long",
    422: "refused the request",
    429: "too many requests",
    529: "overloaded",
}
_LONGEST_RETRY_S = 300.0


@dataclass(slots=True, kw_only=True)
class Failed(Exception):  # noqa: N818 - a fact, not an error
    """A model did not answer; the next one is asked.

    Attributes:
        why: The reason, without a word of the customer's.
        passes: The same call may succeed in a moment.
        is_unwell: The provider is to blame, not these words: counts for the breaker.
        retry_after_s: What the provider asked us to wait.
    """

    why: str
    passes: bool = False
    is_unwell: bool = True
    retry_after_s: float | None = None

    def __str__(self) -> str:
        """Give the reason."""
        return self.why


@dataclass(slots=True)
class Garbled(Exception):  # noqa: N818
    """A tool call cannot be run as it stands; the model may be told so and asked once more."""

    why: str
    correction: str

    def __str__(self) -> str:
        """Give the reason."""
        return self.why


def failure_of(trouble: Exception) -> Failed:
    """Read an exception; its own text is never shown, it may hold what the customer wrote."""
    if isinstance(trouble, Failed):
        return trouble
    causes = list(_causes(trouble))
    for cause in causes:
        status = _status(cause)
        if status is not None:
            why = _NAMED.get(status, f"HTTP {status}")
            return Failed(
                why=f"{why} ({status})" if status in _NAMED else why,
                passes=status in _PASSING,
                is_unwell=status not in _ABOUT_THE_WORDS,
                retry_after_s=_retry_after(cause),
            )
    names = " ".join(type(cause).__name__ for cause in causes)
    if any(isinstance(cause, TimeoutError) for cause in causes) or "Timeout" in names:
        return Failed(why="too slow")
    if any(isinstance(cause, OSError) for cause in causes) or any(
        word in names for word in ("Connect", "Protocol", "ReadError", "WriteError", "Transport")
    ):
        return Failed(why="the connection broke", passes=True)
    if any(isinstance(cause, UnicodeError) for cause in causes):
        return Failed(why="the words could not be sent", is_unwell=False)
    if any(isinstance(cause, json.JSONDecodeError | ValueError) for cause in causes):
        return Failed(why="what came back is no answer", passes=True)
    if "APIError" in names:  # an error told inside a stream that began well
        return Failed(why="the provider reported an error", passes=True)
    return Failed(why=type(trouble).__name__)


def _causes(trouble: BaseException) -> Iterator[BaseException]:
    seen: BaseException | None = trouble
    for _ in range(8):
        if seen is None:
            return
        yield seen
        seen = seen.__cause__


def _status(cause: BaseException) -> int | None:
    for name in ("status_code", "code"):
        value: Any = getattr(cause, name, None)
        if isinstance(value, int) and 400 <= value < 600:
            return value
    return None


def _retry_after(cause: BaseException) -> float | None:
    headers = getattr(getattr(cause, "response", None), "headers", None)
    given = headers.get("retry-after") if headers is not None else None
    try:
        seconds = float(given) if given else None
    except ValueError:  # a date: rare, and clocks differ
        return None
    return None if seconds is None or seconds < 0 else min(seconds, _LONGEST_RETRY_S)
