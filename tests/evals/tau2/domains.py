"""The data set's own code, run as it is: the toolkits of its domains, without its package."""

from __future__ import annotations

import hashlib
import importlib.util
import inspect
import json
import sys
import types
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from tests.evals.tau2 import collection

_ENVIRONMENT = collection.TAU2 / "_env"


@dataclass(frozen=True, slots=True)
class Domain:
    """A domain's classes: its toolkit and its database."""

    name: str
    toolkit: Any
    database: type[BaseModel]

    def fresh(self) -> Any:
        """Give the data set's own environment on the untouched database."""
        return self.toolkit(self.database.model_validate(collection.database(self.name)))

    @property
    def tools(self) -> dict[str, Any]:
        """Give the functions the domain calls its tools."""
        found = inspect.getmembers(self.toolkit, inspect.isfunction)
        return {name: function for name, function in found if hasattr(function, "__tool__")}

    def effect(self, name: str) -> str:
        """Say what the domain says a tool does: read, write or generic."""
        return str(self.tools[name].__tool_type__.value)


@cache
def domain(name: str) -> Domain:
    """Load a domain."""
    with _their_names():
        for part in ("db", "toolkit"):
            _run(f"tau2.environment.{part}", _ENVIRONMENT / f"{part}.py")
        _stub(f"tau2.domains.{name}")
        paths = {f"{name.upper()}_{what}_PATH": "" for what in ("DB", "POLICY", "TASK_SET")}
        _stub(f"tau2.domains.{name}.utils", **paths)
        folder = collection.TAU2 / name
        model = _run(f"tau2.domains.{name}.data_model", folder / "data_model.py")
        tools = _run(f"tau2.domains.{name}.tools", folder / "tools.py")
    own = [
        each
        for _, each in inspect.getmembers(tools, inspect.isclass)
        if each.__module__ == tools.__name__
    ]
    database = {"retail": "RetailDB", "airline": "FlightDB"}[name]
    return Domain(name, own[0], getattr(model, database))


@contextmanager
def _their_names() -> Iterator[None]:
    """Let their modules find each other while they are imported, and leave no trace."""
    _stub("tau2")
    _stub("tau2.environment")
    _stub("tau2.domains")
    _stub("tau2.environment.tool", Tool=object, as_tool=lambda function: function)
    _stub("tau2.utils", get_dict_hash=_hash, load_file=None, dump_file=None,
          get_pydantic_hash=lambda model: _hash(model.model_dump()),
          update_pydantic_model_with_dict=None)  # fmt: skip
    _stub("tau2.utils.pydantic_utils", BaseModelNoExtra=BaseModel)
    _stub("loguru", logger=_Quiet())
    try:
        yield
    finally:
        for name in [each for each in sys.modules if each.partition(".")[0] in {"tau2", "loguru"}]:
            del sys.modules[name]


class _Quiet:
    """Their logger."""

    def __getattr__(self, _name: str) -> Any:
        return lambda *_: None


def _hash(content: dict[str, Any]) -> str:
    """Hash as tau2.utils.get_dict_hash does."""
    return hashlib.sha256(json.dumps(content, sort_keys=True, default=str).encode()).hexdigest()


def _stub(name: str, **content: Any) -> None:
    made = types.ModuleType(name)
    made.__dict__.update(content)
    made.__path__ = []
    sys.modules[name] = made


def _run(name: str, path: Path) -> types.ModuleType:
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    made = importlib.util.module_from_spec(spec)
    sys.modules[name] = made
    spec.loader.exec_module(made)
    return made
