"""A document as the passages that are stored: cited, labelled, dated, in its language."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import PurePosixPath
from urllib.parse import unquote, urlsplit

from appliance.core import errors
from appliance.core.safe_text import one_line, storable
from appliance.knowledge import passages
from appliance.knowledge.ingest.blocks import Parsed
from appliance.knowledge.ingest.kinds import Kind
from appliance.knowledge.language import KNOWN, Languages
from appliance.knowledge.passages import Cut
from appliance.knowledge.values import Access, Asked, Text

_INTERNAL = re.compile(r"\W?internal(?:\s*[:|\])_]|\s+[-–—]\s|\s+(?:use|only)\b|\s*$)", re.I)
_CITED_BY_NAME = {Kind.PDF, Kind.DOCX, Kind.XLSX, Kind.PPTX, Kind.CSV}
_MOST_PASSAGES = 50_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Labels:
    """Who may be told a document, when, and in which language it is."""

    access: Access
    valid_from: date | None
    valid_until: date | None


def is_web(address: str) -> bool:
    """Tell whether an address is of the web."""
    return address.startswith(("http://", "https://"))


def name_of(address: str) -> str:
    """Give a document's short name: the file's, or the page's path."""
    if not is_web(address):
        return PurePosixPath(address).name
    parts = urlsplit(address)
    last = unquote(parts.path).rstrip("/").rpartition("/")[2]
    return last or parts.netloc


def title_of(parsed: Parsed, address: str, kind: Kind) -> str:
    """Give a document's title: its own, or what its name says."""
    name = name_of(address)
    own = "" if kind in _CITED_BY_NAME else parsed.title
    named = name if kind in _CITED_BY_NAME else plain_name(name)
    return one_line(storable(own or named), limit=200)


def plain_name(name: str) -> str:
    """Give a file's name as words: "price-list_2026.xlsx" is "price list 2026"."""
    return " ".join(PurePosixPath(name).stem.replace("_", " ").replace("-", " ").split())


def labels_of(parsed: Parsed, *, asked: Asked, title: str, address: str) -> Labels:
    """Give a document's labels.

    Its own front matter has the last word where it says "internal". Else who added it decides.
    Who said nothing gets "internal" from a folder of that name, or from a title or file name that
    begins with it ("Internal: ..."), unless the front matter says "public".

    Raises:
        Refused: the front matter says something that is no label or no day.
    """
    said = _access(parsed.front.get("access"))
    *folders, name = urlsplit(address).path.split("/") if is_web(address) else address.split("/")
    seems = (
        "internal" in map(str.casefold, folders)
        or _INTERNAL.match(title)
        or _INTERNAL.match(PurePosixPath(name).stem + ":")
    )
    guessed = Access.INTERNAL if seems else Access.PUBLIC
    access = said if said is Access.INTERNAL else asked.access or said or guessed
    return Labels(
        access=access,
        valid_from=asked.valid_from or _day(parsed.front, "valid_from"),
        valid_until=asked.valid_until or _day(parsed.front, "valid_until"),
    )


def language_of(parsed: Parsed, languages: Languages) -> str:
    """Give a document's language: what it says, or what it looks like; "" where nothing tells."""
    said = parsed.front.get("language", "").strip().casefold()[:2]
    if said in KNOWN:
        return said
    words = (getattr(block, "words", "") for block in parsed.blocks)
    return languages.of(" ".join(filter(None, words)))


def texts_of(
    parsed: Parsed,
    kind: Kind,
    *,
    address: str,
    title: str,
    labels: Labels,
    language: str,
    count: passages.Count,
) -> list[Text]:
    """Cut a document into the passages that are stored.

    Raises:
        Refused: it has more passages than one document may have.
    """
    texts: list[Text] = []
    also = "" if title else name_of(address)
    above = plain_name(title) if kind in _CITED_BY_NAME else title
    for cut in passages.cut(parsed.blocks, count, title=above):
        texts.append(
            Text(
                source=storable(_source(cut, kind, address, title)),
                title=storable(cut.under(above)),
                text=storable(cut.words.replace("\x00", "")),
                also=storable(also),
                valid_from=labels.valid_from,
                valid_until=labels.valid_until,
                access=labels.access,
                language=language,
            )
        )
        if len(texts) > _MOST_PASSAGES:
            raise errors.Refused(
                f"{name_of(address)} makes more than {_MOST_PASSAGES:,} passages. Split it."
            )
    return texts


def _source(cut: Cut, kind: Kind, address: str, title: str) -> str:
    """Cite a passage: the document, where in it, and for a web page the way there."""
    own = cut.heading.removeprefix(title).removeprefix(" › ")
    if cut.place:
        where = [title, cut.place]
    elif own and own != title:
        where = [title, own]
    else:
        where = [title]
    cited = ", ".join(where)
    if is_web(address):
        way = f"{address.partition('#')[0]}#{cut.anchor}" if cut.anchor else address
        return f"{cited} ({way})"
    return cited if kind is not Kind.EML else f"{cited} (mail)"


def _access(said: str | None) -> Access | None:
    if said is None:
        return None
    try:
        return Access(said.strip().casefold())
    except ValueError:
        raise errors.Refused(
            f'Its front matter says "access: {one_line(said, limit=40)}". Write public or internal.'
        ) from None


def _day(front: Mapping[str, str], name: str) -> date | None:
    if name not in front:
        return None
    try:
        return date.fromisoformat(front[name].strip())
    except ValueError:
        raise errors.Refused(
            f'Its front matter says "{name}: {one_line(front[name], limit=40)}". Write a day as '
            "2026-12-31."
        ) from None
