"""An event loop of its own for tools, so that a tool that blocks cannot stop the desk.

When a call does not come back in time and the loop does not answer either, a tool is blocking it:
the loop is left to its thread and a fresh one takes its place.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")

_PULSE_S = 0.25


class ToolLoop:
    """Runs coroutines in another thread's event loop, each with a deadline."""

    def __init__(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None
        self.replaced = 0

    async def run(self, work: Coroutine[Any, Any, T], *, timeout_s: float) -> T:
        """Run `work` there and wait for it here.

        Raises:
            TimeoutError: it did not finish in time; it is cancelled, or left behind if it blocks.
        """
        loop = self._running()
        future = asyncio.run_coroutine_threadsafe(_contained(work), loop)
        try:
            async with asyncio.timeout(timeout_s):
                return await asyncio.wrap_future(future)
        except TimeoutError:
            future.cancel()
            if loop is self._loop and not await _answers(loop):
                self._loop = None
                self.replaced += 1
            raise

    def close(self) -> None:
        """Stop the loop; what still blocks ends with the process."""
        loop, self._loop = self._loop, None
        if loop is not None:
            loop.call_soon_threadsafe(loop.stop)

    def _running(self) -> asyncio.AbstractEventLoop:
        if self._loop is None or self._loop.is_closed():
            loop = asyncio.new_event_loop()
            threading.Thread(target=_serve, args=(loop,), name="tools", daemon=True).start()
            self._loop = loop
        return self._loop


async def _contained(work: Coroutine[Any, Any, T]) -> T:
    try:
        return await work
    except (SystemExit, KeyboardInterrupt) as end:
        raise RuntimeError("the tool tried to end the process") from end


def _serve(loop: asyncio.AbstractEventLoop) -> None:
    asyncio.set_event_loop(loop)
    try:
        loop.run_forever()
    finally:
        for task in asyncio.all_tasks(loop):
            task.cancel()
        loop.run_until_complete(asyncio.sleep(0))
        loop.close()


async def _answers(loop: asyncio.AbstractEventLoop) -> bool:
    pulse = asyncio.run_coroutine_threadsafe(asyncio.sleep(0), loop)
    try:
        async with asyncio.timeout(_PULSE_S):
            await asyncio.wrap_future(pulse)
    except TimeoutError:
        return False
    return True
