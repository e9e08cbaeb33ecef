"""Tries a model in a process of its own: it is loaded, and hears or speaks something."""

from __future__ import annotations

import asyncio
import math
import struct
from pathlib import Path

from appliance.core import errors
from appliance.core.safe_text import one_line
from appliance.models.speech._child import Child, Gone, Program
from appliance.models.speech._kinds import Kind

# Loading has a bound of its own, a call's (`_child`); this is for all of it.
_LONGEST_S = 300.0
_RATE = 16_000
_SENTENCE = "One, two, three."


def loads(kind: Kind, entry: Path) -> bool:
    """Load a model and use it once; False where its library is missing.

    Raises:
        Refused: the library does not load it, or makes nothing of it.
    """
    if not kind.has_library:
        return False
    program = Program.of_module(kind.child, str(entry))
    try:
        asyncio.run(use(kind, program))
    except Gone as gone:
        raise errors.Refused(
            f"{kind.provider} does not load it: {one_line(gone.sentence, limit=500)}"
        ) from None
    except TimeoutError:
        raise errors.Refused(
            f"{kind.provider} was not done with it in {_LONGEST_S:.0f} seconds."
        ) from None
    return True


async def use(kind: Kind, program: Program) -> None:
    """Let a program that holds a model of this kind hear or speak something.

    Raises:
        Gone: it cannot.
        TimeoutError: it is not done in five minutes.
    """
    async with asyncio.timeout(_LONGEST_S):
        child = await Child.start(program)
        try:
            await (_hears(child) if kind.half == "hear" else _speaks(child))
        finally:
            await child.close()


async def _hears(child: Child) -> None:
    """Let it hear a hum of a second: any words will do, none too."""
    hum = (int(3000 * math.sin(place * 0.08)) for place in range(_RATE))
    await child.put(struct.pack(f"<{_RATE}h", *hum))
    await child.put(b"")
    while "final" not in await child.line():
        pass


async def _speaks(child: Child) -> None:
    await child.put(_SENTENCE.encode())
    made = 0
    while sound := await child.piece():
        made += len(sound)
    if not made:
        raise Gone("it makes no sound.")
