"""Servers behind a web address: a real one on a socket, restarted, guarded, and worse."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from appliance.config.model import McpServer
from appliance.connectors.mcp.values import NotDone, Unsure
from appliance.core.store.database import Database
from tests.fakes.mcp_servers import ORDERS, PATIENCE_S, ask, done, keeping, tools, until
from tests.fakes.running import free_port, wait_for

ALL = ("find_order", "cancel_order", "flood", "hang", "turn")


@contextlib.contextmanager
def serving(folder: Path, port: int, *more: str) -> Iterator[subprocess.Popen[bytes]]:
    command = [sys.executable, ORDERS, str(folder), "--http", str(port), *more]
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    try:
        wait_for(lambda: answers(port), PATIENCE_S, "the server listens")
        yield process
    finally:
        process.kill()
        process.wait()


def answers(port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
        return True
    return False


def at(port: int, path: str = "/mcp", **given: Any) -> McpServer:
    kept = {"tools": tools(*ALL), "connect_timeout_s": PATIENCE_S, "timeout_s": 20, **given}
    return McpServer(name="orders", url=f"http://127.0.0.1:{port}{path}", **kept)


async def test_a_server_behind_an_address_is_listed_and_called(
    db: Database, tmp_path: Path
) -> None:
    port = free_port()
    with (
        serving(tmp_path, port, "--token", "hush"),
        keeping(
            db, at(port, bearer_secret="orders-key"), secrets={"orders-key": "hush"}
        ) as servers,
    ):
        await until(servers.usable)

        assert await ask(servers, "orders_find_order", order="7") == "Order 7 is on its way."
        with pytest.raises(Unsure, match="more than 4000000 bytes"):
            await ask(servers, "orders_flood")
        assert await ask(servers, "orders_find_order", order="8") == "Order 8 is on its way."
        assert await ask(servers, "orders_turn") == "turned"
        await until(lambda: "orders_find_order" not in servers.usable())


async def test_a_server_that_starts_anew_is_found_again_and_nothing_is_done_twice(
    db: Database, tmp_path: Path
) -> None:
    port = free_port()
    with keeping(db, at(port)) as servers:
        with serving(tmp_path, port):
            await until(servers.usable, "it is found although it started later than we")
            await ask(servers, "orders_cancel_order", order="1")
        # The address is dead: surely nothing was done, and it says so.
        with pytest.raises(NotDone, match="does not answer"):
            await ask(servers, "orders_cancel_order", order="2")
        with serving(tmp_path, port):
            await until(lambda: servers.connected)
            await ask(servers, "orders_cancel_order", order="3")
        # A new process on the same address knows our session no more.
        with serving(tmp_path, port):
            await ask(servers, "orders_cancel_order", order="4")

    assert done(tmp_path) == ["cancel 1", "cancel 3", "cancel 4"]


async def test_a_server_killed_during_a_call_leaves_its_end_unknown(
    db: Database, tmp_path: Path
) -> None:
    port = free_port()
    with serving(tmp_path, port) as process, keeping(db, at(port)) as servers:
        await until(servers.usable)
        call = asyncio.ensure_future(ask(servers, "orders_hang", order="1"))
        await until(lambda: done(tmp_path))
        process.kill()

        with pytest.raises(Unsure, match=r"lost|ended before the answer"):
            await call
        assert len(done(tmp_path)) == 1


async def test_a_wrong_token_is_told(db: Database, tmp_path: Path) -> None:
    port = free_port()
    with (
        serving(tmp_path, port, "--token", "hush"),
        keeping(db, at(port, bearer_secret="orders-key"), secrets={"orders-key": "no"}) as servers,
    ):
        await servers.attempted()

        assert "refuses us (HTTP 401): check bearer_secret" in servers.problems[0]
        assert "no" not in servers.problems[0].split("HTTP 401")[0].split()


async def test_a_wrong_path_is_told(db: Database, tmp_path: Path) -> None:
    port = free_port()
    with serving(tmp_path, port), keeping(db, at(port, "/elsewhere")) as servers:
        await servers.attempted()

        assert "check its url" in servers.problems[0] or "refuses to begin" in servers.problems[0]


@contextlib.contextmanager
def answering(status: int, headers: dict[str, str], body: bytes) -> Iterator[int]:
    """Serve one answer to everything."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers.get("content-length", 0)))
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            with contextlib.suppress(OSError):
                self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()


@pytest.mark.parametrize(
    ("status", "headers", "body", "why"),
    [
        (307, {"Location": "http://169.254.169.254/mcp"}, b"", "sends us elsewhere"),
        (500, {}, b"", "HTTP 500"),
        (200, {"Content-Encoding": "gzip", "Content-Type": "application/json"}, b"x", "connection"),
        (200, {"Content-Type": "application/json"}, b"{" * 5_000_000, "refuses to begin"),
        (200, {"Content-Type": "text/event-stream"}, b"data: " + b"x" * 5_000_000, "refuses"),
    ],
)
async def test_what_is_no_mcp_server_is_told(
    db: Database, status: int, headers: dict[str, str], body: bytes, why: str
) -> None:
    with answering(status, headers, body) as port, keeping(db, at(port)) as servers:
        await servers.attempted()

        assert servers.usable() == {}
        assert why in servers.problems[0], servers.problems
