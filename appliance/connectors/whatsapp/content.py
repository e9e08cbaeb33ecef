"""What one WhatsApp message says: its kind, its words, what it carries.

The shapes: developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/reference/
messages, read 2026-11-22. A field that is missing or of a wrong kind reads as empty.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from appliance.connectors import loose
from appliance.connectors.messages import Kind, Media
from appliance.connectors.whatsapp import wording
from appliance.core.safe_text import one_line

_LONGEST = 300
_MOST = 50
_REFERRAL = (
    "source_url", "source_id", "source_type", "headline", "body", "media_type", "image_url",
    "video_url", "thumbnail_url", "ctwa_clid", "ref",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Content:
    """What a message says; `text` is never empty, and ours where `is_described`."""

    kind: Kind
    text: str
    is_described: bool = False
    media: tuple[Media, ...] = ()
    choice: str | None = None


def read(message: loose.Thing) -> Content:
    """Read a message of any type; one we do not know says so."""
    kind = loose.name(message.get("type"))
    reader = _READERS.get(kind)
    if reader is not None:
        return reader(message)
    return _described(Kind.UNSUPPORTED, wording.NEW_KIND.format(kind=_short(kind) or "?"))


def referral(message: loose.Thing) -> Mapping[str, Any]:
    """Give where the sender came from: an ad, or the product they ask about."""
    told = loose.thing(message.get("referral"))
    found: dict[str, Any] = {
        name: loose.text(told[name]) for name in _REFERRAL if loose.text(told.get(name))
    }
    product = loose.thing(loose.thing(message.get("context")).get("referred_product"))
    if product:
        found["referred_product"] = {
            name: loose.name(product.get(name)) for name in ("catalog_id", "product_retailer_id")
        }
    return found


def _text(message: loose.Thing) -> Content:
    return _said(Kind.TEXT, loose.text(loose.thing(message.get("text")).get("body")), wording.EMPTY)


def _described(kind: Kind, text: str, media: tuple[Media, ...] = ()) -> Content:
    return Content(kind, text, is_described=True, media=media)


def _said(kind: Kind, words: str, description: str, media: tuple[Media, ...] = ()) -> Content:
    """Give the contact's own words, or the description where there are none."""
    if words.strip():
        return Content(kind, words, media=media)
    return _described(kind, description, media)


def _carrying(
    kind: Kind, description: Callable[[loose.Thing], str]
) -> Callable[[loose.Thing], Content]:
    def read_media(message: loose.Thing) -> Content:
        found = loose.thing(message.get(loose.name(message.get("type"))))
        caption = loose.text(found.get("caption"))
        media = Media(
            provider_id=loose.name(found.get("id")),
            media_type=loose.name(found.get("mime_type")) or "application/octet-stream",
            name=loose.name(found.get("filename")) or None,
            url=loose.text(found.get("url")) or loose.text(found.get("link")) or None,
            sha256=loose.name(found.get("sha256")) or None,
        )
        carried = (media,) if media.provider_id or media.url else ()
        return _said(kind, caption, description(found), carried)

    return read_media


def _audio(found: loose.Thing) -> str:
    return wording.VOICE if found.get("voice") is True else wording.AUDIO


def _document(found: loose.Thing) -> str:
    name = _short(loose.text(found.get("filename")))
    return wording.NAMED_DOCUMENT.format(name=name) if name else wording.DOCUMENT


def _location(message: loose.Thing) -> Content:
    found = loose.thing(message.get("location"))
    named = [_short(loose.text(found.get(name))) for name in ("name", "address")]
    where = [loose.number(found.get(name)) for name in ("latitude", "longitude")]
    point = ", ".join(f"{degrees:.5f}" for degrees in where if degrees is not None)
    place = ", ".join(part for part in (*named, point) if part) or "?"
    return _described(Kind.LOCATION, wording.LOCATION.format(place=place))


