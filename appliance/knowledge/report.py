"""How documents and matches are shown on a terminal, or as JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import typer
from rich.console import Console
from rich.table import Column, Table
from rich.text import Text

from appliance.core.safe_text import one_line
from appliance.knowledge.values import Access, Document, Match, Site


def matches(found: Sequence[Match], *, as_json: bool) -> None:
    """Show passages, best first, with the scores of both halves."""
    if as_json:
        typer.echo(json.dumps([_match(one) for one in found]))
        return
    console = Console()
    if not found:
        console.print(Text("Nothing fits. Add documents, or ask in other words."))
    for one in found:
        label = "  [internal]" if one.access is Access.INTERNAL else ""
        near = "" if one.sure else "  [near, perhaps no answer]"
        console.print(Text(f"{one.score:.2f}  {one_line(one.source)}{label}{near}", style="bold"))
        console.print(Text(f"      {one_line(one.text)}"))
        console.print(Text(f"      {_why(one)}", style="dim"))


def _why(match: Match) -> str:
    kind = "a fact of bot_config.yaml; " if match.is_fact else ""
    near = f"meaning {match.meaning:.2f}"
    near += f" (place {match.meaning_rank})" if match.meaning_rank else ""
    if not match.words_rank:
        return f"{kind}{near}; no word in common"
    every = ", every word" if match.every_word else ""
    return f"{kind}{near}; words {match.words:.1f} (place {match.words_rank}{every})"


def _match(match: Match) -> dict[str, Any]:
    return {
        "text": match.text,
        "source": match.source,
        "score": round(match.score, 3),
        "sure": match.sure,
        "fact": match.is_fact,
        "access": match.access,
        "language": match.language,
        "document_id": match.document_id,
        "meaning": {"cosine": round(match.meaning, 3), "place": match.meaning_rank},
        "words": {
            "weight": round(match.words, 3),
            "place": match.words_rank,
            "every_word": match.every_word,
        },
    }


def documents(
    found: Sequence[Document], sites: Sequence[Site], facts: int, *, as_json: bool
) -> None:
    """Show the documents and the websites they are of."""
    if as_json:
        typer.echo(json.dumps([document(one) for one in found] + [_site(one) for one in sites]))
        return
    console = Console()
    table = Table(Column("id", no_wrap=True), "title", "passages", "state", "access", "address")
    for one in found:
        state = one.problem or ". ".join(filter(None, (one.state, one.remark)))
        cells = (one.id, one.title, str(one.passages), state, one.access, one.address)
        table.add_row(*(Text(one_line(cell)) for cell in cells))
    console.print(table)
    if sites:
        web = Table(Column("id", no_wrap=True), "website", "pages", "read again", "problem")
        for site in sites:
            pages = sum(one.site_id == site.id for one in found)
            again = f"{site.due_at:%Y-%m-%d %H:%M} UTC"
            shown = (site.id, site.address, f"{pages} of {site.pages}", again, site.problem or "")
            web.add_row(*(Text(one_line(cell)) for cell in shown))
        console.print(web)
    console.print(Text(f"{len(found)} documents, and {facts} facts of bot_config.yaml."))


def document(one: Document) -> dict[str, Any]:
    """Give a document as JSON."""
    return {
        "id": one.id,
        "title": one.title,
        "address": one.address,
        "format": one.format,
        "passages": one.passages,
        "state": one.state,
        "waits": one.due_at is not None,
        "problem": one.problem,
        "remark": one.remark,
        "access": one.access,
        "language": one.language,
        "valid_from": one.valid_from and one.valid_from.isoformat(),
        "valid_until": one.valid_until and one.valid_until.isoformat(),
        "added_at": one.added_at.isoformat(),
        "site_id": one.site_id,
    }


def _site(one: Site) -> dict[str, Any]:
    return {
        "id": one.id,
        "website": one.address,
        "pages": one.pages,
        "read_again_at": one.due_at.isoformat(),
        "problem": one.problem,
    }
