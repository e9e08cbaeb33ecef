"""LiveKit's libraries are an extra: whoever needs them is told how to get them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from appliance.core import errors

_MISSING = "Calls need LiveKit's Python libraries. Run: make livekit"


@contextmanager
def needed() -> Iterator[None]:
    """Import what needs them inside.

    Raises:
        Misconfigured: they are not installed.
    """
    try:
        yield
    except ModuleNotFoundError as cause:
        if not (cause.name or "").startswith("livekit"):
            raise
        raise errors.Misconfigured(_MISSING) from None