def _contacts(message: loose.Thing) -> Content:
    cards = []
    for card in loose.things(message.get("contacts"))[:_MOST]:
        named = loose.thing(card.get("name"))
        parts = [
            loose.text(named.get("formatted_name")) or loose.text(named.get("first_name")),
            loose.text(loose.thing(card.get("org")).get("company")),
            *(
                loose.text(entry.get("phone")) or loose.text(entry.get("wa_id"))
                for entry in loose.things(card.get("phones"))
            ),
            *(loose.text(entry.get("email")) for entry in loose.things(card.get("emails"))),
        ]
        cards.append(", ".join(_short(part) for part in parts if part))
    said = "; ".join(card for card in cards if card) or "?"
    return _described(Kind.CONTACTS, wording.CARDS.format(cards=said))


def _order(message: loose.Thing) -> Content:
    found = loose.thing(message.get("order"))
    items = []
    for item in loose.things(found.get("product_items"))[:_MOST]:
        quantity = loose.name(item.get("quantity")) or "?"
        product = _short(loose.name(item.get("product_retailer_id"))) or "?"
        price = " ".join(loose.name(item.get(name)) for name in ("item_price", "currency")).strip()
        items.append(f"{quantity} x {product}" + (f" at {_short(price)}" if price else ""))
    said = wording.ORDER.format(items="; ".join(items) or "?")
    words = loose.text(found.get("text"))
    return _said(Kind.ORDER, f"{words}\n{said}" if words.strip() else "", said)


def _button(message: loose.Thing) -> Content:
    found = loose.thing(message.get("button"))
    return _choice(found.get("text"), found.get("payload"))


def _interactive(message: loose.Thing) -> Content:
    found = loose.thing(message.get("interactive"))
    for name in ("button_reply", "list_reply"):
        if name in found:
            reply = loose.thing(found[name])
            return _choice(reply.get("title"), reply.get("id"))
    if "nfm_reply" in found:
        return _form(loose.thing(found["nfm_reply"]))
    kind = loose.name(found.get("type")) or "interactive"
    return _described(Kind.UNSUPPORTED, wording.NEW_KIND.format(kind=_short(kind)))


def _choice(title: object, chosen: object) -> Content:
    said, choice = loose.text(title), loose.text(chosen)
    words = said if said.strip() else choice
    return replace(_said(Kind.CHOICE, words, wording.EMPTY), choice=choice or None)


def _form(reply: loose.Thing) -> Content:
    """Read a flow's answers: JSON inside a string, which may be no object or no JSON at all."""
    written = loose.text(reply.get("response_json"))
    try:
        answers = loose.parse(written.encode())
    except ValueError:
        answers = written
    if isinstance(answers, dict):
        said = "; ".join(
            f"{_short(name)}: {_short(loose.text(answer) or loose.raw(answer).decode())}"
            for name, answer in list(answers.items())[:_MOST]
            if name != "flow_token"
        )
    else:
        said = _short(written)
    text = wording.FORM.format(fields=said) if said else wording.EMPTY_FORM
    return replace(_described(Kind.FORM, text), choice=loose.name(reply.get("name")) or None)


def _unsupported(message: loose.Thing) -> Content:
    kind = _short(loose.name(loose.thing(message.get("unsupported")).get("type")))
    text = wording.UNSUPPORTED_KIND.format(kind=kind) if kind else wording.UNSUPPORTED
    return _described(Kind.UNSUPPORTED, text)


def _short(text: str) -> str:
    return one_line(text, limit=_LONGEST)


_READERS: Mapping[str, Callable[[loose.Thing], Content]] = {
    "text": _text,
    "image": _carrying(Kind.IMAGE, lambda _: wording.PICTURE),
    "video": _carrying(Kind.VIDEO, lambda _: wording.VIDEO),
    "audio": _carrying(Kind.AUDIO, _audio),
    "voice": _carrying(Kind.AUDIO, lambda _: wording.VOICE),
    "document": _carrying(Kind.DOCUMENT, _document),
    "sticker": _carrying(Kind.STICKER, lambda _: wording.STICKER),
    "location": _location,
    "contacts": _contacts,
    "order": _order,
    "button": _button,
    "interactive": _interactive,
    "unsupported": _unsupported,
    "unknown": _unsupported,
}
