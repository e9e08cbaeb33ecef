"""`appliance jobs`: what the background does."""

from __future__ import annotations

import json
from typing import Annotated

import typer

commands = typer.Typer(name="jobs", help="What the background does.", no_args_is_help=True)


@commands.command("list")
def list_jobs(
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,  # noqa: FBT002
) -> None:
    """List the recurring work and how often each is done."""
    from appliance.assembly import jobs as rooms  # noqa: PLC0415 - only this command needs them
    from appliance.assembly.office import open_office  # noqa: PLC0415
    from appliance.core import settings  # noqa: PLC0415
    from appliance.jobs import schedule  # noqa: PLC0415

    office = open_office(settings.load())
    try:
        jobs = schedule.recurring(office.db, office.clock, rooms.Background(office).jobs)
    finally:
        office.close()
    if as_json:
        typer.echo(json.dumps([{"name": j.name, "every_s": j.every_s, "doc": j.doc} for j in jobs]))
        return
    for job in jobs:
        typer.echo(f"{job.name:<24} every {job.every_s:g} s  {job.doc}")
