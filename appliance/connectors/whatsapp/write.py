"""What we send to WhatsApp: a message divided into requests, and each request's body.

The limits: developers.facebook.com/documentation/business-messaging/whatsapp/messages and the
official OpenAPI v23.0, read 2026-11-22.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from appliance.connectors import words
from appliance.connectors.messages import File, Identity, OutboundMessage
from appliance.connectors.whatsapp import markup, wording

LONGEST_TEXT, LONGEST_BODY, LONGEST_CAPTION = 4096, 1024, 1024
MOST_BUTTONS, LONGEST_BUTTON = 3, 20
MOST_ROWS, LONGEST_ROW = 10, 24
LONGEST_KEY = 512
# The rendered body takes 1,024 characters; what the template itself says needs some of them.
LONGEST_LATE = 800
_LONGEST_NAME = 240

# What the upload takes; it refuses every other type, text/calendar among them.
_UPLOADED = {
    "application/msword",
    "application/pdf",
    "application/vnd.ms-excel",
    "application/vnd.ms-powerpoint",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "image/jpeg",
    "image/png",
    "text/plain",
}


def parts(message: OutboundMessage, *, show_sources: bool) -> Sequence[OutboundMessage]:
    """Divide a message into what fits one request each: words, then choices, then files."""
    choices = _choices(message.quick_replies)
    text = markup.shown(words.cleaned(message.text))
    if show_sources and message.citations:
        text = f"{text}\n\n{_sources(message.citations)}".strip()
    if choices and not _fits(choices):
        numbered = "\n".join(f"{number}. {it}" for number, it in enumerate(choices, start=1))
        text, choices = f"{text}\n\n{numbered}".strip(), ()
    made = [OutboundMessage(piece, quick_replies=own) for piece, own in _pieces(text, choices)]
    made += [OutboundMessage("", files=(file,)) for file in message.files]
    if made:
        made[0] = replace(made[0], reply_to=message.reply_to)
    return tuple(made)


def late(part: OutboundMessage) -> OutboundMessage | str:
    """Give a part as the one variable of a template: one line, which is all WhatsApp takes there.

    A sentence where it does not fit. A file cannot travel in it.
    """
    words_of = [part.text, *part.quick_replies]
    line = " - ".join(filter(None, (" ".join(each.split()) for each in words_of)))
    if part.files:
        return wording.NO_FILE_LATE
    if not line or len(line) > LONGEST_LATE:
        return wording.TOO_LONG_LATE
    return OutboundMessage(line, late=True)


def body(
    message: OutboundMessage,
    to: Identity,
    *,
    key: str,
    media_id: str = "",
    template: tuple[str, str] | None = None,
) -> dict[str, Any]:
    """Give the body of the request that sends one part."""
    content = _content(message, media_id)
    if message.late and template:
        content = _in_template(message.text, *template)
    said: dict[str, Any] = {
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        **_recipient(to),
        **content,
        # Comes back in every status of the message: the only way to tell whose it is when the
        # answer to this request never arrived.
        "biz_opaque_callback_data": key[:LONGEST_KEY],
    }
    if message.reply_to:
        said["context"] = {"message_id": message.reply_to}
    return said


def seen(provider_id: str, *, typing: bool) -> dict[str, Any]:
    """Give the body that marks a message as read, and shows that we write."""
    said: dict[str, Any] = {
        "messaging_product": "whatsapp",
        "status": "read",
        "message_id": provider_id,
    }
    if typing:
        said["typing_indicator"] = {"type": "text"}
    return said


def upload_type(media_type: str) -> str:
    """Give the type to upload a file as. A phone opens a document by its name, not by this."""
    plain = media_type.partition(";")[0].strip().lower()
    return plain if plain in _UPLOADED else "text/plain"


def file_name(file: File) -> str:
    """Give the name a file is shown by."""
    name = words.cleaned(file.name).replace("/", "_").replace("\\", "_").replace("\n", " ")
    return name[-_LONGEST_NAME:] or "file"


def _recipient(to: Identity) -> Mapping[str, str]:
    if to.kind == "bsuid":
        return {"recipient": to.value}
    return {"to": to.value.removeprefix("+")}


def _content(message: OutboundMessage, media_id: str) -> Mapping[str, Any]:
    if message.files:
        document = {"id": media_id, "filename": file_name(message.files[0])}
        if message.text:
            document["caption"] = message.text
        return {"type": "document", "document": document}
    if not message.quick_replies:
        # Without this WhatsApp would fetch the first link and show its picture.
        return {"type": "text", "text": {"body": message.text, "preview_url": False}}
    if _are_buttons(message.quick_replies):
        action: dict[str, Any] = {
            "buttons": [
                {"type": "reply", "reply": {"id": choice, "title": choice}}
                for choice in message.quick_replies
            ]
        }
    else:
        rows = [{"id": choice, "title": choice} for choice in message.quick_replies]
        action = {"button": wording.OPEN_LIST, "sections": [{"rows": rows}]}
    return {
        "type": "interactive",
        "interactive": {
            "type": "button" if "buttons" in action else "list",
            "body": {"text": message.text},
            "action": action,
        },
    }


def _in_template(text: str, name: str, language: str) -> Mapping[str, Any]:
    parameters = [{"type": "text", "text": text}]
    return {
        "type": "template",
        "template": {
            "name": name,
            "language": {"policy": "deterministic", "code": language},
            "components": [{"type": "body", "parameters": parameters}],
        },
    }


def _choices(given: Sequence[str]) -> tuple[str, ...]:
    """Give the choices on one line each, without empty ones and repeats, which WhatsApp refuses."""
    lines = (" ".join(words.cleaned(choice).split()) for choice in given)
    return tuple(dict.fromkeys(line for line in lines if line))


def _fits(choices: Sequence[str]) -> bool:
    return _are_buttons(choices) or (
        len(choices) <= MOST_ROWS and all(len(choice) <= LONGEST_ROW for choice in choices)
    )


def _are_buttons(choices: Sequence[str]) -> bool:
    return len(choices) <= MOST_BUTTONS and all(len(it) <= LONGEST_BUTTON for it in choices)


def _sources(citations: Sequence[str]) -> str:
    lines = (" ".join(words.cleaned(citation).split()) for citation in citations)
    listed = "\n".join(f"- {line}" for line in dict.fromkeys(lines) if line)
    return f"{wording.SOURCES}\n{listed}" if listed else ""


def _pieces(text: str, choices: tuple[str, ...]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Give the words in pieces, the last of them with the choices."""
    if not choices:
        yield from ((piece, ()) for piece in words.divide(text, LONGEST_TEXT))
        return
    pieces = list(words.divide(text or wording.CHOOSE, LONGEST_TEXT))
    *before, last = pieces
    yield from ((piece, ()) for piece in before)
    if len(last) > LONGEST_BODY:
        # A message with choices takes fewer words: its body is the end of what there is to say.
        yield last, ()
        last = wording.CHOOSE
    yield last, choices
