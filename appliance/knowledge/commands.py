"""`appliance knowledge`: add, search, list, remove, resume, reindex."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress
from rich.text import Text

from appliance.core import errors
from appliance.core.safe_text import one_line
from appliance.knowledge import adding, records, reindex, removing, report
from appliance.knowledge.add_command import add_and_read
from appliance.knowledge.room import Room
from appliance.knowledge.values import Access, Asked

OpenRoom = Callable[[], Room]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
_DAY = ["%Y-%m-%d"]

_HELP = """What the company knows: its documents and facts.

\b
Examples:
  appliance knowledge add handbook.pdf faq.md prices.xlsx site/
  appliance knowledge add https://acme.example/help --pages 50
  appliance knowledge add --internal purchase-prices.xlsx
  appliance knowledge search "is breakfast included?"

Read are text, Markdown, HTML, PDF, Word (.docx), Excel (.xlsx), CSV, PowerPoint (.pptx) and mail
(.eml). Pictures and scans are not: the appliance has no text recognition.
"""


def build(open_room: OpenRoom) -> typer.Typer:
    """Make the command group over a room that is opened for each command."""
    app = typer.Typer(help=_HELP, no_args_is_help=True, rich_markup_mode=None)

    @contextmanager
    def room() -> Iterator[Room]:
        with closing(open_room()) as opened:
            yield opened

    @app.command()
    def add(
        named: Annotated[list[str], typer.Argument(help="Files, folders, web addresses.")],
        *,
        internal: Annotated[
            bool, typer.Option("--internal", help="For your own people, never for customers.")
        ] = False,
        public: Annotated[
            bool, typer.Option("--public", help="For customers, though it was internal before.")
        ] = False,
        valid_from: Annotated[
            datetime | None, typer.Option(formats=_DAY, help="First day it holds.")
        ] = None,
        valid_until: Annotated[
            datetime | None, typer.Option(formats=_DAY, help="Last day it holds.")
        ] = None,
        pages: Annotated[
            int, typer.Option(min=1, max=10_000, help="Most pages of a website.")
        ] = 200,
        every_h: Annotated[
            float, typer.Option(min=1, help="Hours until a website is read again.")
        ] = 24,
        as_json: AsJson = False,
    ) -> None:
        """Take documents in; what is known already is read again if it has changed.

        Exit code 1: something cannot be read; 75: something waits; 130: interrupted, nothing lost.
        """
        if internal and public:
            raise errors.Refused("--internal and --public contradict each other.")
        asked = Asked(
            access=Access.INTERNAL if internal else Access.PUBLIC if public else None,
            valid_from=valid_from.date() if valid_from else None,
            valid_until=valid_until.date() if valid_until else None,
        )
        website = adding.Website(pages=pages, every_s=every_h * 3600)
        with room() as opened:
            code = add_and_read(opened, named, asked, website, as_json=as_json)
        raise typer.Exit(code)

    @app.command()
    def resume(*, as_json: AsJson = False) -> None:
        """Go on with what an interrupted `add` has left."""
        with room() as opened:
            code = add_and_read(opened, [], Asked(), adding.Website(), as_json=as_json)
        raise typer.Exit(code)

    @app.command()
    def search(
        query: Annotated[str, typer.Argument(help="A question or some words.")],
        *,
        most: Annotated[int, typer.Option("--k", min=1, max=100, help="How many passages.")] = 5,
        internal: Annotated[
            bool, typer.Option("--internal", help="Also what customers are never told.")
        ] = False,
        language: Annotated[
            str | None, typer.Option(help="Only documents in this language, e.g. de.")
        ] = None,
        as_json: AsJson = False,
    ) -> None:
        """Show what the bot would find, and why."""
        with room() as opened:
            found = opened.library.find(query, limit=most, internal=internal, language=language)
        report.matches(found, as_json=as_json)

    @app.command(name="list")
    def list_(*, as_json: AsJson = False) -> None:
        """List documents and websites, with what is wrong with them."""
        with room() as opened:
            db = opened.library.db
            documents, sites = db.read(records.list_documents), db.read(records.list_sites)
            facts = db.read(records.count_facts)
        report.documents(documents, sites, facts, as_json=as_json)

    @app.command()
    def remove(
        wanted: Annotated[list[str], typer.Argument(help="Ids, as the list shows them.")],
    ) -> None:
        """Forget documents or websites; nothing of them is left in any file."""
        with room() as opened:
            try:
                removing.remove(opened.library.db, wanted)
            except errors.NotFound as wrong:
                Console(stderr=True).print(Text(one_line(wrong.sentence), style="red"))
                raise typer.Exit(1) from None
            finally_removed = [one_line(one) for one in wanted]
            opened.record("knowledge.removed", {"documents": finally_removed})
        Console().print(Text(f"{', '.join(finally_removed)}: removed."))

    @app.command(name="reindex")
    def reindex_() -> None:
        """Make the vectors anew that another embedder made, and those that lack."""
        with room() as opened:
            _reindex(opened)

    return app


def _reindex(room: Room) -> None:
    console = Console(stderr=True)
    with Progress(console=console, transient=True) as bar:
        task = bar.add_task("Passages", total=None)
        made = reindex.reindex(
            room.library,
            progress=lambda done, total: bar.update(task, completed=done, total=total),
        )
    Console().print(Text(f"{made} passages have new vectors."))
