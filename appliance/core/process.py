"""How a process of ours begins and ends: settings, log, exit codes.

0   asked to stop, or done          75  try again later (Unavailable)
2   the caller is wrong (Refused)   78  a person must edit something (Misconfigured)
1   anything else
"""

from __future__ import annotations

import asyncio
import gc
import os
import signal
import sys
from collections.abc import Callable, Coroutine
from typing import Any

from appliance.core import errors, logs, safe_text, settings

MISCONFIGURED = 78

_EXIT: tuple[tuple[type[errors.Error], int], ...] = (
    (errors.Refused, 2),
    (errors.Unavailable, 75),
    (errors.Misconfigured, MISCONFIGURED),
)


def run(name: str, main: Callable[[settings.Settings], None]) -> None:
    """Run one process to its end and exit with its code. `name` stands in every log line."""
    keep_to_ourselves()
    code = 0
    try:
        chosen = settings.load()
        logs.configure(chosen, process=name)
        main(chosen)
    except errors.Error as wrong:
        code = report(wrong)
    except Exception as wrong:  # noqa: BLE001 - the last to hear of it; it ends the process
        logs.get(__name__).critical("the process ended by a fault", exc_info=wrong)
        code = 1
    # Everything of ours is closed by now. Python's own teardown is left out: granian's threads
    # outlive a kept-alive connection and abort the process in it (exit -6, seen in a test).
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def keep_to_ourselves() -> None:
    """Let no other user of this machine read the files that are made from here on."""
    os.umask(0o077)


async def until_stopped(*work: Coroutine[Any, Any, object]) -> bool:
    """Run until SIGTERM or SIGINT, or until one of them ends, whose error is raised again.

    Gives whether it was told to stop, be it while the others were ending.
    """
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    tasks = [asyncio.create_task(each) for each in work]
    stopping = asyncio.create_task(stop.wait())
    await asyncio.wait({*tasks, stopping}, return_when=asyncio.FIRST_COMPLETED)
    for task in (*tasks, stopping):
        task.cancel()
    for end in await asyncio.gather(*tasks, return_exceptions=True):
        if isinstance(end, Exception):
            raise end
    return stop.is_set()


def spare_the_collector() -> None:
    """Let the garbage collector look at what is made from here on, not at what the start has made.

    Half a million objects of libraries and configs stay for good; looking through them again and
    again was 1.8 ms a turn, of about 9. What is young is looked at less often as well.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 20)


def report(wrong: errors.Error) -> int:
    """Say an error in one line on stderr; gives the exit code of its kind."""
    sys.stderr.write(f"appliance: {safe_text.one_line(wrong.sentence)}\n")
    return next((code for kind, code in _EXIT if isinstance(wrong, kind)), 1)
