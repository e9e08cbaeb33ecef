"""The three dialects: reading a request, and writing a step as the pieces of a stream."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Iterator
from typing import Any

from tests.fakes.model_script import Asked, Dialect, Said, Step, Wanted

_ids = itertools.count(1)


def dialect_of(path: str) -> Dialect | None:
    """Tell by the path who is asked, as a vendor's own address would."""
    if path.endswith("/chat/completions"):
        return "openai"
    if path.endswith("/messages"):
        return "anthropic"
    return "google" if ":streamGenerateContent" in path or ":generateContent" in path else None


def asked(path: str, headers: dict[str, str], body: dict[str, Any]) -> Asked:
    """Read a request."""
    dialect = dialect_of(path)
    assert dialect is not None
    read = {"openai": _openai_talk, "anthropic": _anthropic_talk, "google": _google_talk}[dialect]
    named = re.search(r"/models/([^:]+):", path)
    model = named[1] if named else str(body.get("model", ""))
    return Asked(dialect, path, model, tuple(read(body)), _tools(dialect, body), headers, body)


def pieces(step: Step, request: Asked, *, stream: bool) -> Iterator[bytes]:
    """Write a step: one piece an event, or the whole answer at once."""
    if step.garbage is not None:
        return iter([step.garbage.encode()])
    if step.status >= 400:
        return iter([json.dumps(_error(request.dialect, step.status)).encode()])
    if not stream:
        return iter([json.dumps(_openai_whole(step, request)).encode()])
    write = {"openai": _openai, "anthropic": _anthropic, "google": _google}[request.dialect]
    return write(step, request)


def _error(dialect: Dialect, status: int) -> dict[str, Any]:
    if dialect == "anthropic":
        return {"type": "error", "error": {"type": "api_error", "message": f"fake {status}"}}
    if dialect == "google":
        return {"error": {"code": status, "message": f"fake {status}", "status": "UNAVAILABLE"}}
    return {"error": {"message": f"fake {status}", "type": "server_error", "code": status}}


def _words(step: Step) -> Iterator[str]:
    words = re.findall(r"\S+\s*|\s+", step.text)
    return itertools.cycle(words) if step.endless else iter(words)


def _fragments(step: Step, call: Wanted) -> Iterator[str]:
    text = call.written
    return iter(text[at : at + step.fragment] for at in range(0, len(text), step.fragment))


def _id(call: Wanted, prefix: str) -> str:
    return f"{prefix}{next(_ids):06d}" if call.id is None else call.id


def _stopping(step: Step, written: Iterator[bytes]) -> Iterator[bytes]:
    return written if step.ends_early is None else itertools.islice(written, step.ends_early)


# -- OpenAI's chat completions ---------------------------------------------------------------------


def _openai(step: Step, request: Asked) -> Iterator[bytes]:
    head = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1}

    def event(delta: dict[str, Any], finish: str | None = None, **more: Any) -> bytes:
        choice = {"index": 0, "delta": delta, "finish_reason": finish}
        return _sse({**head, "model": request.model, "choices": [choice], **more})

    def written() -> Iterator[bytes]:
        yield event({"role": "assistant", "content": ""})
        for word in _words(step):
            yield event({"content": word})
        if step.refusal:
            yield event({"refusal": step.refusal})
        for index, call in enumerate(step.calls):
            named: dict[str, Any] = {"name": call.name, "arguments": ""}
            first = {"index": index, "id": _id(call, "call_"), "type": "function"}
            yield event({"tool_calls": [{**first, "function": named}]})
            for fragment in _fragments(step, call):
                more = {"index": index, "function": {"arguments": fragment}}
                yield event({"tool_calls": [more]})
        yield event({}, step.reason)
        if step.usage:
            yield _sse({**head, "model": request.model, "choices": [], "usage": _usage(step)})
        yield b"data: [DONE]\n\n"

    return _stopping(step, written())


def _openai_whole(step: Step, request: Asked) -> dict[str, Any]:
    calls = [
        {
            "id": _id(call, "call_"),
            "type": "function",
            "function": {"name": call.name, "arguments": call.written},
        }
        for call in step.calls
    ]
    message = {"role": "assistant", "content": step.text or None, "tool_calls": calls or None}
    choice = {"index": 0, "message": message, "finish_reason": step.reason}
    whole = {"id": "chatcmpl-1", "object": "chat.completion", "created": 1, "model": request.model}
    return {**whole, "choices": [choice], "usage": _usage(step) if step.usage else None}


def _usage(step: Step) -> dict[str, Any]:
    read, written, cached = step.usage or (0, 0, 0)
    return {
        "prompt_tokens": read,
        "completion_tokens": written,
        "total_tokens": read + written,
        "prompt_tokens_details": {"cached_tokens": cached},
    }


def _openai_talk(body: dict[str, Any]) -> Iterator[Said]:
    roles = {"assistant": "bot", "developer": "system"}
    for one in body.get("messages", ()):
        calls = tuple(
            Wanted(
                call["function"]["name"],
                raw=call["function"]["arguments"],
                args=json.loads(call["function"]["arguments"] or "{}"),
                id=call["id"],
            )
            for call in one.get("tool_calls") or ()
        )
        role = roles.get(one["role"], one["role"])
        yield Said(role, _text(one.get("content")), calls, one.get("tool_call_id", ""))


