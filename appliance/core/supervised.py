"""Runs a module as a process that dies with its parent: `python -m appliance.core.supervised M`.

A foreign program as well: `python -m appliance.core.supervised -- PROGRAM ARGUMENTS`. Without this
a supervisor that is killed leaves its children behind, still holding the port.
"""

from __future__ import annotations

import ctypes
import os
import runpy
import signal
import sys

_PR_SET_PDEATHSIG = 1


def die_with_parent() -> None:
    """Ask Linux for SIGTERM at the parent's death; elsewhere this does nothing."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


if __name__ == "__main__":
    die_with_parent()
    if os.getppid() == 1:  # the parent died before the request was in place
        sys.exit(0)
    if sys.argv[1] == "--":
        os.execv(sys.argv[2], sys.argv[2:])  # noqa: S606 - a path of ours
    sys.argv = sys.argv[1:]  # the module finds its own arguments after its name
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
