"""Mail: its subject, its words, and the documents attached to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from email import policy
from email.errors import MessageError
from email.message import EmailMessage, MIMEPart
from email.parser import BytesParser

from appliance.core import errors
from appliance.knowledge.ingest.blocks import Block, Heading, Paragraph, Parsed
from appliance.knowledge.ingest.limits import PARTS

ReadPart = Callable[[bytes, str, int], Parsed]


def read(content: bytes, name: str, read_part: ReadPart, depth: int = 0) -> Parsed:
    """Read a mail. `read_part` reads what is attached to it; what it refuses is told in remarks.

    Addresses of people are not kept.

    Raises:
        Refused: it is damaged, or has too many parts.
    """
    try:
        message = BytesParser(policy=policy.default).parsebytes(content)
        subject = " ".join(str(message.get("subject", "")).split())
        parts = list(message.walk())
    except (MessageError, ValueError, LookupError, AttributeError, TypeError, RecursionError):
        raise errors.Refused(f"{name} is a damaged mail. Save it again.") from None
    if len(parts) > PARTS:
        raise errors.Refused(f"{name} has more than {PARTS} parts. Save its attachments alone.")
    remarks: list[str] = []
    blocks: list[Block] = [*_body(message, name, read_part, depth, remarks)]
    for attached in message.iter_attachments():
        blocks += _attachment(attached, read_part, depth, remarks)
    return Parsed(title=subject, blocks=blocks, remarks=remarks)


def _body(
    message: EmailMessage, name: str, read_part: ReadPart, depth: int, remarks: list[str]
) -> Iterator[Block]:
    body = message.get_body(preferencelist=("plain", "html"))
    if body is None:
        return
    suffix = ".html" if body.get_content_subtype() == "html" else ".txt"
    payload = _payload(body)
    if payload.strip():
        try:
            yield from read_part(payload, f"{name}{suffix}", depth).blocks
        except errors.Refused as refusal:
            remarks.append(refusal.sentence)


def _attachment(
    attached: EmailMessage, read_part: ReadPart, depth: int, remarks: list[str]
) -> Iterator[Block]:
    nested = attached.get_content_type() == "message/rfc822"
    name = attached.get_filename() or ("attached.eml" if nested else "attachment")
    try:
        parsed = read_part(_payload(attached), name, depth + 1)
    except errors.Refused as refusal:
        remarks.append(refusal.sentence)
        return
    remarks.extend(parsed.remarks)
    yield Heading(1, parsed.title or name)
    yield Paragraph(f"Attached: {name}")
    yield from parsed.blocks


def _payload(part: MIMEPart) -> bytes:
    """Give a part's bytes; text is UTF-8 then, whatever it was sent in."""
    if part.get_content_type() == "message/rfc822":
        inner = part.get_payload()
        return inner[0].as_bytes() if isinstance(inner, list) and inner else b""  # type: ignore[union-attr]
    if part.get_content_maintype() == "text":
        try:
            return str(part.get_content()).encode("utf-8", "replace")
        except (LookupError, ValueError):
            pass
    payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""
