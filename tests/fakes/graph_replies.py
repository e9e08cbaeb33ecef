"""How the fake Graph API words its answers, and how it reads a form."""

from __future__ import annotations

import email.parser
import email.policy
from collections.abc import Mapping
from typing import Any

from tests.fakes.web import Reply, Request, as_json


def scripted(move: Mapping[str, Any]) -> Reply:
    status = int(move.get("status", 400))
    headers = {"retry-after": str(move["retry_after"])} if "retry_after" in move else {}
    if "code" not in move:
        return Reply(status, b"", headers)
    return error(
        status,
        int(move["code"]),
        f"(#{move['code']}) as the script says",
        sub=move.get("subcode"),
        transient=bool(move.get("transient")),
        headers=headers,
    )


def error(
    status: int,
    code: int,
    says: str,
    *,
    sub: int | None = None,
    transient: bool = False,
    headers: Mapping[str, str] | None = None,
) -> Reply:
    told: dict[str, Any] = {
        "message": says,
        "type": "OAuthException",
        "code": code,
        "error_data": {"messaging_product": "whatsapp", "details": says},
        "fbtrace_id": "Az8or2yhqkZfEZ-_4Qn_Bam",
    }
    if sub is not None:
        told["error_subcode"] = sub
    if transient:
        told["is_transient"] = True
    return as_json({"error": told}, status, **(headers or {}))


def form_of(request: Request) -> dict[str, tuple[str, str, bytes]]:
    """Read a multipart form: file name, media type and bytes of each field."""
    head = f"content-type: {request.headers.get('content-type', '')}\r\n\r\n".encode()
    whole = email.parser.BytesParser(policy=email.policy.HTTP).parsebytes(head + request.body)
    form = {}
    for part in whole.iter_parts() if whole.is_multipart() else ():
        name = part.get_param("name", header="content-disposition")
        content = part.get_payload(decode=True)
        assert isinstance(content, bytes)
        form[str(name)] = (part.get_filename() or "", part.get_content_type(), content)
    return form
