"""An embedder behind an OpenAI-compatible address: asked as the contract says, failing in words."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import numpy as np
import pytest

from appliance.core import errors
from appliance.models.embedder import Embedder
from appliance.models.endpoint_embedder import EndpointEmbedder


class Server:
    """Answers `/v1/embeddings`; `script` are answers that come first: (status, headers, body)."""

    def __init__(self) -> None:
        self.script: list[tuple[int, dict[str, str], bytes]] = []
        self.asked: list[tuple[str, dict[str, str], Any]] = []
        self.url = ""

    def answer(
        self, path: str, headers: dict[str, str], body: Any
    ) -> tuple[int, dict[str, str], bytes]:
        self.asked.append((path, headers, body))
        if self.script:
            return self.script.pop(0)
        rows = [
            {"object": "embedding", "index": at, "embedding": [float(len(text)), 3.0, 0.0]}
            for at, text in enumerate(body["input"])
        ]
        return 200, {}, json.dumps({"object": "list", "data": rows[::-1]}).encode()


@contextmanager
def serving() -> Iterator[Server]:
    told = Server()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["content-length"])))
            given = {name.casefold(): value for name, value in self.headers.items()}
            status, headers, answer = told.answer(self.path, given, body)
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("content-length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: object) -> None: ...

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        told.url = f"http://127.0.0.1:{server.server_address[1]}/v1"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield told
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture
def server():
    with serving() as made:
        yield made


@pytest.fixture
def embedder(server):
    return EndpointEmbedder(f"{server.url}/", "nomic", "sk-canary", sleep=lambda _: None)


def test_texts_become_unit_vectors_in_their_order(server, embedder):
    kept: Embedder = embedder

    made = kept.encode(["four", "a", "seven letters"])

    assert made.dtype == np.float32
    assert np.allclose(np.linalg.norm(made, axis=1), 1)
    assert np.allclose(made[0], [0.8, 0.6, 0])
    path, headers, body = server.asked[0]
    assert path == "/v1/embeddings"
    assert headers["authorization"] == "Bearer sk-canary"
    assert body == {
        "model": "nomic",
        "input": ["four", "a", "seven letters"],
        "encoding_format": "float",
    }


def test_many_texts_go_in_batches(server, embedder):
    assert embedder.encode(["x"] * 150).shape == (150, 3)
    assert [len(body["input"]) for _, _, body in server.asked] == [64, 64, 22]
    assert embedder.encode([]).shape == (0, 1)


def test_a_server_that_is_busy_is_asked_again_and_then_told(server, embedder):
    server.script = [(503, {}, b""), (429, {"retry-after": "1"}, b"")]
    assert len(embedder.encode(["x"])) == 1

    server.script = [(429, {"retry-after": "3600"}, b"")]
    with pytest.raises(errors.Unavailable, match="429") as told:
        embedder.encode(["x"])
    assert told.value.retry_after_s == 3600
    assert len(server.asked) == 4


@pytest.mark.parametrize("status", [400, 401, 404])
def test_a_refused_key_or_model_is_for_a_person(server, embedder, status):
    server.script = [(status, {}, b"{}")]

    with pytest.raises(errors.Misconfigured, match=r"knowledge\.embedder"):
        embedder.encode(["x"])


@pytest.mark.parametrize(
    "body",
    [b"not json", b"{}", b"[]", b'{"data": []}', b'{"data": [{"index": 0, "embedding": ["a"]}]}',
     b'{"data": [{"index": 0, "embedding": [NaN, 1]}]}',
     b'{"data": [{"index": 0, "embedding": []}]}'],
)  # fmt: skip
def test_an_answer_that_is_no_embedding_is_no_vector(server, embedder, body):
    server.script = [(200, {}, body)] * 3

    with pytest.raises(errors.Unavailable, match="no embedding"):
        embedder.encode(["x"])


def test_nobody_there_is_said_without_the_key():
    with serving() as gone:
        embedder = EndpointEmbedder(gone.url, "nomic", "sk-canary", sleep=lambda _: None)

    with pytest.raises(errors.Unavailable, match="does not answer") as told:
        embedder.encode(["x"])
    assert "sk-canary" not in str(told.value) + repr(embedder) + embedder.name
