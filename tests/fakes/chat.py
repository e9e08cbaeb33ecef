"""An appliance for the web chat, in memory: it answers by a script and can misbehave on request."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse, Response
from granian.constants import HTTPModes, Interfaces
from granian.server.embed import Server
from ruamel.yaml import YAML

from appliance.api import chat, chat_limits, problems
from appliance.api.chat_shapes import Mode
from appliance.config import model
from appliance.connectors.messages import File, InboundMessage
from appliance.conversation import hub
from appliance.core import crypto, ids
from appliance.core.clock import Clock, SystemClock
from appliance.core.settings import Settings
from tests.fakes.running import ROOT, wait_for

MONDAY = datetime(2026, 11, 16, 15, tzinfo=UTC)
CALENDAR = b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n"


@dataclass
class HandClock:
    """A clock that moves when told to."""

    at: datetime = MONDAY
    ticks: float = 0.0

    def now(self) -> datetime:
        return self.at

    def monotonic(self) -> float:
        return self.ticks

    def pass_(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)
        self.ticks += seconds


@dataclass(frozen=True)
class Said:
    seq: int
    id: str
    role: str
    text: str
    at: datetime
    quick_replies: tuple[str, ...] = ()
    citations: tuple[str, ...] = ()
    files: tuple[File, ...] = ()
    turn_id: str | None = None
    provider_id: str | None = None


@dataclass(frozen=True)
class Told:
    messages: list[Said]
    state: str


@dataclass(frozen=True)
class Received:
    message_id: str
    seq: int
    repeated: bool


@dataclass(frozen=True)
class Answer:
    """What the bot says: the words in chunks, `pause_s` apart."""

    text: str
    pause_s: float = 0.0
    quick_replies: tuple[str, ...] = ()
    citations: tuple[str, ...] = ()
    files: tuple[File, ...] = ()
    role: str = "bot"
    reset_first: bool = False
    """Whether a wrong start is shown until `go_on` is called, and then taken back."""
    hold: str = ""
    """Words to stop after until `go_on` is called."""


@dataclass
class Talk:
    said: list[Said] = field(default_factory=list)
    state: str = "open"
    listeners: list[asyncio.Queue[dict[str, Any]]] = field(default_factory=list)


class Dropped(Exception):  # noqa: N818 - what happens, not an error
    """The line is cut."""


@cache
def _sample() -> dict[str, Any]:
    loaded: dict[str, Any] = YAML(typ="safe").load((ROOT / "bot_config.yaml").read_text("utf-8"))
    return loaded


def sample_config(*, allowed_origins: tuple[str, ...] = (), **changes: Any) -> model.BotConfig:
    """Give the sample business, with sections changed."""
    raw = _sample() | changes
    workflow = raw["workflow"] | {
        "integrations": {
            "input_channels": [{"type": "web_chat", "allowed_origins": list(allowed_origins)}]
        }
    }
    return model.BotConfig.model_validate(raw | {"workflow": workflow})


class ChatBox:
    """A ChatAppliance. Faults are fields to set; `posts` counts what was recorded."""

    def __init__(
        self,
        *,
        config: model.BotConfig | None = None,
        clock: Clock | None = None,
        answer: Callable[[str], Answer | None] | None = None,
        settings: Settings | None = None,
    ) -> None:
        self.config: model.BotConfig | None = config or sample_config()
        self.problems: list[str] = []
        self.clock: Clock = clock or SystemClock()
        self.keyring = crypto.Keyring(b"k" * 32)
        self.settings = settings or Settings(port=8080)
        self.draining = asyncio.Event()
        self.answer = answer or (lambda text: Answer(f"You said: {text}"))
        self.talks: dict[str, Talk] = {}
        self.posts: Counter[str] = Counter()
        self.files = {"demo": ("Demo, 19 November.ics", "text/calendar", CALENDAR)}
        self.basic = True
        self.is_open = True
        self.names_clients = True
        self.repeats_events = False
        self.refusals: list[Exception] = []
        self.lost_replies = 0
        self._taken: dict[str, Said] = {}
        self._gate = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()

    def mode(self) -> Mode:
        return "basic" if self.basic else "model"

    def open_now(self) -> bool:
        return self.is_open

    def file(self, file_id: str) -> tuple[str, str, bytes] | None:
        return self.files.get(file_id)

    async def receive(self, message: InboundMessage) -> Received:
        if self.refusals:
            raise self.refusals.pop(0)
        if earlier := self._taken.get(message.provider_id):
            return Received(earlier.id, earlier.seq, repeated=True)
        self.posts[message.text] += 1
        said = self.say(message.sender, message.text, role="contact", name=message.provider_id)
        self._taken[message.provider_id] = said
        self._start(self._reply(message.sender, message.text))
        if self.lost_replies:
            self.lost_replies -= 1
            raise Dropped
        return Received(said.id, said.seq, repeated=False)

    def history(self, kind: str, value: str, *, after: int, limit: int) -> Told:
        assert kind == "visitor"
        talk = self.talks.get(value, Talk())
        found = [said for said in talk.said if said.seq > after]
        return Told(found[:limit], talk.state)

    @contextlib.asynccontextmanager
    async def subscribe(self, visitor: str) -> AsyncIterator[Line]:
        queue: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        listeners = self.talk(visitor).listeners
        listeners.append(queue)
        try:
            yield Line(queue)
        finally:
            listeners.remove(queue)

    def talk(self, visitor: str) -> Talk:
        return self.talks.setdefault(visitor, Talk())

    def only_visitor(self) -> str:
        """Name the visitor who has written or listens; there must be one."""
        (visitor,) = self.talks
        return visitor

    def say(
        self,
        visitor: str,
        text: str,
        *,
        role: str = "bot",
        name: str | None = None,
        answer: Answer | None = None,
        turn: str | None = None,
        at: datetime | None = None,
    ) -> Said:
        """Record a message and tell the listeners."""
        talk = self.talk(visitor)
        said = Said(
            seq=(talk.said[-1].seq if talk.said else 0) + 2,  # places have gaps
            id=ids.new_id(),
            role=role,
            text=text,
            at=at or self.clock.now(),
            quick_replies=answer.quick_replies if answer else (),
            citations=answer.citations if answer else (),
            files=answer.files if answer else (),
            turn_id=turn,
            provider_id=name if self.names_clients else None,
        )
        talk.said.append(said)
        for _ in range(2 if self.repeats_events else 1):
            self.tell(visitor, "message")
        return said

    def tell(self, visitor: str, event: str, **data: Any) -> None:
        for queue in self.talk(visitor).listeners:
            queue.put_nowait({"event": event, "data": data})

    def drop_lines(self) -> None:
        """Cut every stream in the middle."""
        for talk in self.talks.values():
            for queue in talk.listeners:
                queue.put_nowait({"event": "drop", "data": {}})

    def lines(self) -> int:
        return sum(len(talk.listeners) for talk in self.talks.values())

    def go_on(self) -> None:
        self._gate.set()

    async def _reply(self, visitor: str, text: str) -> None:
        answer = self.answer(text)
        if answer is None:
            return
        turn = ids.new_id()
        self.tell(visitor, "typing", on=True)
        if answer.pause_s:
            await asyncio.sleep(answer.pause_s)
        if answer.reset_first:
            self.tell(visitor, "chunk", turn=turn, text="A wrong start")
            await self._gate.wait()
            self.tell(visitor, "reset", turn=turn)
        sent = ""
        for word in answer.text.split(" ") if answer.pause_s or answer.hold else []:
            self.tell(visitor, "chunk", turn=turn, text=f"{word} ")
            sent += f"{word} "
            await asyncio.sleep(answer.pause_s)
            if answer.hold and sent.rstrip().endswith(answer.hold):
                await self._gate.wait()
        self.tell(visitor, "typing", on=False)
        self.say(visitor, answer.text, role=answer.role, answer=answer, turn=turn)

    def _start(self, work: Any) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


@dataclass
class Line:
    """A subscription that can be cut."""

    queue: asyncio.Queue[dict[str, Any]]

    async def get(self) -> Mapping[str, Any]:
        event = await self.queue.get()
        if event["event"] == "drop":
            raise Dropped
        if event["event"] == "cut off":
            raise hub.CutOff
        return event


HOST_PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8">
<title>Bright Bakery</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>body{{font:17px/1.6 Georgia,serif;margin:0;color:#333;background:#fdf8f0}}
header{{background:#7a4a21;color:#fff;padding:28px 8vw;font-size:28px}}
main{{padding:30px 8vw;max-width:640px}} div,button{{color:red;font-size:40px}}
a.cta{{background:#7a4a21;color:#fff;padding:10px 18px;border-radius:6px}}</style></head>
<body><header>Bright Bakery</header><main><h1>Bread from a wood oven</h1>
<p>We bake every morning from four, with flour from the mill next door.</p>
<p><a class="cta" href="#order">Order for tomorrow</a></p></main>
<script src="{script}" {data} defer></script></body></html>"""


