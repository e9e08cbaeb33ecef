"""`appliance knowledge`: add, search, list, remove, reindex."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import Progress
from rich.table import Table
from rich.text import Text

from appliance.core import errors
from appliance.core.safe_text import one_line
from appliance.core.store.database import Connection
from appliance.knowledge import ingest, records, vectors
from appliance.knowledge.library import Library

OpenLibrary = Callable[[], Library]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def build(open_library: OpenLibrary) -> typer.Typer:
    """Make the command group over a library that is opened for each command."""
    app = typer.Typer(help="What the company knows: documents and facts.", no_args_is_help=True)

    @app.command()
    def add(paths: Annotated[list[Path], typer.Argument(help="Files or folders.")]) -> None:
        """Take text and Markdown files into the knowledge base."""
        _add(open_library(), paths)

    @app.command()
    def search(
        query: Annotated[str, typer.Argument(help="A question or some words.")],
        *,
        most: Annotated[int, typer.Option("--k", min=1, max=100, help="How many passages.")] = 5,
        as_json: AsJson = False,
    ) -> None:
        """Show what the bot would find."""
        _search(open_library(), query, most=most, as_json=as_json)

    @app.command(name="list")
    def list_(*, as_json: AsJson = False) -> None:
        """List the documents."""
        _list(open_library(), as_json=as_json)

    @app.command()
    def remove(document_id: Annotated[str, typer.Argument(help="As the list shows it.")]) -> None:
        """Forget a document."""
        _remove(open_library(), document_id)

    @app.command()
    def reindex() -> None:
        """Make the vectors anew that another embedder made."""
        _reindex(open_library())

    return app


def _add(library: Library, paths: list[Path]) -> None:
    console, failed = Console(), 0
    for path in paths:
        try:
            files = ingest.files_in(path)
        except errors.Refused as refusal:
            console.print(Text(one_line(refusal.sentence), style="red"))
            failed += 1
            continue
        for file in files:
            failed += _add_one(library, file, console)
    if failed:
        raise typer.Exit(1)


def _add_one(library: Library, file: Path, console: Console) -> bool:
    """Add a file under a progress bar; gives whether it failed."""
    with Progress(console=console, transient=True) as bar:
        task = bar.add_task(escape(one_line(file.name)), total=None)
        try:
            document = ingest.add(
                library.db,
                library.embedder,
                library.clock,
                file,
                progress=lambda done, total: bar.update(task, completed=done, total=total),
            )
        except errors.Refused as refusal:
            console.print(Text(one_line(refusal.sentence), style="red"))
            return True
    if document.problem:
        console.print(Text(one_line(document.problem), style="red"))
        return True
    console.print(Text(f"{document.id}  {one_line(document.title)}: {document.passages} passages"))
    return False


def _search(library: Library, query: str, *, most: int, as_json: bool) -> None:
    found = library.find(query, limit=most)
    if as_json:
        rows = [{"text": p.text, "source": p.source, "score": round(p.score, 3)} for p in found]
        typer.echo(json.dumps(rows))
        return
    console = Console()
    if not found:
        console.print(Text("Nothing fits. Add documents, or ask in other words."))
    for passage in found:
        console.print(Text(f"{passage.score:.2f}  {one_line(passage.source)}", style="bold"))
        console.print(Text(f"      {one_line(passage.text)}"))


def _list(library: Library, *, as_json: bool) -> None:
    documents = library.db.read(records.list_documents)
    if as_json:
        rows = [
            {
                "id": d.id,
                "title": d.title,
                "path": d.path,
                "passages": d.passages,
                "state": d.state,
                "problem": d.problem,
                "added_at": d.added_at.isoformat(),
            }
            for d in documents
        ]
        typer.echo(json.dumps(rows))
        return
    table = Table("id", "title", "passages", "state", "path")
    for d in documents:
        shown = (d.id, d.title, str(d.passages), d.problem or d.state, d.path)
        table.add_row(*(Text(one_line(cell)) for cell in shown))
    console = Console()
    console.print(table)
    facts = library.db.read(records.count_facts)
    console.print(Text(f"{len(documents)} documents, and {facts} facts of bot_config.yaml."))


def _remove(library: Library, document_id: str) -> None:
    def unit(connection: Connection) -> bool:
        return records.remove_document(connection, document_id)

    if not library.db.write_now(unit):
        sentence = f"There is no document {one_line(document_id)}. `knowledge list` shows them."
        Console(stderr=True).print(Text(sentence, style="red"))
        raise typer.Exit(1)
    Console().print(Text(f"{one_line(document_id)} is removed."))


def _reindex(library: Library) -> None:
    console, name = Console(), library.embedder.name
    stale = library.db.read(lambda connection: records.stale(connection, name))
    with Progress(console=console, transient=True) as bar:
        task = bar.add_task("Passages", total=len(stale))
        made = vectors.encode_words(
            library.embedder,
            [words for _, words in stale],
            progress=lambda done, _: bar.update(task, completed=done),
        )
    rows = list(zip([number for number, _ in stale], made, strict=True))
    library.db.write_now(lambda connection: records.set_vectors(connection, rows, embedder=name))
    console.print(Text(f"{len(rows)} passages have new vectors."))
