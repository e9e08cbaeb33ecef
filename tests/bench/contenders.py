"""Servers that hold the same conversation over HTTP: ours and its peers, each with its client."""

from __future__ import annotations

import asyncio
import contextlib
import json
import shutil
import subprocess
import sys
import time
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from tests.bench import environments
from tests.bench.houses import ROOT, SCRIPTED, TOOLS
from tests.bench.line import Line
from tests.bench.scripted import QUESTION
from tests.fakes.running import environment, free_port, wait_for

_RIVALS = Path(__file__).resolve().parent / "rivals"
_QUIET = {"LANGSMITH_TRACING": "false", "LANGGRAPH_CLI_NO_ANALYTICS": "1", "LOG_LEVEL": "ERROR"}

Turn = Callable[[], Awaitable[object]]
Open = Callable[[int], contextlib.AbstractAsyncContextManager[Turn]]


@dataclass(frozen=True, eq=False)
class Contender:
    """A server to start, and how one conversation with it goes.

    Attributes:
        needs: The environment it runs in; empty for our own.
        command: Gives the command line for a Python, a port and a folder.
        open: Opens a conversation on a port and gives what takes one turn.
        talker: For a protocol of its own: a client program in its environment.
    """

    name: str
    command: Callable[[Path, int], list[str]]
    open: Open | None = None
    needs: str = ""
    env: Mapping[str, str] = field(default_factory=dict)
    talker: str = ""


@dataclass(frozen=True)
class Server:
    """A contender that runs."""

    process: psutil.Process
    port: int
    python: Path

    @property
    def tree(self) -> list[psutil.Process]:
        return [self.process, *self.process.children(recursive=True)]

    def cpu_s(self) -> float:
        times = [each.cpu_times() for each in self.tree]
        return sum(each.user + each.system for each in times)

    def rss(self) -> int:
        return sum(each.memory_info().rss for each in self.tree)


