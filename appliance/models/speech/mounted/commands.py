"""`appliance models`: add, list, check, remove."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any, Protocol

import typer

from appliance.core import audit, errors
from appliance.core.clock import Clock
from appliance.core.safe_text import one_line
from appliance.core.settings import Settings
from appliance.core.store.database import Database
from appliance.models.speech import _kinds
from appliance.models.speech.mounted import trial
from appliance.models.speech.mounted.folder import FOLDER, Model, Models

_HELP = """Speech models on this machine: recognisers and voices, added once and known by name.

\b
Known are folders or archives (.zip, .tar.gz, .tar.bz2, .tar.xz) of
  vosk     Vosk's models                            hears
  whisper  faster-whisper's (CTranslate2) models    hears
  sherpa   sherpa-onnx's streaming transducers      hears
  kokoro   Kokoro for sherpa-onnx                   speaks
  piper    NAME.onnx with NAME.onnx.json beside it  speaks

\b
Examples:
  appliance models add vosk-model-small-en-us-0.15.zip
  appliance models add en_US-amy-medium.onnx --name amy
  appliance models check
"""
_SECTION = {"hear": "stt", "speak": "tts"}
_VERB = {"hear": "hears", "speak": "speaks"}

Name = Annotated[str, typer.Argument(help="The model, as the list shows it.")]


class Office(Protocol):
    """What the commands work on: the open store, and who is at the keyboard."""

    @property
    def settings(self) -> Settings: ...
    @property
    def db(self) -> Database: ...
    @property
    def clock(self) -> Clock: ...
    @property
    def who(self) -> str: ...
    def close(self) -> None: ...


def build(
    open_office: Callable[[], Office], in_use: Callable[[Any], Collection[str]]
) -> typer.Typer:
    """Make the command group; `in_use` gives the models that the config in force names."""
    app = typer.Typer(help=_HELP, no_args_is_help=True, rich_markup_mode=None)

    @contextmanager
    def opened() -> Iterator[tuple[Office, Models]]:
        with closing(open_office()) as here:
            yield here, Models(here.settings.data_dir / FOLDER)

    @app.command()
    def add(
        path: Annotated[Path, typer.Argument(help="A folder, an archive, or a .onnx of Piper's.")],
        *,
        name: Annotated[
            str | None, typer.Option(help="What the config calls it; else the file's own name.")
        ] = None,
        sha256: Annotated[
            str | None, typer.Option(help="The digest its publisher names, of an archive or file.")
        ] = None,
    ) -> None:
        """Take a model in: recognise, copy and try it. What does not load is not kept."""
        with opened() as (here, models):
            added = models.add(
                path, name=name, sha256=sha256, now=here.clock.now(), loads=trial.loads
            )
            _note(here, "model added", added.name)
        typer.echo(f"{_line(added)}, {'loaded' if added.was_loaded else 'not tried'}")
        if not added.was_loaded:
            kind = next(kind for kind in _kinds.KINDS if kind.provider == added.provider)
            typer.echo(
                f"It was not tried: {kind.how_to_install}, then: appliance models check "
                f"{added.name}"
            )
        section = _SECTION[added.half]
        typer.echo(
            f"In bot_config.yaml, under voice.config: "
            f"{section}: {{ provider: {added.provider}, model: {added.name} }}"
        )

    @app.command(name="list")
    def list_(
        *, as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False
    ) -> None:
        """List the models."""
        with opened() as (_, models):
            found = models.listed()
        if as_json:
            typer.echo(json.dumps([_as_json(model) for model in found], indent=2))
            return
        for model in found:
            typer.echo(_line(model))
        if not found:
            typer.echo("There are no models. Add one: appliance models add PATH")

    @app.command()
    def check(
        name: Annotated[str | None, typer.Argument(help="Only this model.")] = None,
    ) -> None:
        """Compare models with what was added, and load them; exit code 1 where one is not right."""
        with opened() as (_, models):
            names = [name] if name else [model.name for model in models.listed()]
            verdicts = {each: _verdict(models, each) for each in names}
        for each, verdict in verdicts.items():
            typer.echo(f"{each}: {verdict or 'right'}")
        raise typer.Exit(any(verdicts.values()))

    @app.command()
    def remove(
        name: Name,
        *,
        force: Annotated[
            bool, typer.Option("--force", help="Though the config in force names it.")
        ] = False,
    ) -> None:
        """Remove a model and its files."""
        with opened() as (here, models):
            models.get(name)
            if name in in_use(here) and not force:
                raise errors.Refused(
                    f"The config in force names {name}: calls need it. Change the config first, "
                    "or use --force"
                )
            models.remove(name)
            _note(here, "model removed", name)
        typer.echo(f"{name}: removed")

    return app


def _verdict(models: Models, name: str) -> str:
    """Say what is wrong with a model; empty: nothing."""
    if changed := models.changed(name):
        return "; ".join(map(one_line, changed))
    kind, entry = models.entry(name)
    try:
        return "" if trial.loads(kind, entry) else kind.how_to_install
    except errors.Refused as cause:
        return cause.sentence


def _note(here: Office, what: str, name: str) -> None:
    here.db.write_now(lambda c: audit.record(c, here.clock.now(), here.who, what, model=name))


def _line(model: Model) -> str:
    megabytes = model.size_bytes / 1_000_000
    return (
        f"{model.name}: {model.provider}, {_VERB[model.half]}, {megabytes:.1f} MB in "
        f"{len(model.files)} files"
    )


def _as_json(model: Model) -> dict[str, Any]:
    return {**asdict(model), "size_bytes": model.size_bytes}
