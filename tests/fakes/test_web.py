"""The servers of the tests end, whoever comes at the last moment."""

from __future__ import annotations

import asyncio
import socket

import pytest

from tests.fakes import web
from tests.fakes.model_server import ModelServer


async def answer(_request: web.Request) -> web.Reply:
    return web.Reply()


@pytest.mark.parametrize("steps", range(8))
async def test_a_server_ends_though_somebody_is_just_coming_in(steps: int) -> None:
    with socket.socket() as first, socket.socket() as second:
        async with asyncio.timeout(10):
            async with web.serving(answer) as site:
                first.connect((site.host, site.port))
                await _some(steps)
            async with ModelServer() as server:
                second.connect(("127.0.0.1", server.port))
                await _some(steps)


async def _some(steps: int) -> None:
    for _ in range(steps):
        await asyncio.sleep(0)
