"""HTML: the words a visitor sees, without menus, scripts, comments and hidden text.

trafilatura finds the main part; what a browser would not show is cut out before it looks.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from copy import deepcopy
from typing import Any
from urllib.parse import urljoin

import trafilatura
from lxml import etree, html

from appliance.core import errors
from appliance.knowledge.ingest import hidden
from appliance.knowledge.ingest.blocks import Block, Heading, Paragraph, Parsed, Rows
from appliance.knowledge.ingest.decode import decode
from appliance.knowledge.ingest.tables import rows_of
from appliance.knowledge.ingest.text import remarks

_CHARSET = re.compile(rb"<meta[^>]{0,200}charset\s*=\s*[\"']?\s*([\w-]{2,30})", re.I)
_META = {"access": "access", "valid-from": "valid_from", "valid-until": "valid_until"}
_MOST_LINKS = 2000
_DEEPEST = 250  # trafilatura recurses; Python does so a thousand times at most


def read(content: bytes, name: str) -> Parsed:
    """Read a web page; anchors of its headings are kept for the citation.

    Raises:
        Refused: it is no page that can be read.
    """
    found = _CHARSET.search(content[:4096])
    declared = found[1].decode("ascii") if found else None
    text, encoding = decode(content, name, declared=declared)
    tree = _tree(text, name)
    title = " ".join((tree.findtext(".//title") or "").split())
    front = _front(tree)
    links = _links(tree)
    hidden.cut(tree)
    anchors = _anchors(tree)
    _open_details(tree)
    blocks = list(_blocks(tree, anchors))
    heading = next((b.words for b in blocks if isinstance(b, Heading) and b.level == 1), "")
    odd = encoding if encoding != declared else None
    return Parsed(
        title=heading or title, blocks=blocks, front=front, remarks=remarks(odd), links=links
    )


def _tree(text: str, name: str) -> html.HtmlElement:
    try:
        # Bytes, as lxml refuses text with an encoding declaration in it.
        parser = html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True)
        tree = html.document_fromstring(text.encode("utf-8", "replace"), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        raise errors.Refused(f"{name} is a web page without any content.") from None
    if _depth(tree) > _DEEPEST:
        raise errors.Refused(
            f"{name} is nested more than {_DEEPEST} deep. That is no ordinary page."
        )
    return tree


def _depth(tree: html.HtmlElement) -> int:
    deepest = depth = 0
    for event, _ in etree.iterwalk(tree, events=("start", "end")):
        depth += 1 if event == "start" else -1
        deepest = max(deepest, depth)
    return deepest


def _front(tree: html.HtmlElement) -> dict[str, str]:
    front = {}
    for meta in tree.iter("meta"):
        name = _META.get((meta.get("name") or "").casefold())
        if name and meta.get("content"):
            front[name] = meta.get("content", "").strip()
    return front


def _links(tree: html.HtmlElement) -> list[str]:
    """Give where the page leads, hidden menus included; not where it says `nofollow`."""
    base = next((one.get("href", "") for one in tree.iter("base")), "")
    nofollow = any(
        (meta.get("name") or "").casefold() == "robots"
        and "nofollow" in (meta.get("content") or "").casefold()
        for meta in tree.iter("meta")
    )
    found = dict.fromkeys(
        urljoin(base, link.get("href", "").strip())
        for link in tree.iter("a", "area")
        if link.get("href") and "nofollow" not in (link.get("rel") or "")
    )
    return [] if nofollow else list(found)[:_MOST_LINKS]


def _anchors(tree: html.HtmlElement) -> dict[str, str]:
    """Give each heading's anchor by its words."""
    found: dict[str, str] = {}
    for heading in tree.iter("h1", "h2", "h3", "h4", "h5", "h6"):
        own = [heading.get("id"), *(a.get("id") or a.get("name") for a in heading.iter("a"))]
        anchor = next((one for one in own if one), None)
        if anchor:
            found.setdefault(_words(heading), anchor)
    return found


def _open_details(tree: html.HtmlElement) -> None:
    """Questions and answers that fold open are words of the page: trafilatura leaves them out."""
    for details in list(tree.iter("details")):
        details.tag = "div"
    for summary in list(tree.iter("summary")):
        summary.tag = "h4"
    for terms in list(tree.iter("dl")):
        terms.tag = "div"
    for term in list(tree.iter("dt")):
        term.tag = "h4"
    for said in list(tree.iter("dd")):
        said.tag = "p"


def _blocks(tree: html.HtmlElement, anchors: dict[str, str]) -> Iterator[Block]:
    """Give the main part, read in whichever of the two ways keeps more of its words.

    With its second reader trafilatura may leave out the short lists of a page without paragraphs:
    "Free wires a month: 15". Without it much of a reference page is lost.
    """
    readings = [_main(deepcopy(tree), fast=True), _main(tree, fast=False)]
    yield from _walk(max(readings, key=lambda main: len(_words(main))), anchors)


def _main(tree: html.HtmlElement, *, fast: bool) -> Any:
    found = trafilatura.extract(
        tree,
        output_format="xml",
        fast=fast,
        favor_recall=True,
        include_comments=False,
        include_tables=True,
        include_links=False,
        deduplicate=False,
    )
    nothing = etree.Element("main")
    if not found:
        return nothing
    main = etree.fromstring(found.encode(), etree.XMLParser(resolve_entities=False)).find("main")
    return nothing if main is None else main


def _walk(element: Any, anchors: dict[str, str]) -> Iterator[Block]:
    for part in element:
        if part.tag == "head":
            words = _words(part)
            level = int((part.get("rend") or "h2").removeprefix("h") or 2)
            yield Heading(level, words, anchors.get(words, ""))
        elif part.tag == "table":
            table = rows_of(
                [[_words(cell) for cell in row.iter("cell")] for row in part.iter("row")]
            )
            if table is not None:
                yield _with_header(table, part)
        elif part.tag in {"list", "div", "quote"} and len(part):
            if part.text and part.text.strip():
                yield Paragraph(" ".join(part.text.split()))
            yield from _walk(part, anchors)
        elif words := _words(part):
            yield Paragraph(f"- {words}" if part.tag == "item" else words)
        if part.tail and part.tail.strip():
            yield Paragraph(" ".join(part.tail.split()))


def _with_header(table: Rows, part: Any) -> Rows:
    """Cells marked as header cells are the header, whatever stands in them."""
    first = part.find("row")
    if table.header or first is None or not table.rows:
        return table
    marked = [cell.get("role") == "head" for cell in first.iter("cell")]
    return Rows(table.rows[0], table.rows[1:]) if marked and all(marked) else table


def _words(element: Any) -> str:
    return " ".join("".join(element.itertext()).split())
