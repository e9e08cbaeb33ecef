"""The phone's commands: a call from one sound file into another, and the messages callers left."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from appliance.voice import libraries

if TYPE_CHECKING:
    from appliance.voice.played import Played

voicemail = typer.Typer(help="Messages that callers have left.", no_args_is_help=True)


@voicemail.command("list")
def list_messages() -> None:
    """List the messages that are kept, the oldest first; their tickets say who called."""
    from appliance.core import settings  # noqa: PLC0415
    from appliance.voice import voicemail as room  # noqa: PLC0415

    for message_id, kept_at in room.kept(settings.load().data_dir):
        typer.echo(f"{message_id}  {kept_at:%Y-%m-%d %H:%M} UTC")


@voicemail.command()
def save(
    message_id: Annotated[str, typer.Argument(help="The message, as its ticket names it.")],
    path: Annotated[Path, typer.Argument(help="Where to write the sound (WAV).")],
) -> None:
    """Write a message's sound to a file that anybody who may read it can hear."""
    from appliance.assembly.office import open_office  # noqa: PLC0415
    from appliance.core import audit, settings  # noqa: PLC0415
    from appliance.voice import voicemail as room  # noqa: PLC0415

    office = open_office(settings.load())
    try:
        sound = room.open_message(office.settings.data_dir, office.keyring, message_id)
        office.db.write_now(
            lambda c: audit.record(
                c, office.clock.now(), office.who, "voicemail saved", message=message_id
            )
        )
    finally:
        office.close()
    path.write_bytes(sound)
    typer.echo(f"{path}: {len(sound)} bytes")


def mount(app: typer.Typer) -> None:
    """Mount the commands."""
    app.add_typer(voicemail, name="voicemail")

    @app.command()
    def call(
        wav: Annotated[
            tuple[Path, Path],
            typer.Option("--wav", help="What the caller says, and where to write what they hear."),
        ],
        caller: Annotated[
            str | None, typer.Option("--from", help="The caller's number; without it, withheld.")
        ] = None,
        wait_s: Annotated[
            float, typer.Option(help="How long after the last word the caller hangs up.")
        ] = 3.0,
    ) -> None:
        """Play a call without a telephone: a WAV file in, a WAV file out, the words on the screen.

        Example: appliance call --wav question.wav answer.wav
        """
        played = asyncio.run(_play(*wav, caller, wait_s))
        for who, words in played.lines:
            typer.echo(f"{who}: {words}")
        outcome = played.outcome
        typer.echo(
            f"({outcome.turns} turns, {outcome.seconds:.1f} s, {outcome.ended}"
            + (f", asked for a person: {outcome.handoff})" if outcome.handoff else ")")
        )


async def _play(source: Path, target: Path, caller: str | None, wait_s: float) -> Played:
    with libraries.needed():
        from appliance.voice import played  # noqa: PLC0415 - an extra that may not be installed
    from appliance.core import settings  # noqa: PLC0415

    return await played.play(
        settings.load(), source=source, target=target, caller=caller, wait_s=wait_s
    )
