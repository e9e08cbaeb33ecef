"""Serves the app with granian inside our own event loop, and stops it cleanly.

granian cuts half-sent headers and drains without killing anybody when it is embedded; its own
command line did neither. The lifespan is ours too, so a start that fails keeps its error.
"""

from __future__ import annotations

import asyncio
import signal

from fastapi import FastAPI
from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.server.embed import Server

from appliance.core import errors, logs, process, sockets
from appliance.core.settings import Settings

_STREAMS_END_S = 0.1
_CONNECTIONS = 4096
_log = logs.get(__name__)


async def serve(app: FastAPI, settings: Settings, draining: asyncio.Event) -> None:
    """Serve until SIGTERM or SIGINT, then drain: streams end, requests finish, the app stops.

    Raises:
        Misconfigured: the address cannot be listened on.
        Unavailable: the server ended by itself.
    """
    port = sockets.check_free(settings.host, settings.port)
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    async with app.router.lifespan_context(app):
        process.spare_the_collector()
        server = _server(app, settings, port)
        serving = asyncio.create_task(server.serve(), name="serve")
        stopping = asyncio.create_task(stop.wait(), name="wait for the stop signal")
        _log.info("listening", host=settings.host, port=port)
        await asyncio.wait({serving, stopping}, return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        if serving.done() and not stop.is_set():
            raise errors.Unavailable("The web server ended by itself.") from serving.exception()
        await _drain(server, serving, settings.drain_s, draining)


async def _drain(
    server: Server, serving: asyncio.Task[None], limit_s: float, draining: asyncio.Event
) -> None:
    _log.info("stopping")
    draining.set()
    await asyncio.sleep(_STREAMS_END_S)
    server.stop()  # type: ignore[no-untyped-call]  # granian has no annotation here
    try:
        async with asyncio.timeout(limit_s):
            await serving
    except TimeoutError:
        _log.warning("requests were still open at the stop", limit_s=limit_s)
    else:
        _log.info("stopped")


def _server(app: FastAPI, settings: Settings, port: int) -> Server:
    return Server(
        app,
        address=settings.host,
        port=port,
        interface=Interfaces.ASGINL,
        http=HTTPModes.http1,
        http1_settings=HTTP1Settings(header_read_timeout=round(settings.header_timeout_s * 1000)),
        backlog=1024,
        # Above every count of ours, so that who is one too many is told so and nobody is left
        # waiting at the door: granian accepts no further connection at this number. It raises the
        # limit of open files by itself, as far as it may.
        backpressure=_CONNECTIONS,
        log_enabled=False,
    )