# -- Anthropic's messages --------------------------------------------------------------------------

_STOP = {
    "stop": "end_turn",
    "length": "max_tokens",
    "tool_calls": "tool_use",
    "content_filter": "refusal",
}


def _anthropic(step: Step, request: Asked) -> Iterator[bytes]:
    read, made, cached = step.usage or (0, 0, 0)
    usage = {
        "input_tokens": read - cached,
        "output_tokens": 1,
        "cache_read_input_tokens": cached,
        "cache_creation_input_tokens": 0,
    }
    start: dict[str, Any] = {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": request.model,
        "content": [],
        "stop_reason": None,
        "stop_sequence": None,
        "usage": usage,
    }

    def block(index: int, opened: dict[str, Any], deltas: Iterator[dict[str, Any]]) -> Any:
        yield _event("content_block_start", index=index, content_block=opened)
        for delta in deltas:
            yield _event("content_block_delta", index=index, delta=delta)
        yield _event("content_block_stop", index=index)

    def written() -> Iterator[bytes]:
        yield _event("message_start", message=start)
        place = itertools.count()
        if step.text:
            told = ({"type": "text_delta", "text": word} for word in _words(step))
            yield from block(next(place), {"type": "text", "text": ""}, told)
        for call in step.calls:
            use = {"type": "tool_use", "id": _id(call, "toolu_"), "name": call.name, "input": {}}
            parts = (
                {"type": "input_json_delta", "partial_json": part}
                for part in _fragments(step, call)
            )
            yield from block(next(place), use, parts)
        stop = {"stop_reason": _STOP[step.reason], "stop_sequence": None}
        yield _event("message_delta", delta=stop, usage={**usage, "output_tokens": made})
        yield _event("message_stop")

    return _stopping(step, written())


def _event(kind: str, **fields: Any) -> bytes:
    return f"event: {kind}\n".encode() + _sse({"type": kind, **fields})


def _anthropic_talk(body: dict[str, Any]) -> Iterator[Said]:
    if body.get("system"):
        yield Said("system", _text(body["system"]))
    for one in body.get("messages", ()):
        content = one["content"]
        blocks = content if isinstance(content, list) else [{"type": "text", "text": content}]
        for each in blocks:
            if each["type"] == "tool_result":
                yield Said("tool", _text(each["content"]), call_id=each["tool_use_id"])
        calls = tuple(
            Wanted(each["name"], each["input"], id=each["id"])
            for each in blocks
            if each["type"] == "tool_use"
        )
        text = _text([each for each in blocks if each["type"] == "text"])
        if text or calls:
            yield Said("bot" if one["role"] == "assistant" else "user", text, calls)


# -- Google's generateContent ----------------------------------------------------------------------

_FINISH = {
    "stop": "STOP",
    "length": "MAX_TOKENS",
    "tool_calls": "STOP",
    "content_filter": "SAFETY",
}


def _google(step: Step, request: Asked) -> Iterator[bytes]:
    def event(parts: list[dict[str, Any]], finish: str | None = None) -> bytes:
        candidate: dict[str, Any] = {"index": 0, "content": {"role": "model", "parts": parts}}
        whole: dict[str, Any] = {"candidates": [candidate], "modelVersion": request.model}
        if finish:
            candidate["finishReason"] = finish
            if step.usage:
                read, made, cached = step.usage
                whole["usageMetadata"] = {
                    "promptTokenCount": read,
                    "candidatesTokenCount": made,
                    "totalTokenCount": read + made,
                    "cachedContentTokenCount": cached,
                }
        return _sse(whole)

    def written() -> Iterator[bytes]:
        for word in _words(step):
            yield event([{"text": word}])
        for call in step.calls:
            yield event([{"functionCall": {"name": call.name, "args": call.args}}])
        yield event([{"text": ""}], _FINISH[step.reason])

    return _stopping(step, written())


def _google_talk(body: dict[str, Any]) -> Iterator[Said]:
    system = body.get("systemInstruction") or body.get("system_instruction")
    if system:
        yield Said("system", _text(system["parts"]))
    for one in body.get("contents", ()):
        parts = one.get("parts", ())
        for part in parts:
            if response := part.get("functionResponse"):
                yield Said("tool", json.dumps(response["response"]), call_id=response["name"])
        calls = tuple(
            Wanted(part["functionCall"]["name"], part["functionCall"].get("args") or {})
            for part in parts
            if "functionCall" in part
        )
        text = "".join(part.get("text", "") for part in parts)
        if text or calls:
            yield Said("bot" if one.get("role") == "model" else "user", text, calls)


# -- common ----------------------------------------------------------------------------------------


def _tools(dialect: Dialect, body: dict[str, Any]) -> tuple[str, ...]:
    offered = body.get("tools") or ()
    if dialect == "openai":
        return tuple(one["function"]["name"] for one in offered)
    if dialect == "anthropic":
        return tuple(one["name"] for one in offered)
    return tuple(
        one["name"] for group in offered for one in group.get("functionDeclarations") or ()
    )


def _text(content: Any) -> str:
    if isinstance(content, str) or not content:
        return content or ""
    return "".join(one.get("text", "") if isinstance(one, dict) else str(one) for one in content)


def _sse(event: dict[str, Any]) -> bytes:
    return b"data: " + json.dumps(event).encode() + b"\n\n"
