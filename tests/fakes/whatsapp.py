"""Meta's side of a WhatsApp webhook: bodies as it writes them, signed as it signs them."""

from __future__ import annotations

import hashlib
import hmac
import itertools
import json
from collections.abc import Mapping, Sequence
from typing import Any

from appliance.connectors.protocols import WebhookRequest

NUMBER = "106540352242922"
BUSINESS = "419561257915477"
DISPLAY = "15550783881"
APP_SECRET = "an-app-secret-of-tests"
VERIFY_TOKEN = "a-verify-token-of-tests"
ACCESS_TOKEN = "an-access-token-of-tests"
SENDER = "16505551234"
SENT_AT = 1_763_305_200  # Monday 2025-11-16 15:00 UTC

_ids = itertools.count(1)


def new_id(of: str = "IN") -> str:
    """Give a message id nobody has had in this process."""
    return f"wamid.{of}{next(_ids):010d}"


def text(
    words: str,
    *,
    sender: str = SENDER,
    message_id: str | None = None,
    at: int = SENT_AT,
    **more: Any,
) -> dict[str, Any]:
    """Give a text message."""
    return message("text", {"body": words}, sender=sender, message_id=message_id, at=at, **more)


def message(
    kind: str,
    content: object,
    *,
    sender: str = SENDER,
    message_id: str | None = None,
    at: int = SENT_AT,
    **more: Any,
) -> dict[str, Any]:
    """Give a message of any kind; more keys stand beside."""
    made = {
        "from": sender,
        "id": message_id or new_id(),
        "timestamp": str(at),
        "type": kind,
        kind: content,
    }
    return {**made, **more}


def status(
    kind: str,
    message_id: str,
    *,
    key: str | None = None,
    recipient: str = SENDER,
    at: int = SENT_AT,
    code: int | None = None,
    **more: Any,
) -> dict[str, Any]:
    """Give a status of a message of ours: sent, delivered, read, played, failed."""
    made: dict[str, Any] = {
        "id": message_id, "status": kind, "timestamp": str(at), "recipient_id": recipient, **more,
    }  # fmt: skip
    if key is not None:
        made["biz_opaque_callback_data"] = key
    if code is not None:
        made["errors"] = [{"code": code, "title": f"Error {code}", "message": f"Error {code}"}]
    return made


def contact(name: str = "Sheena Nelson", wa_id: str | None = SENDER, **more: Any) -> dict[str, Any]:
    """Give an entry of a value's contacts."""
    known = {} if wa_id is None else {"wa_id": wa_id}
    return {"profile": {"name": name}, **known, **more}


def value(
    *,
    messages: Sequence[Mapping[str, Any]] = (),
    statuses: Sequence[Mapping[str, Any]] = (),
    contacts: Sequence[Mapping[str, Any]] | None = None,
    number: str = NUMBER,
    **more: Any,
) -> dict[str, Any]:
    """Give the value of a change; contacts are made from the messages where none are given."""
    made: dict[str, Any] = {
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": DISPLAY, "phone_number_id": number},
    }
    if contacts is None:
        contacts = [contact(wa_id=sender) for sender in {m.get("from", SENDER) for m in messages}]
    if contacts:
        made["contacts"] = list(contacts)
    if messages:
        made["messages"] = list(messages)
    if statuses:
        made["statuses"] = list(statuses)
    return {**made, **more}


def webhook(*values: Mapping[str, Any], field: str = "messages") -> bytes:
    """Give the body of a webhook, one change for each value, escaped as Meta escapes it."""
    changes = [{"value": one, "field": field} for one in values]
    entry = {"id": BUSINESS, "time": SENT_AT, "changes": changes}
    told = {"object": "whatsapp_business_account", "entry": [entry]}
    return json.dumps(told, separators=(",", ":")).replace("/", "\\/").encode("ascii")


def signature(body: bytes, secret: str = APP_SECRET) -> dict[str, str]:
    """Give the header Meta sends with a body."""
    made = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return {"X-Hub-Signature-256": f"sha256={made}"}


def request(body: bytes, secret: str = APP_SECRET) -> WebhookRequest:
    """Give a signed request as the webhook route hands it to a channel."""
    headers = {name.lower(): said for name, said in signature(body, secret).items()}
    return WebhookRequest(
        method="POST", url="/webhooks/whatsapp", headers=headers, query={}, body=body
    )
