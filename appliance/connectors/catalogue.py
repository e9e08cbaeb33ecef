"""Which connectors this release has: one file in a family's folder is one, imported when named."""

from __future__ import annotations

import importlib
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from types import ModuleType

from pydantic import BaseModel

_HERE = Path(__file__).parent


class Family(Mapping[str, type[BaseModel] | None]):
    """Settings models by connector type; listing them imports nothing."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __getitem__(self, connector: str) -> type[BaseModel] | None:
        if connector not in names(self._name):
            raise KeyError(connector)
        return getattr(module(self._name, connector), "Settings", None)

    def __iter__(self) -> Iterator[str]:
        return iter(names(self._name))

    def __len__(self) -> int:
        return len(names(self._name))


@lru_cache
def names(family: str) -> tuple[str, ...]:
    """List a family's connectors by name: the files and packages in its folder."""
    folder = _HERE / family
    found = [path.stem for path in folder.glob("*.py")]
    found += [path.parent.name for path in folder.glob("*/__init__.py")]
    return tuple(sorted(name for name in found if not name.startswith("_")))


def module(family: str, connector: str) -> ModuleType:
    """Import a connector's file."""
    return importlib.import_module(f"appliance.connectors.{family}.{connector}")