@contextmanager
def started(contender: Contender, folder: Path) -> Iterator[Server]:
    """Start a contender in an empty folder and wait until it answers HTTP.

    Raises:
        NotInstalled: its environment cannot be had.
    """
    own = not contender.needs
    python = Path(sys.executable) if own else environments.python_of(contender.needs)
    port = free_port()
    for source in _RIVALS.glob("*"):
        if source.is_file():
            shutil.copy(source, folder)
    (folder / "bot_config.yaml").write_text(SCRIPTED, "utf-8")
    env = environment(
        folder,
        port,
        config=folder / "bot_config.yaml",
        tools_dir=TOOLS,
        connections_per_address=100_000,
        log_level="warning",
    )
    with (folder / "log.txt").open("wb") as log:
        process = subprocess.Popen(
            contender.command(python, port),
            cwd=ROOT if own else folder,
            env=env | dict(contender.env) | ({} if own else {"PYTHONPATH": str(folder)}),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
        server = Server(psutil.Process(process.pid), port, python)
        try:
            wait_for(lambda: _answers(port), 120, f"{contender.name} answers")
            yield server
        finally:
            _stop(process, server)


def _answers(port: int) -> bool:
    async def ask() -> bool:
        line = Line(port)
        with contextlib.suppress(OSError, asyncio.IncompleteReadError, TimeoutError):
            try:
                await asyncio.wait_for(line.get("/ok"), 5)
            except Exception as wrong:
                return not isinstance(wrong, OSError | asyncio.IncompleteReadError | TimeoutError)
            return True
        return False

    return asyncio.run(ask())


def _stop(process: subprocess.Popen[bytes], server: Server) -> None:
    tree = server.tree if process.poll() is None else []
    for each in reversed(tree):
        with contextlib.suppress(psutil.NoSuchProcess):
            each.terminate()
    _, late = psutil.wait_procs(tree, timeout=20)
    for each in late:
        with contextlib.suppress(psutil.NoSuchProcess):
            each.kill()
    process.wait()


# -- conversations -------------------------------------------------------------------------------


def _posting(path: str, **more: str) -> Open:
    @asynccontextmanager
    async def opened(port: int) -> AsyncIterator[Turn]:
        line, session = Line(port), uuid.uuid4().hex

        async def turn() -> None:
            told = await line.post(path, {"session": session, "text": QUESTION, **more})
            assert b"twelve people" in told, told[:200]

        yield turn
        line.close()

    return opened


@asynccontextmanager
async def _web_chat(port: int) -> AsyncIterator[Turn]:
    """A visitor: one connection to post on, one on which the events stream."""
    line, events = Line(port), Line(port)
    token = json.loads(await line.post("/v1/chat/visitors", {}))["token"]
    mine = {"Authorization": f"Bearer {token}"}
    replied = asyncio.Event()

    async def listen() -> None:
        async for chunk in events.stream("/v1/chat/stream", mine):
            if b"event: message" in chunk and b'"from":"bot"' in chunk:
                replied.set()

    listening = asyncio.create_task(listen())

    async def turn() -> None:
        replied.clear()
        await line.post("/v1/chat/messages", {"id": uuid.uuid4().hex, "text": QUESTION}, mine)
        await replied.wait()

    yield turn
    listening.cancel()
    await asyncio.gather(listening, return_exceptions=True)
    line.close()
    events.close()


@asynccontextmanager
async def _langgraph_thread(port: int) -> AsyncIterator[Turn]:
    line = Line(port)
    thread = json.loads(await line.post("/threads", {}))["thread_id"]
    said = {"messages": [{"role": "user", "content": QUESTION}]}

    async def turn() -> None:
        asked = {"assistant_id": "agent", "input": said}
        told = await line.post(f"/threads/{thread}/runs/wait", asked)
        assert b"twelve people" in told, told[:200]

    yield turn
    line.close()


# -- who they are --------------------------------------------------------------------------------


def _uvicorn(python: Path, port: int) -> list[str]:
    return [str(python), "-m", "uvicorn", "tutorial:app", "--port", str(port),
            "--no-access-log", "--log-level", "warning"]  # fmt: skip


def _ours(python: Path, port: int) -> list[str]:
    return [str(python), "-m", "tests.bench.serving"]


def _langgraph(python: Path, port: int) -> list[str]:
    return [str(python.with_name("langgraph")), "dev", "--port", str(port), "--no-browser",
            "--no-reload"]  # fmt: skip


def _chainlit(python: Path, port: int) -> list[str]:
    return [str(python.with_name("chainlit")), "run", "chainlit_app.py", "--headless",
            "--port", str(port)]  # fmt: skip


OURS = Contender("appliance, one request", _ours, _posting("/bench/turn"))
CHAT = Contender("appliance, web chat and its stream", _ours, _web_chat)
DURABLE = Contender(
    "tutorial, AsyncSqliteSaver", _uvicorn, _posting("/chat"), "tutorial", {"SAVER": "sqlite"}
)
FORGETFUL = Contender(
    "tutorial, InMemorySaver", _uvicorn, _posting("/chat"), "tutorial", {"SAVER": "memory"}
)
LANGGRAPH = Contender("langgraph dev", _langgraph, _langgraph_thread, "langgraph dev", _QUIET)
CHAINLIT = Contender("Chainlit", _chainlit, None, "chainlit", {}, "chainlit_talk.py")


async def level(
    contender: Contender, server: Server, at_once: int, seconds: float
) -> tuple[list[float], float]:
    """Hold `at_once` conversations for a while; gives each turn's seconds, and the server's CPU."""
    if contender.open is None:
        return await _talked(contender, server, at_once, seconds)
    async with contextlib.AsyncExitStack() as stack:
        turns = [await stack.enter_async_context(contender.open(server.port))
                 for _ in range(at_once)]  # fmt: skip
        await asyncio.gather(*(turn() for turn in turns))
        took: list[float] = []
        before, end = server.cpu_s(), time.perf_counter() + seconds

        async def talk(turn: Turn) -> None:
            while (began := time.perf_counter()) < end:
                await turn()
                took.append(time.perf_counter() - began)

        await asyncio.gather(*(talk(turn) for turn in turns))
        return took, server.cpu_s() - before


async def _talked(
    contender: Contender, server: Server, at_once: int, seconds: float
) -> tuple[list[float], float]:
    program = await asyncio.create_subprocess_exec(
        str(server.python), str(_RIVALS / contender.talker),
        *map(str, (server.port, at_once, seconds, QUESTION)),
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, limit=2**24,
    )  # fmt: skip
    assert program.stdout is not None
    begun = await program.stdout.readline()
    assert begun, f"{contender.talker} ended early"
    before = server.cpu_s()
    took = json.loads(await program.stdout.readline())
    spent = server.cpu_s() - before
    await program.wait()
    return took, spent
