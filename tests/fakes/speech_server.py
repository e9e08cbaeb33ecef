"""A speech service on a real socket that speaks Deepgram's, OpenAI's and ElevenLabs' addresses."""

from __future__ import annotations

import base64
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import WSMsgType, web

SOUND = b"".join(place.to_bytes(2, "little") for place in range(4_801))


@dataclass
class SpeechServer:
    """Hears `words`, speaks `SOUND`; refuses by `status`, cuts a stream off where it `breaks`.

    Live, it `refuses` a session by an error, and `fails_turns` so many times.
    """

    words: str = "hello from the caller"
    status: int = 200
    breaks: bool = False
    url: str = ""
    keys: list[str] = field(default_factory=list)
    asked: list[dict[str, str]] = field(default_factory=list)
    heard_bytes: int = 0
    refuses: dict[str, str] | None = None
    fails_turns: int = 0

    async def hear(self, request: web.Request) -> web.Response:
        self._note(request)
        form = await request.post()
        file = form["file"]
        assert isinstance(file, web.FileField)
        self.heard_bytes += len(file.file.read())
        self.asked.append({name: str(value) for name, value in form.items() if name != "file"})
        return web.json_response({"text": self.words}, status=self.status)

    async def speak(self, request: web.Request) -> web.StreamResponse:
        self._note(request)
        self.asked.append({**await request.json(), **request.query})
        if self.status != 200:
            return web.Response(status=self.status)
        answer = web.StreamResponse()
        await answer.prepare(request)
        for start in range(0, len(SOUND), 1001):  # odd: a sample may come in two halves
            await answer.write(SOUND[start : start + 1001])
            if self.breaks and start > 2000:
                assert request.transport is not None
                request.transport.abort()
                return answer
        await answer.write_eof()
        return answer

    async def live(self, request: web.Request) -> web.StreamResponse:
        """Speak OpenAI's realtime transcription: deltas and the words after each commit."""
        self._note(request)
        if self.status != 200:
            return web.Response(status=self.status)
        line = web.WebSocketResponse()
        await line.prepare(request)
        await line.send_json({"type": "session.created"})
        turn, held = 0, 0
        async for message in line:
            told = json.loads(message.data)
            if told["type"] == "session.update":
                self.asked.append({**request.query, "session": json.dumps(told["session"])})
                if self.refuses:
                    await line.send_json({"type": "error", "error": self.refuses})
            elif told["type"] == "input_audio_buffer.append":
                held += len(base64.b64decode(told["audio"], validate=True))
                if self.breaks:
                    await line.close(code=1011)
            elif told["type"] == "input_audio_buffer.commit":
                turn, self.heard_bytes, held = turn + 1, self.heard_bytes + held, 0
                await self._transcribed(line, f"item_{turn}")
        return line

    async def _transcribed(self, line: web.WebSocketResponse, item: str) -> None:
        heard = "conversation.item.input_audio_transcription"
        about = {"item_id": item, "content_index": 0}
        await line.send_str("not json")
        await line.send_json({"type": "input_audio_buffer.committed", "item_id": item})
        if self.fails_turns:
            self.fails_turns -= 1
            error = {"code": "audio_unintelligible", "message": "It cannot be understood."}
            await line.send_json({"type": f"{heard}.failed", **about, "error": error})
            return
        for word in self.words.split(" "):
            await line.send_json({"type": f"{heard}.delta", **about, "delta": f"{word} "})
        await line.send_json({"type": f"{heard}.completed", **about, "transcript": self.words})

    async def listen(self, request: web.Request) -> web.StreamResponse:
        self._note(request)
        if self.status != 200:
            return web.Response(status=self.status)
        self.asked.append(dict(request.query))
        line = web.WebSocketResponse()
        await line.prepare(request)
        async for message in line:
            if message.type is WSMsgType.BINARY:
                self.heard_bytes += len(message.data)
                if self.breaks:
                    await line.close(code=1011)
            elif json.loads(message.data)["type"] == "Finalize":
                await line.send_str("not json")
                for words, is_final in (("hello", False), (self.words, True), ("", True)):
                    best = {"transcript": words, "confidence": 0.9}
                    told = {"type": "Results", "is_final": is_final}
                    await line.send_json({**told, "channel": {"alternatives": [best]}})
            elif json.loads(message.data)["type"] == "CloseStream":
                await line.close()
        return line

    def _note(self, request: web.Request) -> None:
        given = request.headers
        self.keys.append(str(given.get("xi-api-key") or given.get("authorization")))


@asynccontextmanager
async def speech_server() -> AsyncIterator[SpeechServer]:
    """Serve until the block ends."""
    server = SpeechServer()
    app = web.Application()
    app.router.add_post("/audio/transcriptions", server.hear)
    app.router.add_post("/v1/speech-to-text", server.hear)
    for path in ("/audio/speech", "/v1/speak", "/v1/text-to-speech/{voice}/stream"):
        app.router.add_post(path, server.speak)
    app.router.add_get("/v1/listen", server.listen)
    app.router.add_get("/realtime", server.live)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    server.url = str(site.name)
    try:
        yield server
    finally:
        await runner.cleanup()
