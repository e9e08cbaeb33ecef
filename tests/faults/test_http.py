"""Hostile connections against a real server process: they cost nothing and end in time."""

from __future__ import annotations

import contextlib
import http.client
import resource
import selectors
import socket
import statistics
import time
from collections.abc import Iterator

import psutil
import pytest

from tests.fakes.running import Running, running, wait_for

pytestmark = pytest.mark.slow

HOLDERS = 300
STAND_IN = "tests.fakes.appliance"
HALF_HEADERS = b"POST /bytes HTTP/1.1\r\nHost: desk\r\nX-Half: "
HALF_BODY = b"POST /bytes HTTP/1.1\r\nHost: desk\r\nContent-Length: 100\r\n\r\nhalf"


@contextlib.contextmanager
def held(server: Running, sent: bytes, count: int = HOLDERS) -> Iterator[list[socket.socket]]:
    """Open connections that each send `sent` and then fall silent."""
    with contextlib.ExitStack() as stack:
        sockets = []
        for _ in range(count):
            one = stack.enter_context(socket.create_connection(("127.0.0.1", server.port), 5))
            one.sendall(sent)
            sockets.append(one)
        yield sockets


def closed_within(sockets: list[socket.socket], seconds: float) -> int:
    """Read what comes until the server closes; count those closed in time."""
    deadline = time.monotonic() + seconds
    with selectors.DefaultSelector() as left:
        for one in sockets:
            left.register(one, selectors.EVENT_READ, one)
        while left.get_map() and (wait := deadline - time.monotonic()) > 0:
            for key, _ in left.select(wait):
                if has_ended(key.data):
                    left.unregister(key.fileobj)
        return len(sockets) - len(left.get_map())


def has_ended(one: socket.socket) -> bool:
    try:
        return not one.recv(65536)
    except ConnectionResetError:
        return True


def median_answer_s(server: Running, path: str = "/up") -> float:
    took = []
    for _ in range(15):
        began = time.monotonic()
        assert server.get(path)[0] == 200
        took.append(time.monotonic() - began)
    return statistics.median(took)


def test_300_half_sent_headers_are_closed_within_15_seconds(tmp_path):
    with running(tmp_path, STAND_IN) as server:
        wait_for(server.answers, 20, "an answer")

        with held(server, HALF_HEADERS) as sockets:
            answered_s = median_answer_s(server)
            closed = closed_within(sockets, 15)

        assert answered_s < 0.2
        assert closed == HOLDERS


def test_300_half_sent_bodies_are_closed_at_the_deadline(tmp_path):
    limits = {"body_idle_s": 60, "body_timeout_s": 4, "connections_per_address": 1000}
    with running(tmp_path, STAND_IN, **limits) as server:
        wait_for(server.answers, 20, "an answer")

        with held(server, HALF_BODY) as sockets:
            answered_s = median_answer_s(server, "/ready")
            early = closed_within(sockets, 0.5)
            closed = closed_within(sockets, 4 + 3)

        assert answered_s < 0.2
        assert early == 0
        assert closed == HOLDERS


def test_half_sent_bodies_of_one_address_cannot_fill_the_server(tmp_path):
    with running(tmp_path, STAND_IN, body_idle_s=3, connections_per_address=64) as server:
        wait_for(server.answers, 20, "an answer")

        with held(server, HALF_BODY) as sockets:
            refused_at_once = closed_within(sockets, 1)
            answered_s = median_answer_s(server)

        assert refused_at_once == HOLDERS - 64
        assert answered_s < 0.2


def test_1100_connections_do_not_close_the_door_for_others(tmp_path):
    many = 1100
    allow_files(many + 200)
    limits = {"body_idle_s": 60, "connections_per_address": 2 * many}
    with running(tmp_path, STAND_IN, **limits) as server:
        wait_for(server.answers, 20, "an answer")

        with held(server, HALF_BODY, many) as sockets:
            answered_s = median_answer_s(server)
            assert closed_within(sockets, 0.5) == 0

        assert answered_s < 0.2


def test_a_server_that_may_open_few_files_lets_itself_open_more(tmp_path):
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (256, hard))
    try:
        with running(tmp_path, STAND_IN) as server:
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
            wait_for(server.answers, 20, "an answer")
            allowed, _ = psutil.Process(server.process.pid).rlimit(psutil.RLIMIT_NOFILE)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))

    assert allowed >= min(4096, hard)


def allow_files(count: int) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, min(count, hard)), hard))


@pytest.mark.parametrize("declared", [True, False], ids=["declared", "chunked"])
def test_10_mb_are_refused_with_flat_memory(tmp_path, declared):
    with running(tmp_path, STAND_IN) as server:
        wait_for(server.answers, 20, "an answer")
        body = b"x" * 10_000_000
        memory = psutil.Process(server.process.pid).memory_info
        before = memory().rss

        statuses = [post(server, body, declared=declared) for _ in range(10)]

        assert statuses == [413] * 10
        assert memory().rss - before < 8_000_000
        assert server.answers()


def post(server: Running, body: bytes, *, declared: bool) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
    pieces = (body[start : start + 65536] for start in range(0, len(body), 65536))
    with contextlib.closing(connection):
        # The server may close as soon as it has refused, while we still send.
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            headers = {"Content-Length": str(len(body))} if declared else {}
            connection.request("POST", "/bytes", pieces, headers, encode_chunked=not declared)
        try:
            return connection.getresponse().status
        except (http.client.ResponseNotReady, ConnectionResetError):
            return read_status(connection)


def read_status(connection: http.client.HTTPConnection) -> int:
    """Read the status line of an answer that came before all was sent."""
    response = http.client.HTTPResponse(connection.sock)
    response.begin()
    return response.status


def test_a_megabyte_of_headers_is_refused(tmp_path):
    with running(tmp_path, STAND_IN) as server:
        wait_for(server.answers, 20, "an answer")
        with socket.create_connection(("127.0.0.1", server.port), 5) as one:
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                one.sendall(b"GET /up HTTP/1.1\r\nHost: desk\r\n")
                one.sendall(b"X-Long: " + b"x" * 1_000_000 + b"\r\n\r\n")
            said = b""
            with contextlib.suppress(ConnectionResetError):
                said = one.recv(100)

        assert b" 200 " not in said
        assert server.answers()
