"""Nothing leaves the box unasked: only the provider's address is ever connected to."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from tests.fakes.running import environment

PROGRAM = """
import asyncio, json, socket, sys

tried = []


def watch(event, arguments):
    if event == "socket.connect":
        tried.append(str(arguments[1]))
    elif event in {"socket.getaddrinfo", "socket.gethostbyname"}:
        tried.append(str(arguments[0]))


sys.addaudithook(watch)

import appliance
from langsmith.utils import tracing_is_enabled
from tests.fakes.asking import Asking, DIALECTS
from tests.fakes.clock import FakeClock
from tests.fakes.model_script import Step, always
from tests.fakes.model_server import ModelServer
from tests.models.talk import NOW


async def main():
    answers = []
    async with ModelServer(always(Step(text="Hello there."))) as server:
        for dialect in ("openai_compatible", *DIALECTS):
            asked = Asking(FakeClock(NOW))
            asked.add(dialect, server)
            answers.append((await asked.ask()).content)
            await asked.close()
        port = server.port
        leaked = [name for one in server.requests for name, value in one.headers.items()
                  if "wrong" in value]
    await asyncio.sleep(0.3)  # tracers and telemetry would send from threads of their own
    own = f"('127.0.0.1', {port})"
    foreign = [one for one in tried if one not in {own, "127.0.0.1", "b'127.0.0.1'"}]
    own_seen = own in tried
    print(json.dumps([answers, own_seen, foreign, leaked, tracing_is_enabled()]))


asyncio.run(main())
"""


def test_only_the_providers_own_address_is_connected_to_whatever_the_environment_says(
    tmp_path: Path,
) -> None:
    hostile = {
        "LANGSMITH_TRACING": "true",
        "LANGSMITH_TRACING_V2": "true",
        "LANGCHAIN_TRACING": "true",
        "LANGCHAIN_TRACING_V2": "true",
        "LANGSMITH_GATEWAY": "true",
        "LANGSMITH_API_KEY": "ls-key",
        "LANGCHAIN_API_KEY": "ls-key",
        "LANGSMITH_ENDPOINT": "http://192.0.2.1:9",
        "OPENAI_BASE_URL": "http://192.0.2.2:9",
        "OPENAI_API_KEY": "wrong",
        "OPENAI_ORG_ID": "org-wrong",
        "OPENAI_PROJECT_ID": "project-wrong",
        "OPENAI_CUSTOM_HEADERS": "x-more: wrong",
        "ANTHROPIC_CUSTOM_HEADERS": "x-more: wrong",
        "ANTHROPIC_BASE_URL": "http://192.0.2.3:9",
        "ANTHROPIC_API_URL": "http://192.0.2.3:9",
        "ANTHROPIC_AUTH_TOKEN": "wrong",
        "GOOGLE_API_KEY": "wrong",
        "GOOGLE_GEMINI_BASE_URL": "http://192.0.2.4:9",
        "GOOGLE_GENAI_USE_VERTEXAI": "true",
        "TIKTOKEN_CACHE_DIR": str(tmp_path),
    }
    proxies = {name for name in os.environ if name.lower().endswith("_proxy")}
    clean = {k: v for k, v in environment(tmp_path, 0).items() if k not in proxies}

    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", PROGRAM],
        env={**clean, **hostile},
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        timeout=110,
        check=False,
    )

    assert done.returncode == 0, done.stderr[-3000:]
    answers, own_seen, foreign, leaked, traces = json.loads(done.stdout.splitlines()[-1])
    assert answers == ["Hello there."] * 4
    assert own_seen
    assert foreign == []
    assert leaked == [], "a key or name of the environment was sent along"
    assert traces is False


def test_a_provider_nobody_named_is_not_imported() -> None:
    program = (
        "import sys, appliance\n"
        "from appliance.assembly import house\n"
        "libraries = ('openai', 'anthropic', 'google.genai', 'tiktoken')\n"
        "print([name for name in libraries if name in sys.modules])\n"
    )

    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        timeout=110,
        check=True,
    )

    assert done.stdout.strip() == "[]"
