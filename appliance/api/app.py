"""Puts the HTTP entrance together: limits outside, routes inside."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterable
from typing import TypeVar

from fastapi import APIRouter, FastAPI

from appliance import __version__
from appliance.api import health, metrics, middleware, networks, problems, reference
from appliance.api.protocols import Appliance
from appliance.core import errors

Kind = TypeVar("Kind", bound=networks.Networks)


def create(appliance: Appliance, routers: Iterable[APIRouter]) -> FastAPI:
    """Make the web application of one appliance; `routers` are the rooms' own routes.

    Its lifespan starts the appliance and stops it.
    """
    settings = appliance.settings
    figures = metrics.Figures(appliance.db.path, appliance.metrics)

    @contextlib.asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        await appliance.start()
        watch = asyncio.create_task(figures.watch_loop(appliance.clock), name="loop lag")
        try:
            yield
        finally:
            watch.cancel()
            await appliance.stop()

    app = FastAPI(
        title="Frontdesk appliance",
        version=__version__,
        description="An AI front desk for one company: web chat, channels, health and figures.",
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan,
    )
    problems.install(app)
    for router in (health.router(appliance), metrics.router(figures), reference.router(app)):
        app.include_router(router)
    for router in routers:
        app.include_router(router)
    # The last added is the outermost.
    app.add_middleware(
        middleware.Bodies,
        timeout_s=settings.body_timeout_s,
        idle_s=settings.body_idle_s,
        figures=figures,
    )
    app.add_middleware(
        middleware.Edge,
        proxies=_networks(networks.Proxies, "TRUSTED_PROXIES", settings.trusted_proxies),
        operators=_networks(networks.Operators, "OPERATORS_FROM", settings.operators_from),
        at_once=settings.connections_per_address,
        figures=figures,
        clock=appliance.clock,
    )
    return app


def _networks(kind: type[Kind], name: str, text: str) -> Kind:
    try:
        return kind.parse(text)
    except ValueError as wrong:
        raise errors.Misconfigured(
            f"APPLIANCE_{name} is not a list of addresses or networks: {wrong}. "
            "Write them divided by commas, as in 10.0.0.1,192.168.7.0/24."
        ) from wrong
