"""An embedding server that keeps what it was asked: every text, as often as it came."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

SIZE = 16


@dataclass
class Embeddings:
    """What was asked of a server at `url`."""

    url: str = ""
    texts: list[str] = field(default_factory=list)


def vector(text: str) -> list[float]:
    """Give a text's vector: the same for the same text, and no other's."""
    return [byte / 255 - 0.5 for byte in hashlib.sha256(text.encode()).digest()[:SIZE]]


@contextmanager
def serving() -> Iterator[Embeddings]:
    """Serve /v1/embeddings as OpenAI does."""
    told = Embeddings()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            texts = json.loads(self.rfile.read(int(self.headers["content-length"])))["input"]
            told.texts += texts
            rows = [
                {"object": "embedding", "index": at, "embedding": vector(text)}
                for at, text in enumerate(texts)
            ]
            answer = json.dumps({"object": "list", "data": rows}).encode()
            self.send_response(200)
            self.send_header("content-length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: object) -> None: ...

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        told.url = f"http://127.0.0.1:{server.server_address[1]}/v1"
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield told
        finally:
            server.shutdown()
            thread.join()
