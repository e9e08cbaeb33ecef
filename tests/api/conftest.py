from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import pytest

from appliance.api import app
from appliance.core.settings import Settings
from tests.fakes import appliance
from tests.fakes.appliance import StandIn


@pytest.fixture
def stand_in(tmp_path: Path) -> Iterator[StandIn]:
    yield from appliance.opened(
        Settings(data_dir=tmp_path, body_timeout_s=0.5, body_idle_s=0.2, connections_per_address=4)
    )


@pytest.fixture
async def web(stand_in: StandIn) -> AsyncIterator[httpx.AsyncClient]:
    """A client on the machine itself: an operator."""
    async with _client(stand_in, "127.0.0.1") as client:
        yield client


@pytest.fixture
async def patient(stand_in: StandIn) -> AsyncIterator[httpx.AsyncClient]:
    """The same, of a server that waits long for the rest of a body."""
    limits = {"body_timeout_s": 60, "body_idle_s": 60, "trusted_proxies": "127.0.0.1"}
    stand_in.settings = stand_in.settings.model_copy(update=limits)
    async with _client(stand_in, "127.0.0.1") as client:
        yield client


@pytest.fixture
async def outside(stand_in: StandIn) -> AsyncIterator[httpx.AsyncClient]:
    """A client from anywhere: a visitor."""
    async with _client(stand_in, "192.0.2.7") as client:
        yield client


@contextlib.asynccontextmanager
async def _client(stand_in: StandIn, address: str) -> AsyncIterator[httpx.AsyncClient]:
    made = app.create(stand_in, [appliance.routes(stand_in)])
    async with made.router.lifespan_context(made):
        transport = httpx.ASGITransport(made, raise_app_exceptions=False, client=(address, 1))
        async with httpx.AsyncClient(transport=transport, base_url="http://desk") as client:
            yield client
