"""`appliance calls recordings`, `recording` and `erase-recordings`."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Protocol

import typer

from appliance.core import audit, errors
from appliance.core.clock import Clock
from appliance.core.crypto import Keyring
from appliance.core.settings import Settings
from appliance.core.store.database import Database
from appliance.services.calls import recordings as sound
from appliance.services.calls import records


class Office(Protocol):
    """What the commands work on: the open store with its keys, and who is at the keyboard."""

    @property
    def settings(self) -> Settings: ...
    @property
    def db(self) -> Database: ...
    @property
    def keyring(self) -> Keyring: ...
    @property
    def clock(self) -> Clock: ...
    @property
    def who(self) -> str: ...
    def close(self) -> None: ...


def add_to_calls(app: typer.Typer, open_office: Callable[[], Office]) -> None:
    """Add the commands that concern recordings."""

    @contextmanager
    def opened() -> Iterator[tuple[Office, Path]]:
        with closing(open_office()) as here:
            yield here, here.settings.data_dir / sound.FOLDER

    @app.command()
    def recordings(
        *,
        most: Annotated[int, typer.Option(min=1, max=10_000, help="How many.")] = 50,
        as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    ) -> None:
        """List the recordings of calls, the newest first."""
        with opened() as (here, _):
            found = here.db.read(lambda c: records.recordings(c, most=most))
        if as_json:
            typer.echo(json.dumps([asdict(each) for each in found], default=str, indent=2))
            return
        for each in found:
            typer.echo(
                f"{each.call_id}  {each.began_at:%Y-%m-%d %H:%M} UTC  {each.state:<7}  "
                f"{each.sound_ms / 1000:.0f} s"
            )
        if not found:
            typer.echo("No call was recorded. See voice.recording in bot_config.yaml.")

    @app.command()
    def recording(
        call_id: Annotated[str, typer.Argument(help="The call, as the list shows it.")],
        out: Annotated[Path, typer.Option("--out", help="Where to write the sound (Ogg Opus).")],
    ) -> None:
        """Write a call's sound to a file that anybody who may read it can hear.

        The caller is on the left, the bot on the right.
        Example: appliance calls recording 01k9... --out call.ogg
        """
        with opened() as (here, folder):
            found = here.db.read(lambda c: records.find_recording(c, call_id))
            if found is None or found.state not in {"open", "kept"}:
                why = f" It is {found.state}." if found else ""
                raise errors.NotFound(
                    f"There is no recording of the call {call_id[:40]}.{why} "
                    "See: appliance calls recordings"
                )
            heard = sound.read(here.keyring, folder, call_id)
            here.db.write_now(
                lambda c: audit.record(
                    c, here.clock.now(), here.who, "recording saved", call=call_id
                )
            )
        try:
            out.write_bytes(heard)
        except OSError as cause:
            raise errors.Refused(f"{out} cannot be written ({cause.strerror}).") from None
        typer.echo(f"{out}: {found.sound_ms / 1000:.0f} s, {len(heard)} bytes")

    @app.command()
    def erase_recordings(
        *,
        call: Annotated[str | None, typer.Option(help="Of this call.")] = None,
        contact: Annotated[str | None, typer.Option(help="Of all calls of this contact.")] = None,
    ) -> None:
        """Erase the sound of a call or contact; what was said stays in the conversation."""
        with opened() as (here, folder):
            erased = sound.erase(here.db, folder, call_id=call, contact_id=contact)
            here.db.write_now(
                lambda c: audit.record(
                    c,
                    here.clock.now(),
                    here.who,
                    "recordings erased",
                    call=call,
                    contact=contact,
                    erased=erased,
                )
            )
        typer.echo(f"{erased} recordings erased")
