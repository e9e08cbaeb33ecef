"""Meta's Graph API as a WhatsApp sender meets it, over real sockets, misbehaving on script.

In a test: `async with graph_api.running() as graph`. As a process of its own:

    python -m tests.fakes.graph_api --port 0 [--callback URL]

prints `{"port": ...}`; `GET /_control` gives what was accepted, refused and marked as read;
`POST /_control` takes `{"script": [...], "callback": url, "statuses": [...], "reset": true}`.

A script is a list of moves; each move is used by the next request it is meant for:

    {"do": "error", "status": 400, "code": 131047, "retry_after": 7, "transient": true}
    {"do": "accept_then", "status": 500, "code": 131000}     accepted, answered as a failure
    {"do": "accept_then_cut"} {"do": "cut"} {"do": "garbage"} {"do": "slow", "s": 3}
    {"do": "fail_later", "code": 131026}                     200, then a failed status
    {"do": "answer", "status": 503, "body": "<html>"}        not accepted, no error object

Moves are for sent messages, unless they say `"on": "media"`, `"read"`, `"get"` or `"file"`;
`"times": 3` repeats one.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import hashlib
import json
import sys
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx

from tests.fakes import graph_contract, whatsapp
from tests.fakes.graph_replies import error, form_of, scripted
from tests.fakes.web import CUT, Cut, Drip, Reply, Request, Site, as_json, serving

Move = Mapping[str, Any]
Said = Reply | Drip | Cut


@dataclass(frozen=True, slots=True)
class Accepted:
    """A message the fake has taken, whatever it answered."""

    id: str
    key: str | None
    to: str
    body: dict[str, Any]


@dataclass(slots=True)
class GraphApi:
    """What the fake knows and remembers.

    Attributes:
        callback: Our webhook: every accepted message is followed by signed `statuses` to it.
        statuses: Which, in order; repeats and wrong order are sent as written.
    """

    token: str = whatsapp.ACCESS_TOKEN
    number: str = whatsapp.NUMBER
    business: str = whatsapp.BUSINESS
    app_secret: str = whatsapp.APP_SECRET
    subscribed: int = 1
    callback: str | None = None
    statuses: list[str] = field(default_factory=lambda: ["sent", "delivered", "read"])
    script: list[dict[str, Any]] = field(default_factory=list)
    accepted: list[Accepted] = field(default_factory=list)
    refused: list[dict[str, Any]] = field(default_factory=list)
    read: list[dict[str, Any]] = field(default_factory=list)
    files: dict[str, tuple[str, str, bytes]] = field(default_factory=dict)
    undelivered: list[str] = field(default_factory=list)
    site: Site | None = None
    _calls: set[asyncio.Task[None]] = field(default_factory=set)
    _now: int = whatsapp.SENT_AT

    @property
    def url(self) -> str:
        assert self.site is not None
        return self.site.url

    def then(self, do: str, **how: Any) -> None:
        """Add a move to the script."""
        self.script.append({"do": do, **how})

    def put_file(self, content: bytes, media_type: str = "image/jpeg", name: str = "file") -> str:
        """Keep a file as if a contact had sent it; gives its media id."""
        media_id = str(10_000_000 + len(self.files))
        self.files[media_id] = (name, media_type, content)
        return media_id

    async def settled(self) -> None:
        """Wait until every status has been delivered to the callback."""
        while self._calls:
            await asyncio.gather(*self._calls)
            await asyncio.sleep(0)  # gather gives back at once where all have ended, from 3.12 on

    # -- the API -----------------------------------------------------------------------------------

    async def handle(self, request: Request) -> Said:
        """Answer a request."""
        if request.path == "/_control":
            return self._control(request)
        version, _, path = request.path.lstrip("/").partition("/")
        if version == "files":
            return await self._moved("file", request, path)
        if not version.startswith("v"):
            return error(404, 2500, "Unknown path components")
        if request.headers.get("authorization") != f"Bearer {self.token}":
            return self._refuse(request, error(401, 190, "Error validating access token", sub=463))
        if path == f"{self.number}/messages" and request.method == "POST":
            kind = "read" if _is_read(request) else "messages"
            return await self._moved(kind, request, path)
        if path == f"{self.number}/media" and request.method == "POST":
            return await self._moved("media", request, path)
        if request.method == "GET":
            return await self._moved("get", request, path)
        return self._refuse(request, error(400, 100, "Unsupported post request.", sub=33))

    async def _moved(self, kind: str, request: Request, path: str) -> Said:
        """Answer as the script says, or as the real one would."""
        move = self._next(kind)
        do = move.get("do")
        if do == "slow":
            await asyncio.sleep(float(move["s"]))
        if do == "cut":
            return CUT
        if do == "error":
            return self._refuse(request, scripted(move))
        if do == "answer":
            return Reply(int(move["status"]), str(move.get("body", "")).encode())
        said = {
            "messages": self._take,
            "read": self._mark,
            "media": self._upload,
            "get": self._get,
            "file": self._file,
        }[kind](request, path, move)
        if isinstance(said, Reply) and said.status == 200:
            if do == "accept_then":
                return scripted(move)
            if do == "accept_then_cut":
                return CUT
            if do == "garbage":
                return Reply(200, str(move.get("body", '{"ok"')).encode())
        return said

    def _next(self, kind: str) -> Move:
        for position, move in enumerate(self.script):
            if move.get("on", "messages") == kind:
                move["times"] = int(move.get("times", 1)) - 1
                if move["times"] <= 0:
                    del self.script[position]
                return move
        return {}

    def _take(self, request: Request, _path: str, move: Move) -> Said:
        try:
            body = request.json
            found = graph_contract.problems(body)
        except (ValueError, KeyError, TypeError) as wrong:
            body, found = {}, [f"unreadable: {wrong!r}"]
        if found:
            return self._refuse(request, error(400, 100, "; ".join(found)), found)
        to = body.get("to") or body["recipient"]
        taken = Accepted(
            f"wamid.OUT{len(self.accepted) + 1:010d}",
            body.get("biz_opaque_callback_data"),
            str(to).removeprefix("+"),
            body,
        )
        self.accepted.append(taken)
        self._report(taken, move.get("code") if move.get("do") == "fail_later" else None)
        contact = {"user_id": to} if "recipient" in body else {"wa_id": taken.to}
        return as_json(
            {
                "messaging_product": "whatsapp",
                "contacts": [{"input": to, **contact}],
                "messages": [{"id": taken.id}],
            }
        )

    def _mark(self, request: Request, _path: str, _move: Move) -> Said:
        found = graph_contract.problems(request.json)
        if found:
            return self._refuse(request, error(400, 100, "; ".join(found)), found)
        self.read.append(request.json)
        return as_json({"success": True})

    def _upload(self, request: Request, _path: str, _move: Move) -> Said:
        form = form_of(request)
        name, media_type, content = form.get("file", ("", "", b""))
        if form.get("messaging_product", ("", "", b""))[2] != b"whatsapp" or not content:
            return self._refuse(request, error(400, 100, "(#100) Param file must be a file"))
        if media_type not in graph_contract.UPLOADED:
            says = f"(#100) Param file must be a file with one of the following types; {media_type}"
            return self._refuse(request, error(400, 100, says))
        return as_json({"id": self.put_file(content, media_type, name)})

    def _get(self, request: Request, path: str, _move: Move) -> Said:
        if path == self.number:
            return as_json(
                {
                    "id": self.number,
                    "display_phone_number": "+1 555-078-3881",
                    "verified_name": "Jasper's Market",
                    "quality_rating": "GREEN",
                }
            )
        if path == f"{self.business}/subscribed_apps":
            apps = [{"whatsapp_business_api_data": {"id": "1", "name": "Frontdesk"}}]
            return as_json({"data": apps * self.subscribed})
        if path in self.files:
            _, media_type, content = self.files[path]
            return as_json(
                {
                    "messaging_product": "whatsapp",
                    "url": f"{self.url}/files/{path}",
                    "mime_type": media_type,
                    "sha256": hashlib.sha256(content).hexdigest(),
                    "file_size": str(len(content)),
                    "id": path,
                }
            )
        says = f"Unsupported get request. Object with ID '{path}' does not exist"
        return self._refuse(request, error(400, 100, says, sub=33))

    def _file(self, request: Request, path: str, move: Move) -> Said:
        if move.get("do") == "redirect":
            return Reply(302, b"", {"location": str(move["to"])})
        if request.headers.get("authorization") != f"Bearer {self.token}":
            return Reply(401)
        if path not in self.files:
            return Reply(404)
        _, media_type, content = self.files[path]
        return Reply(200, content, {"content-type": media_type})

    def _refuse(self, request: Request, said: Reply, found: list[str] | None = None) -> Reply:
        self.refused.append(
            {
                "method": request.method,
                "path": request.path,
                "answer": json.loads(said.body or b"null"),
                "problems": found or [],
            }
        )
        return said

    # -- what follows ------------------------------------------------------------------------------

    def _report(self, taken: Accepted, code: int | None) -> None:
        if self.callback is None:
            return
        task = asyncio.ensure_future(self._call_back(taken, code))
        self._calls.add(task)
        task.add_done_callback(self._calls.discard)

    async def _call_back(self, taken: Accepted, code: int | None) -> None:
        kinds = ["failed"] if code is not None else self.statuses
        async with httpx.AsyncClient(trust_env=False, timeout=30) as client:
            for kind in kinds:
                self._now += 1
                told = whatsapp.status(
                    kind, taken.id, key=taken.key, recipient=taken.to, at=self._now, code=code
                )
                body = whatsapp.webhook(whatsapp.value(statuses=[told], number=self.number))
                await self._deliver(client, body)

    async def _deliver(self, client: httpx.AsyncClient, body: bytes) -> None:
        """Post a webhook as Meta does: again and again until it is taken."""
        assert self.callback is not None
        headers = {"content-type": "application/json", **whatsapp.signature(body, self.app_secret)}
        answer = "nothing"
        for attempt in range(200):
            try:
                response = await client.post(self.callback, content=body, headers=headers)
                if response.status_code < 300:
                    return
                answer = str(response.status_code)
            except httpx.HTTPError as wrong:
                answer = type(wrong).__name__
            await asyncio.sleep(min(0.05 * (attempt + 1), 1))
        self.undelivered.append(answer)

    def _control(self, request: Request) -> Reply:
        if request.method == "POST":
            told = request.json
            if told.get("reset"):
                self.script.clear()
                self.accepted.clear()
                self.refused.clear()
                self.read.clear()
            self.script += told.get("script", [])
            self.callback = told.get("callback", self.callback)
            self.statuses = told.get("statuses", self.statuses)
            self.token = told.get("token", self.token)
        return as_json(
            {
                "accepted": [
                    {"id": it.id, "key": it.key, "to": it.to, "body": it.body}
                    for it in self.accepted
                ],
                "refused": self.refused,
                "read": self.read,
                "script": self.script,
                "calling_back": len(self._calls),
                "undelivered": self.undelivered,
            }
        )


@contextlib.asynccontextmanager
async def running(port: int = 0, **how: Any) -> AsyncIterator[GraphApi]:
    """Run the fake until the block ends."""
    graph = GraphApi(**how)
    async with serving(graph.handle, port=port) as site:
        graph.site = site
        try:
            yield graph
        finally:
            for task in list(graph._calls):
                task.cancel()
            await asyncio.gather(*graph._calls, return_exceptions=True)


def _is_read(request: Request) -> bool:
    try:
        return bool(request.json.get("status") == "read")
    except (ValueError, AttributeError):
        return False


async def _main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--callback")
    given = parser.parse_args()
    async with running(given.port, callback=given.callback) as graph:
        assert graph.site is not None
        sys.stdout.write(json.dumps({"port": graph.site.port}) + "\n")
        sys.stdout.flush()
        await asyncio.Event().wait()


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_main())
