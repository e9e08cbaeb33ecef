"""The tools of a folder: one file, one tool, and a sentence for every file that is none."""

from __future__ import annotations

import importlib.util
import re
import sys
import traceback
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from langchain_core.tools import BaseTool
from pydantic import BaseModel

from appliance.core import errors
from appliance.toolkit.decorator import policy_of

_NAME = re.compile(r"[a-z][a-z0-9_]{0,63}")


@dataclass(frozen=True, slots=True)
class Broken:
    """A file in the tools folder that is no tool, and a sentence that says why and what to do."""

    name: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Catalogue:
    """What a tools folder holds, by tool name, in the order of the names."""

    tools: Mapping[str, BaseTool]
    broken: Mapping[str, Broken]

    def settings_of(self, name: str) -> type[BaseModel] | None:
        """Give the model of a tool's settings; None where it has none or there is no such tool."""
        tool = self.tools.get(name)
        return policy_of(tool).settings if tool else None


def load(folder: Path) -> Catalogue:
    """Import every tool file of a folder. A broken one is reported and hinders no other.

    Files whose name begins with an underscore are passed over. Tool files are code of this install
    and trusted: they are imported in this process.

    Raises:
        Misconfigured: the folder does not exist.
    """
    if not folder.is_dir():
        raise errors.Misconfigured(
            f"The tools folder {folder} does not exist. Create it, or point APPLIANCE_TOOLS_DIR "
            "at the folder that holds the tool files."
        )
    tools: dict[str, BaseTool] = {}
    broken: dict[str, Broken] = {}
    for path in sorted(folder.glob("*.py")):
        if path.stem.startswith("_"):
            continue
        found = _read(path)
        if isinstance(found, Broken):
            broken[found.name] = found
        else:
            tools[path.stem] = found
    return Catalogue(tools, broken)


def _read(path: Path) -> BaseTool | Broken:
    name = path.stem
    if not _NAME.fullmatch(name):
        return Broken(
            name,
            f"{path.name} cannot be a tool: its name must be small letters, digits and "
            "underscores, beginning with a letter. Rename the file.",
        )
    module = f"tools_{name}"
    spec = importlib.util.spec_from_file_location(module, path)
    if spec is None or spec.loader is None:
        return Broken(name, f"{path.name} cannot be imported. Write it as a Python file.")
    made = importlib.util.module_from_spec(spec)
    sys.modules[module] = made  # pydantic looks a model's annotations up there
    try:
        spec.loader.exec_module(made)
    except (Exception, SystemExit) as cause:  # noqa: BLE001 - one bad file must not end the rest
        del sys.modules[module]
        return Broken(name, _why(path, cause))
    tool = getattr(made, name, None)
    if not isinstance(tool, BaseTool) or tool.name != name:
        return Broken(
            name,
            f"{path.name} holds no tool named {name}. The file, the function and the tool must "
            f"have one name: write `@tool(...)` above `async def {name}(...)`.",
        )
    return tool


def _why(path: Path, cause: BaseException) -> str:
    lines = [f.lineno for f in traceback.extract_tb(cause.__traceback__) if f.filename == str(path)]
    line = cause.lineno if isinstance(cause, SyntaxError) else lines[-1] if lines else None
    said = cause.msg if isinstance(cause, SyntaxError) else str(cause)
    place = f"{path.name}, line {line}" if line else path.name
    return (
        f"{place} could not be imported: {type(cause).__name__}: {' '.join(said.split())}. "
        "Mend the file, or take the tool out of bot_config.yaml."
    )
