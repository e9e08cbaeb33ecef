"""Offers messages over HTTP at given moments, whether or not the server keeps up."""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.bench.houses import SCRIPTED, TOOLS
from tests.bench.line import Failed, Line
from tests.bench.scripted import QUESTION
from tests.fakes import whatsapp
from tests.fakes.running import Running, running, wait_for

LINES = 256
# The bursts speak WhatsApp. Nothing listens where its replies would go: none is ever ready to go.
_CHANNELS = "{input_channels: [{type: web_chat, allowed_origins: []}]}"
_WITH_WHATSAPP = (
    "{input_channels: [{type: web_chat, allowed_origins: []}, {type: whatsapp, "
    f'phone_number_id: "{whatsapp.NUMBER}", base_url: "http://127.0.0.1:9"}}]}}'
)
_SECRETS = {
    "secret_whatsapp_app_secret": whatsapp.APP_SECRET,
    "secret_whatsapp_access_token": whatsapp.ACCESS_TOKEN,
    "secret_whatsapp_verify_token": whatsapp.VERIFY_TOKEN,
}

Request = tuple[str, bytes, dict[str, str]]


@contextlib.contextmanager
def served(folder: Path, *, model_s: float = 0.0, with_whatsapp: bool = False) -> Iterator[Running]:
    """Run the appliance with a scripted model that takes `model_s` a call."""
    assert _CHANNELS in SCRIPTED
    config = SCRIPTED.replace(_CHANNELS, _WITH_WHATSAPP) if with_whatsapp else SCRIPTED
    (folder / "bot_config.yaml").write_text(config, "utf-8")
    with running(
        folder,
        "tests.bench.serving",
        f"--model-s={model_s}",
        config=folder / "bot_config.yaml",
        tools_dir=TOOLS,
        connections_per_address=100_000,
        log_level="error",
        drain_s=1,
        **_SECRETS,
    ) as process:
        wait_for(lambda: _is_ready(process), 120, "the appliance is ready")
        yield process


def _is_ready(process: Running) -> bool:
    with contextlib.suppress(OSError):
        return process.get("/ready", 2)[0] == 200
    return False


def webhook(nth: int) -> Request:
    """Give a signed webhook with one new message of a sender with this number."""
    asked = whatsapp.text(QUESTION, sender=f"{16_500_000_000 + nth}", at=int(time.time()))
    body = whatsapp.webhook(whatsapp.value(messages=[asked]))
    return "/webhooks/whatsapp", body, whatsapp.signature(body)


@dataclass
class Offered:
    """What came of the offered requests: seconds from each one's moment to its answer."""

    acknowledged_s: list[float] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    took_s: float = 0.0


async def offer(port: int, requests: Iterable[tuple[float, Request]]) -> Offered:
    """Post each request at its moment (seconds from now); gives when all are answered."""
    offered, began = Offered(), time.perf_counter()
    lines: asyncio.Queue[Line] = asyncio.Queue()
    for _ in range(LINES):
        lines.put_nowait(Line(port))

    async def post(at: float, request: Request) -> None:
        line = await lines.get()
        try:
            await line.post(request[0], request[1], request[2])
            offered.acknowledged_s.append(time.perf_counter() - began - at)
        except (Failed, OSError, asyncio.IncompleteReadError) as wrong:
            line.close()
            offered.refused.append(str(wrong))
        finally:
            lines.put_nowait(line)

    tasks = []
    for at, request in requests:
        wait_s = began + at - time.perf_counter()
        if wait_s > 0.001:
            await asyncio.sleep(wait_s)
        tasks.append(asyncio.create_task(post(at, request)))
    await asyncio.gather(*tasks)
    offered.took_s = time.perf_counter() - began
    while not lines.empty():
        lines.get_nowait().close()
    return offered


async def chats(port: int, count: int) -> list[dict[str, str]]:
    """Make visitors; gives what each sends along."""
    lines = [Line(port) for _ in range(32)]

    async def make(line: Line, number: int) -> list[dict[str, str]]:
        made = [json.loads(await line.post("/v1/chat/visitors", {})) for _ in range(number)]
        line.close()
        return [{"Authorization": f"Bearer {each['token']}"} for each in made]

    shares = [count // 32 + (nth < count % 32) for nth in range(32)]
    found = await asyncio.gather(*map(make, lines, shares))
    return [each for some in found for each in some]


def said(visitor: dict[str, str], nth: int) -> Request:
    """Give a visitor's message to the web chat."""
    return (
        "/v1/chat/messages",
        json.dumps({"id": f"m{nth}", "text": QUESTION}).encode(),
        visitor,
    )


def figures(process: Running) -> dict[str, Any]:
    """Give the appliance's figures since they were last asked for."""
    status, told = process.get("/bench/figures", 60)
    assert status == 200, told
    found: dict[str, Any] = json.loads(told)
    return found
