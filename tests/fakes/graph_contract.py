"""What the Graph API takes of a WhatsApp sender: our own rules, and the official ones if there.

The official OpenAPI (v23.0) knows neither `biz_opaque_callback_data` nor `recipient` nor the body
that marks a message as read, all of which the documentation has: those are judged by our rules.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping
from typing import Any

from tests.fakes import shared

SPEC = "meta_whatsapp_cloud_v23.json"
PATH = "/{Version}/{Phone-Number-ID}/messages"
UPLOADED = {
    "application/msword",
    "application/pdf",
    "application/vnd.ms-excel",
    "application/vnd.ms-powerpoint",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "audio/aac", "audio/amr", "audio/mp4", "audio/mpeg", "audio/ogg", "audio/opus",
    "image/jpeg", "image/png", "image/webp", "text/plain", "video/3gpp", "video/mp4",
}  # fmt: skip


def problems(body: object) -> list[str]:
    """List what the Graph API would refuse in the body of a POST to /messages."""
    if not isinstance(body, dict):
        return ["the body is no object"]
    found = list(_own(body))
    if body.get("status") != "read":
        found += _official(body)
    return found


def _own(body: Mapping[str, Any]) -> Iterator[str]:
    if body.get("messaging_product") != "whatsapp":
        yield "messaging_product is not whatsapp"
    if body.get("status") == "read":
        yield from _only(body, {"messaging_product", "status", "message_id", "typing_indicator"})
        yield from _text(body, "message_id", 1, 512)
        if body.get("typing_indicator", {"type": "text"}) != {"type": "text"}:
            yield "typing_indicator is wrong"
        return
    kind = body.get("type")
    yield from _only(
        body,
        {
            "messaging_product", "recipient_type", "to", "recipient", "type", "context",
            "biz_opaque_callback_data", str(kind),
        },
    )  # fmt: skip
    if body.get("recipient_type") != "individual":
        yield "recipient_type is not individual"
    if ("to" in body) == ("recipient" in body):
        yield "one of to and recipient is needed"
    to = body.get("to", "0")
    if not (isinstance(to, str) and to.removeprefix("+").isdigit()):
        yield "to is no phone number"
    if "biz_opaque_callback_data" in body:
        yield from _text(body, "biz_opaque_callback_data", 1, 512)
    if "context" in body:
        yield from _text(body["context"], "message_id", 1, 512)
    content = body.get(str(kind))
    if not isinstance(content, dict):
        yield f"there is no {kind}"
    elif kind == "text":
        yield from _only(content, {"body", "preview_url"})
        yield from _text(content, "body", 1, 4096)
    elif kind == "document":
        yield from _only(content, {"id", "filename", "caption"})
        yield from _text(content, "id", 1, 128)
        yield from _text(content, "filename", 1, 240)
        if "caption" in content:
            yield from _text(content, "caption", 1, 1024)
    elif kind == "interactive":
        yield from _interactive(content)
    elif kind == "template":
        yield from _template(content)
    else:
        yield f"type {kind} is not one we send"


def _template(content: Mapping[str, Any]) -> Iterator[str]:
    yield from _only(content, {"name", "language", "components"})
    yield from _text(content, "name", 1, 512)
    yield from _text(content["language"], "code", 2, 6)
    for component in content["components"]:
        yield from _only(component, {"type", "parameters"})
        if component["type"] != "body":
            yield f"component {component['type']} is not one we send"
        for parameter in component["parameters"]:
            yield from _text(parameter, "text", 1, 1024)
            # 132000 and 132018: a variable holds no line break, no tab, not five blanks in a row.
            if any(bad in parameter["text"] for bad in ("\n", "\t", "     ")):
                yield "a template's variable holds breaks"


def _interactive(content: Mapping[str, Any]) -> Iterator[str]:
    yield from _only(content, {"type", "body", "action"})
    yield from _text(content["body"], "text", 1, 1024)
    action = content["action"]
    if content["type"] == "button":
        replies = [button["reply"] for button in action["buttons"] if button["type"] == "reply"]
        yield from _choices(replies, most=3, longest=20, longest_id=256)
    elif content["type"] == "list":
        yield from _text(action, "button", 1, 20)
        rows = [row for section in action["sections"] for row in section["rows"]]
        yield from _choices(rows, most=10, longest=24, longest_id=200)
    else:
        yield "the interactive type is not one we send"


def _choices(
    found: list[dict[str, Any]], *, most: int, longest: int, longest_id: int
) -> Iterator[str]:
    if not 1 <= len(found) <= most:
        yield f"{len(found)} choices"
    for one in found:
        yield from _text(one, "title", 1, longest)
        yield from _text(one, "id", 1, longest_id)
    for key in ("id", "title"):
        if len({one.get(key) for one in found}) != len(found):
            yield f"two choices share their {key}"


def _only(found: Mapping[str, Any], known: set[str]) -> Iterator[str]:
    yield from (f"{key} is unknown" for key in sorted(set(found) - known))


def _text(found: Mapping[str, Any], key: str, least: int, most: int) -> Iterator[str]:
    value = found.get(key)
    if not isinstance(value, str) or not least <= len(value) <= most:
        yield f"{key} is not text of {least} to {most} characters"
    elif not value.strip() or "\0" in value or any("\ud800" <= c <= "\udfff" for c in value):
        yield f"{key} holds characters nobody can show"
    elif key in {"id", "title"} and value != value.strip():
        yield f"{key} begins or ends with a blank"


def _official(body: Mapping[str, Any]) -> list[str]:
    judge = _judge()
    if judge is None:
        return []
    known = {key: said for key, said in body.items() if key != "biz_opaque_callback_data"}
    if "recipient" in known:
        known["to"] = known.pop("recipient")
    found: list[str] = judge.errors(SPEC, PATH, "post", known)
    return found


@functools.cache
def _judge() -> Any:
    return shared.contract(SPEC)
