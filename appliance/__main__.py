"""The command line: `appliance`. Each room brings its own commands; `up` and `version` are here.

The rooms are imported only when one of their commands is asked for, so that the rest starts fast.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup
from typer.main import get_command

from appliance import __version__
from appliance.core import errors

if TYPE_CHECKING:
    from appliance.services.monitoring.doctor import Finding


class _Rooms(TyperGroup):
    """Finds a command here first, then among the rooms'."""

    _mounted: dict[str, Any] | None = None

    def list_commands(self, ctx: Any) -> list[str]:
        return [*super().list_commands(ctx), *self._rooms()]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        return super().get_command(ctx, cmd_name) or self._rooms().get(cmd_name)

    def _rooms(self) -> dict[str, Any]:
        if self._mounted is None:
            from appliance.assembly import commands  # noqa: PLC0415 - see the module's docstring
            from appliance.jobs.commands import commands as jobs  # noqa: PLC0415
            from appliance.voice import commands as voice  # noqa: PLC0415

            rooms = typer.Typer()
            commands.mount(rooms, jobs)
            voice.mount(rooms)
            rooms.add_typer(jobs)
            self._mounted = getattr(get_command(rooms), "commands", {})
        return self._mounted


app = typer.Typer(
    name="appliance",
    cls=_Rooms,
    help="An AI front desk for one company, in one container.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)


@app.callback()
def _begin(context: typer.Context) -> None:
    if context.invoked_subcommand != "version":
        from appliance.core import logs, settings  # noqa: PLC0415 - `version` needs neither

        logs.configure(settings.load(), process="command")


@app.command()
def up() -> None:
    """Run everything until Ctrl-C or SIGTERM; prints the chat address when it is ready."""
    from appliance.core import settings  # noqa: PLC0415
    from appliance.processes.up import up as run  # noqa: PLC0415

    raise typer.Exit(run(settings.load()))


@app.command()
def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,  # noqa: FBT002
    only_up: Annotated[  # noqa: FBT002
        bool, typer.Option("--up", help="Ask only whether the running appliance answers.")
    ] = False,
) -> None:
    """Say what this machine lacks and how to get it; exit code 1 where something must be done."""
    from appliance.core import settings  # noqa: PLC0415
    from appliance.processes import readiness  # noqa: PLC0415

    chosen = settings.load()
    running = (readiness.ask(chosen, "/up") or (0, None))[0] == 200
    if only_up:
        typer.echo("up" if running else "down")
        raise typer.Exit(not running)

    import asyncio  # noqa: PLC0415

    from appliance.assembly import commands, house, mcp, office  # noqa: PLC0415
    from appliance.config import load  # noqa: PLC0415
    from appliance.core.clock import SystemClock  # noqa: PLC0415
    from appliance.services.monitoring import doctor as examiner  # noqa: PLC0415
    from appliance.toolkit import catalogue  # noqa: PLC0415

    with mcp.secrets_at_hand(chosen) as secret:
        loaded = load.load(
            chosen.config,
            catalogue=house.catalogue_of(catalogue.load(chosen.tools_dir)),
            secrets=lambda name: secret(name) is not None,
        )
    findings = examiner.examine(
        chosen,
        config_problems=[str(problem) for problem in loaded.problems],
        running=running,
        present=SystemClock(chosen.clock_start).now(),
    )
    if loaded.config is not None and (chosen.data_dir / office.CORE).exists():
        findings += examiner.channels(commands.probed(chosen, loaded.config))
    findings += examiner.mcp(*asyncio.run(mcp.ask(chosen)))
    if loaded.config is not None and loaded.config.voice.enabled:
        from appliance.switchboard import plan  # noqa: PLC0415

        findings += examiner.phone(plan.lacking(), plan.lacking_for_telephones())
        if loaded.config.voice.config is not None and not plan.lacking():
            from appliance.models.speech import shelf  # noqa: PLC0415 - an extra of its own
            from appliance.models.speech.mounted.folder import FOLDER, Models  # noqa: PLC0415

            with mcp.secrets_at_hand(chosen) as secret:
                lacks = shelf.lacking(
                    loaded.config.voice.config,
                    secret=secret,
                    mounted=Models(chosen.data_dir / FOLDER).find,
                )
                findings += examiner.speech(asyncio.run(lacks))
    _print_findings(findings, as_json=as_json)
    raise typer.Exit(any(finding.state == "fail" for finding in findings))


def _print_findings(findings: list[Finding], *, as_json: bool) -> None:
    if as_json:
        import dataclasses  # noqa: PLC0415
        import json  # noqa: PLC0415

        typer.echo(json.dumps([dataclasses.asdict(finding) for finding in findings], indent=2))
        return
    from appliance.core import safe_text  # noqa: PLC0415

    for finding in findings:
        typer.echo(f"{finding.state:<5} {finding.check:<12} {safe_text.one_line(finding.says)}")


@app.command()
def version() -> None:
    """Print the version."""
    typer.echo(__version__)


def main() -> int:
    """Run one command; gives the exit code. Errors of ours are one line, never a traceback."""
    os.umask(0o077)  # as `core.process` does for the processes
    try:
        app()
    except errors.Error as wrong:
        from appliance.core import process  # noqa: PLC0415

        return process.report(wrong)
    return 0


if __name__ == "__main__":
    sys.exit(main())