def application(
    box: ChatBox, *, limits: chat_limits.ChatLimits | None = None, beat_s: float = 1.0
) -> FastAPI:
    """Make an app of the chat alone, and a host page under /host."""
    app = FastAPI()
    problems.install(app)
    app.include_router(chat.router(box, limits=limits, beat_s=beat_s))

    @app.get("/up")
    async def up() -> dict[str, str]:
        return {"status": "up"}

    @app.get("/host")
    async def host(request: Request) -> Response:
        query = request.query_params
        data = f'data-open="{query["open"]}"' if "open" in query else ""
        if "color" in query:
            data += f' data-color="#{query["color"]}"'
        return HTMLResponse(HOST_PAGE.format(script=query["script"], data=data))

    return app


@dataclass
class Running:
    """A served box. `call` runs something in the server's loop and gives its result."""

    box: ChatBox
    port: int
    loop: asyncio.AbstractEventLoop

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def foreign(self, **query: str) -> str:
        """The address of a page of another origin that embeds the widget."""
        words = "&".join(f"{name}={value}" for name, value in query.items())
        return f"http://localhost:{self.port}/host?script={self.url}/widget.js&{words}"

    def visitor(self) -> str:
        """Name the only visitor, once their page has found its way here."""
        wait_for(lambda: bool(self.box.talks), 10, "a visitor")
        return self.box.only_visitor()

    def call(self, work: Callable[[], Any]) -> Any:
        async def run() -> Any:
            return work()

        return asyncio.run_coroutine_threadsafe(run(), self.loop).result(10)


