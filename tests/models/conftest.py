"""Fixtures of this room: one cache of vectors a session, a customer at a bound desk."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from appliance.models.embedder import Remembering
from tests.models import talk


@pytest.fixture(scope="session")
def cache_dir(vectors: Path) -> Path:
    return vectors


@pytest.fixture(scope="session")
def minilm(cache_dir: Path) -> Remembering:
    return talk.minilm(cache_dir)


@pytest.fixture
def customer(cache_dir: Path) -> Callable[..., talk.Customer]:
    """Make a customer: customer(card={...}, taken=...)."""

    def make(**how: Any) -> talk.Customer:
        return talk.Customer(talk.model(cache_dir), **how)

    return make
