"""A website on a real socket, in a thread of its own, that answers as told and counts who asks."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Answer:
    body: bytes | str = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)


Pages = dict[str, Any]  # Answer, or Callable[[dict[str, str]], Answer]


@dataclass
class Website:
    """`pages` by path; what is not there is 404. `asked` are the paths in order, with the time."""

    pages: Pages
    port: int = 0
    asked: list[tuple[float, str]] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def paths(self) -> list[str]:
        return [path for _, path in self.asked]


def page(title: str, *links: str, text: str = "", head: str = "") -> Answer:
    """A web page with enough words to be one."""
    anchors = " ".join(f'<a href="{link}">{link}</a>' for link in links)
    words = text or f"Here you read all about {title}, in quite a few words that mean something."
    body = (
        f"<!doctype html><html><head><title>{title}</title>{head}</head><body><nav>{anchors}</nav>"
        f"<main><h1>{title}</h1><p>{words}</p></main></body></html>"
    )
    return Answer(body, headers={"content-type": "text/html; charset=utf-8"})


@contextmanager
def serving(pages: Pages) -> Iterator[Website]:
    site = Website(pages)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            site.asked.append((time.monotonic(), self.path))
            given = {name.casefold(): value for name, value in self.headers.items()}
            found = site.pages.get(self.path, Answer(b"not here", 404))
            answer = found(given) if callable(found) else found
            body = answer.body.encode() if isinstance(answer.body, str) else answer.body
            self.send_response(answer.status)
            for name, value in {"content-type": "text/html", **answer.headers}.items():
                self.send_header(name, value)
            if answer.status != 304:
                self.send_header("content-length", str(len(body)))
            self.end_headers()
            if answer.status != 304:
                self.wfile.write(body)

        def log_message(self, *_: object) -> None: ...

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        site.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield site
        finally:
            server.shutdown()
            thread.join()
