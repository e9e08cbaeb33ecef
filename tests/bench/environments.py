"""Environments of the peers: pinned, installed once by uv into the user's cache."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path

PINS = {
    "tutorial": (
        "fastapi==0.165.0",
        "uvicorn[standard]==0.54.0",
        "langgraph==1.2.24",
        "langgraph-checkpoint-sqlite==3.1.2",
        "langchain-core==1.8.3",
    ),
    "langgraph dev": ("langgraph-cli[inmem]==0.4.40", "langgraph-api==0.16.7", "langgraph==1.2.24"),
    "chainlit": (
        "chainlit==2.12.0",
        "langgraph==1.2.24",
        "python-socketio[asyncio_client]==5.18.1",
    ),
}
_UV = Path(sys.executable).parent / "uv"


class NotInstalled(Exception):  # noqa: N818 - a reason to skip
    """An environment cannot be had here; says why."""


def python_of(name: str) -> Path:
    """Give an environment's Python, installing it where it is not there yet.

    Raises:
        NotInstalled: the registry cannot be reached, or has not what is pinned.
    """
    pins = PINS[name]
    mark = hashlib.sha256("\n".join((sys.version, *pins)).encode()).hexdigest()[:12]
    cache = Path(os.environ.get("XDG_CACHE_HOME", "~/.cache")).expanduser()
    folder = cache / "frontdesk-bench" / f"{name.replace(' ', '-')}-{mark}"
    python = folder / "bin" / "python"
    done = folder / "installed"
    if not done.exists():
        _run(_UV, "venv", "--quiet", "--clear", "--python", sys.executable, str(folder))
        _run(_UV, "pip", "install", "--quiet", "--python", str(python), *pins)
        done.touch()
    return python


def _run(*command: str | Path) -> None:
    try:
        subprocess.run([str(each) for each in command], check=True, capture_output=True, text=True)
    except subprocess.CalledProcessError as cause:
        said = (cause.stderr or cause.stdout).strip().splitlines()
        raise NotInstalled(said[-1] if said else f"uv ended with {cause.returncode}") from cause
    except OSError as cause:
        raise NotInstalled(str(cause)) from cause
