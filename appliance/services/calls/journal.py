"""`appliance calls list` and `show`: what there is to know of each call but its words."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Annotated, Any, Protocol

import typer

from appliance.conversation import tickets
from appliance.core import errors
from appliance.core.crypto import Keyring
from appliance.core.safe_text import one_line
from appliance.core.store.database import Connection, Database
from appliance.services.calls import metrics, records
from appliance.services.calls.values import Call, Turn

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


class Office(Protocol):
    """What the commands work on: the open store and its keys."""

    @property
    def db(self) -> Database: ...
    @property
    def keyring(self) -> Keyring: ...
    def close(self) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A call as it is shown.

    Attributes:
        outcome: Why it ended; None while it goes on.
        response_ms: The median from the caller's last sound (or key) to the reply's first.
        talk_ratio: The bot's share of all that was spoken, 0 to 1.
        sentiment: Counted from the caller's words, -1 to 1 (`sentiment`).
        handoff_reason: Why a person was asked for, as the ticket says.
        message: What became of it where the caller was lost: written (where), or why not.
    """

    id: str
    conversation_id: str
    contact_id: str
    began_at: datetime
    seconds: float | None
    direction: str
    kind: str
    state: str
    outcome: str | None
    turns: int
    interruptions: int
    response_ms: int | None
    talk_ratio: float | None
    sentiment: float | None
    disclosed_ms: int | None
    speech_failures: int
    handoff: str | None
    handoff_reason: str | None
    message: str | None


def add_to_calls(app: typer.Typer, office: Callable[[], Office]) -> None:
    """Add the commands to `appliance calls`."""

    @app.command("list")
    def list_calls(
        *,
        most: Annotated[int, typer.Option(min=1, max=10_000, help="How many.")] = 50,
        as_json: AsJson = False,
    ) -> None:
        """List the calls, the newest first.

        Example: appliance calls list --most 20
        """

        def query(connection: Connection) -> list[Entry]:
            found = records.newest(connection, most=most)
            return [_entry(connection, here.keyring, call) for call in found]

        here = office()
        try:
            entries = here.db.read(query)
        finally:
            here.close()
        if as_json:
            _print([asdict(each) for each in entries])
            return
        for entry in entries:
            typer.echo(_line(entry))
        if not entries:
            typer.echo("There was no call yet.")

    @app.command()
    def show(
        call_id: Annotated[str, typer.Argument(metavar="ID", help="The call, as the list has it.")],
        *,
        as_json: AsJson = False,
    ) -> None:
        """Show all figures of a call and of its turns. What was said: appliance tickets show.

        Example: appliance calls show 06h1b2891rrrysxkd0xnv3epw2
        """

        def query(connection: Connection) -> tuple[Entry, list[Turn]]:
            call = records.find(connection, call_id)
            if call is None:
                raise errors.NotFound(f"There is no call {call_id[:40]}. See: appliance calls list")
            turns = list(records.turns_of(connection, call_id))
            return _entry(connection, here.keyring, call), turns

        here = office()
        try:
            entry, turns = here.db.read(query)
        finally:
            here.close()
        if as_json:
            _print({**asdict(entry), "turn_rows": [asdict(turn) for turn in turns]})
            return
        for name, value in asdict(entry).items():
            if value is not None:
                typer.echo(f"{name.replace('_', ' '):<16} {one_line(str(value))}")
        for turn in turns:
            typer.echo(_worded(turn))


def _entry(connection: Connection, keyring: Keyring, call: Call) -> Entry:
    turns = records.turns_of(connection, call.id)
    figures = metrics.of_call(call, turns)
    return Entry(
        id=call.id,
        conversation_id=call.conversation_id,
        contact_id=call.contact_id,
        began_at=call.began_at,
        seconds=figures.duration_seconds,
        direction=call.direction,
        kind=call.kind,
        state=call.state,
        outcome=call.outcome,
        turns=figures.turns,
        interruptions=figures.interruptions,
        response_ms=figures.response_latency_ms,
        talk_ratio=figures.talk_ratio,
        sentiment=figures.sentiment,
        disclosed_ms=call.disclosed_ms,
        speech_failures=call.failures,
        handoff=call.handoff,
        handoff_reason=_reason(connection, keyring, call.handoff),
        message=_message(connection, call.id),
    )


def _reason(connection: Connection, keyring: Keyring, reference: str | None) -> str | None:
    """Give why a person was asked for. It may hold the caller's words: it stands in the ticket."""
    if reference is None:
        return None
    try:
        return tickets.get(connection, keyring, reference).reason
    except errors.NotFound:
        return None


def _message(connection: Connection, call_id: str) -> str | None:
    lost = records.find_lost(connection, call_id)
    if lost is None:
        return None
    if lost.state == "due":
        return "not decided yet"
    return f"written on {lost.channel}" if lost.why is None else f"not written: {lost.why}"


def _print(told: Any) -> None:
    typer.echo(json.dumps(told, default=lambda value: value.isoformat(), indent=2))


def _line(entry: Entry) -> str:
    """Give a call as one line."""
    told = [
        f"{entry.began_at:%Y-%m-%d %H:%M} UTC",
        entry.id,
        f"{entry.kind} {entry.direction}",
        "goes on" if entry.seconds is None else f"{entry.seconds:.0f} s",
        f"{entry.turns} turns",
        entry.outcome or "",
        " ".join(filter(None, (entry.handoff, entry.handoff_reason))),
        entry.message or "",
    ]
    return one_line("  ".join(filter(None, told)))


def _worded(turn: Turn) -> str:
    told = [
        f"{name} {value} ms"
        for name, value in (
            ("end of turn", turn.end_of_turn_ms),
            ("recognised", turn.stt_ms),
            ("first words", turn.first_token_ms),
            ("first sound", turn.first_audio_ms),
            ("reply", turn.reply_ms),
        )
        if value is not None
    ]
    cut = " (spoken over)" if turn.was_cut else ""
    return f"turn {turn.ordinal:<11} {', '.join(told)}{cut}"
