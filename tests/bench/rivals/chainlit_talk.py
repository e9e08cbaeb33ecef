"""Chainlit's own client protocol (Socket.IO), in Chainlit's environment.

python chainlit_talk.py PORT AT_ONCE SECONDS QUESTION     prints when it begins, then the
                                                          latencies in seconds, as JSON lines
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
import uuid

import socketio


class Talk:
    def __init__(self, port: int, question: str) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self.question = question
        self.answered = asyncio.Event()
        self.client = socketio.AsyncClient(reconnection=False)
        self.client.on("new_message", self._heard)

    def _heard(self, message: dict[str, object]) -> None:
        if "twelve people" in str(message.get("output")):
            self.answered.set()

    async def open(self) -> None:
        auth = {
            "sessionId": str(uuid.uuid4()),
            "userEnv": "{}",
            "clientType": "webapp",
            "chatProfile": "",
            "threadId": "",
        }
        await self.client.connect(
            self.url,
            socketio_path="/ws/socket.io",
            transports=["websocket"],
            auth=auth,
            wait_timeout=30,
        )
        await self.client.emit("connection_successful")

    async def turn(self) -> float:
        self.answered.clear()
        began = time.perf_counter()
        message = {
            "id": str(uuid.uuid4()),
            "threadId": "",
            "name": "user",
            "type": "user_message",
            "output": self.question,
            "createdAt": "2026-01-01T00:00:00Z",
        }
        await self.client.emit("client_message", {"message": message, "fileReferences": []})
        await asyncio.wait_for(self.answered.wait(), 60)
        return time.perf_counter() - began


async def main(port: int, at_once: int, seconds: float, question: str) -> None:
    talks = [Talk(port, question) for _ in range(at_once)]
    for talk in talks:
        await talk.open()
    await asyncio.gather(*(talk.turn() for talk in talks))
    print(json.dumps("begun"), flush=True)
    end = time.perf_counter() + seconds
    took: list[float] = []

    async def run(talk: Talk) -> None:
        while time.perf_counter() < end:
            took.append(await talk.turn())

    await asyncio.gather(*(run(talk) for talk in talks))
    print(json.dumps(took), flush=True)
    for talk in talks:
        await talk.client.disconnect()


asyncio.run(main(int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]), sys.argv[4]))
