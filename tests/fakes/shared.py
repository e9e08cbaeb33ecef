"""The collection of real payloads and official contracts that stands beside the project, if any."""

from __future__ import annotations

import importlib.util
import json
import tarfile
import warnings
from pathlib import Path
from types import ModuleType

import pytest

SHARED = Path(__file__).resolve().parents[3] / "shared"
BANK = SHARED / "data/tau2/banking_knowledge/documents.tar.gz"
MISSING = "the shared collection of payloads and specs is not beside the project"

needs_shared = pytest.mark.skipif(not (SHARED / "payloads").is_dir(), reason=MISSING)


def bank_documents() -> list[dict[str, str]]:
    """Read tau2's bank: id, title and content of each document."""
    with tarfile.open(BANK) as archive:
        read = [archive.extractfile(one) for one in archive.getmembers() if one.isfile()]
        return [json.load(one) for one in read if one is not None]


def contract(name: str) -> ModuleType | None:
    """Load the judge of requests with one official spec; None where it is not there."""
    path = SHARED / "specs" / "contract.py"
    if not path.is_file():
        return None
    spec = importlib.util.spec_from_file_location("shared_contract", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)  # it leaves closing to the interpreter
        module.load(name)
    return module