async def _listening(port: int, serving: asyncio.Task[None]) -> None:
    while not serving.done():
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            await asyncio.sleep(0.02)
        else:
            writer.close()
            return
    await serving  # tells why


@contextlib.contextmanager
def served(
    make: Callable[[], ChatBox], *, port: int, limits: chat_limits.ChatLimits | None = None
) -> Iterator[Running]:
    """Serve a box on a real socket in a thread until the block ends."""
    ready = threading.Event()
    running: list[Running] = []
    ended = asyncio.Event()

    async def serve() -> None:
        box = make()
        server = Server(
            application(box, limits=limits),
            address="127.0.0.1",
            port=port,
            interface=Interfaces.ASGINL,
            http=HTTPModes.http1,
            log_enabled=False,
        )
        serving = asyncio.create_task(server.serve())
        running.append(Running(box, port, asyncio.get_running_loop()))
        await _listening(port, serving)
        ready.set()
        await ended.wait()
        box.draining.set()
        await asyncio.sleep(0.1)
        server.stop()
        await serving

    thread = threading.Thread(target=asyncio.run, args=(serve(),), daemon=True)
    thread.start()
    assert ready.wait(20)
    try:
        yield running[0]
    finally:
        running[0].loop.call_soon_threadsafe(ended.set)
        thread.join(10)
