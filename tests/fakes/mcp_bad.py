"""MCP servers that go wrong, without a library so that they start at once.

python mcp_bad.py silent | dies | floods | hangs FOLDER | deaf FOLDER | odd FILE
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

TOOL = {
    "name": "ask",
    "description": "Ask.",
    "inputSchema": {"type": "object", "properties": {"what": {"type": "string"}}},
}


def send(message: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps({"jsonrpc": "2.0", **message}) + "\n")
    sys.stdout.flush()


def serve(tools: list[dict[str, Any]], *, answers: bool) -> None:
    for line in sys.stdin:
        asked = json.loads(line)
        method, number = asked.get("method"), asked.get("id")
        if method == "initialize":
            said = {"name": "bad", "version": "1"}
            version = asked["params"]["protocolVersion"]
            capabilities = {"tools": {"listChanged": True}}
            result = {"protocolVersion": version, "capabilities": capabilities, "serverInfo": said}
            send({"id": number, "result": result})
        elif method == "tools/list":
            send({"id": number, "result": {"tools": tools}})
        elif method == "tools/call" and answers:
            what = json.dumps(asked["params"]["arguments"])
            send({"id": number, "result": {"content": [{"type": "text", "text": what}]}})


def main(how: str, *more: str) -> None:
    if how == "silent":
        for _ in sys.stdin:
            pass
    elif how == "dies":
        sys.exit("no database: set ORDERS_DB")
    elif how == "floods":
        while True:
            sys.stdout.write("Welcome to the orders server!\n" * 1000)
    elif how == "hangs":
        # Deaf to a polite end, with a child of its own that would outlive it.
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
        Path(more[0], "pids").write_text(f"{os.getpid()} {child.pid}")
        serve([TOOL], answers=False)
        time.sleep(600)
    elif how == "odd":
        serve(json.loads(Path(more[0]).read_text()), answers=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
