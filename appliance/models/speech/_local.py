"""What providers on this machine share: the library that must be there, the files that must be."""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence
from pathlib import Path

from appliance.core import errors
from appliance.models.speech.made import Made


def needs_library(module: str, package: str) -> None:
    """Raise where a library is missing.

    Raises:
        Misconfigured: with the command that installs it.
    """
    if importlib.util.find_spec(module) is None:
        raise errors.Misconfigured(
            f"the library {package} is missing. Run: .venv/bin/uv pip install {package}"
        )


def model_files(made: Made, wanted: Sequence[str]) -> Path:
    """Give where a model lies; `wanted` are patterns of files that must be there.

    Raises:
        Misconfigured: no path is given, or it does not hold such a model.
    """
    if not made.model:
        raise errors.Misconfigured(
            f"{made.provider} needs model: the path of the model's files on this machine."
        )
    path = Path(made.model)
    if not path.exists():
        raise errors.Misconfigured(
            f"the model {path} is not there. Mount its files, or mend the path."
        )
    beside = path if path.is_dir() else path.parent
    missing = [pattern for pattern in wanted if not any(beside.glob(pattern))]
    if missing:
        raise errors.Misconfigured(
            f"{path} is no model for {made.provider}: {', '.join(missing)} is missing there."
        )
    return path
