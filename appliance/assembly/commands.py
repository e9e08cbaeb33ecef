"""The rooms' commands, mounted under `appliance`."""

from __future__ import annotations

import asyncio
import os
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from zoneinfo import ZoneInfo

import typer

from appliance.access import commands as access_commands
from appliance.assembly import dials, house, knowledge, mcp, rehearsal
from appliance.assembly.house import Appliance
from appliance.assembly.office import Office, open_office
from appliance.assembly.post import OpenChannels, open_post
from appliance.assembly.workshop import Workshop
from appliance.config import commands as config_commands
from appliance.config import versions
from appliance.config.catalogue import Catalogue
from appliance.config.model import BotConfig
from appliance.connectors.protocols import Step
from appliance.conversation import commands as conversation_commands
from appliance.conversation import tool_commands
from appliance.conversation.outbox import care
from appliance.conversation.outbox import commands as outbox_commands
from appliance.core import errors
from appliance.core.settings import Settings, secret_from_environment
from appliance.core.settings import load as load_settings
from appliance.knowledge import commands as knowledge_commands
from appliance.models import commands as model_commands
from appliance.models.speech.mounted import commands as speech_models
from appliance.services.calls import commands as recording_commands
from appliance.services.calls import journal as call_journal
from appliance.services.dials import commands as dial_commands
from appliance.services.evaluation import commands as evaluation_commands
from appliance.toolkit import catalogue as toolkit


def mount(app: typer.Typer, jobs: typer.Typer) -> None:
    """Mount the rooms' commands."""

    def office() -> Office:
        return open_office(load_settings())

    @asynccontextmanager
    async def terminal() -> AsyncIterator[Appliance]:
        opened = house.build(load_settings())
        opened.holder = f"terminal {os.getpid()}"
        opened.takes_up_all = False
        await opened.start()
        try:
            yield opened
        finally:
            await opened.stop()

    @asynccontextmanager
    async def workshop() -> AsyncIterator[Workshop]:
        real = load_settings()
        with tempfile.TemporaryDirectory(prefix="appliance-") as scratch:
            folder = Path(scratch)
            apart = {"data_dir": folder / "data", "keys_dir": folder / "keys"}
            with mcp.secrets_at_hand(real) as secret:
                opened = Workshop(open_office(real.model_copy(update=apart)), secret)
                try:
                    await asyncio.to_thread(opened.take_config_up)
                    yield opened
                finally:
                    opened.toolbox.loop.close()
                    opened.close()

    @asynccontextmanager
    async def lines() -> AsyncIterator[OpenChannels]:
        here = office()
        active = versions.active(here.db)
        if active is None:
            raise errors.Refused(
                "No config is active yet. Run: appliance config activate bot_config.yaml"
            )
        post = open_post(here, file=lambda _: None, committed=lambda: None)
        try:
            post.channels.take_up(versions.config_of(active))
            yield post.channels
        finally:
            await post.close(within_s=1)
            here.close()

    def tool_files() -> toolkit.Catalogue:
        return toolkit.load(load_settings().tools_dir)

    def catalogue() -> Catalogue:
        return house.catalogue_of(tool_files())

    in_environment = lambda name: secret_from_environment(name) is not None  # noqa: E731
    app.add_typer(config_commands.build(office, catalogue, in_environment), name="config")
    app.add_typer(access_commands.build(office), name="secrets")
    app.add_typer(knowledge_commands.build(lambda: knowledge.open_room(office())), name="knowledge")
    app.add_typer(
        tool_commands.build(tool_files, workshop, lambda: mcp.ask(load_settings())), name="tools"
    )
    conversation_commands.mount(app, office, terminal)
    evaluation_commands.mount(
        app,
        office,
        lambda: rehearsal.stage(load_settings()),
        lambda: rehearsal.tools_of(load_settings()),
    )
    calls = typer.Typer(help="Telephone calls.", no_args_is_help=True)
    call_journal.add_to_calls(calls, office)
    recording_commands.add_to_calls(calls, office)
    dial_commands.add_to_calls(calls, office, dials.live_terms)
    app.add_typer(calls, name="calls")
    model_commands.mount(app, office, _zone)
    app.add_typer(speech_models.build(office, _speech_models), name="models")
    app.add_typer(outbox_commands.build(office, lines), name="channels")
    outbox_commands.add_to_jobs(jobs, office)


def probed(settings: Settings, config: BotConfig) -> list[tuple[str, Step]]:
    """Try every channel of a config over an existing store; changes nothing."""

    async def work() -> list[tuple[str, Step]]:
        here = open_office(settings)
        post = open_post(here, file=lambda _: None, committed=lambda: None)
        try:
            post.channels.take_up(config)
            found = [
                ("channels", Step("config", passed=False, says=problem))
                for problem in post.channels.problems
            ]
            for channel in post.channels.types:
                for account in post.channels.of_type(channel):
                    found += [(channel, step) for step in await care.probe(account)]
            return found
        finally:
            await post.close(within_s=1)
            here.close()

    return asyncio.run(work())


def _speech_models(here: Office) -> set[str]:
    """Give the names of the models that calls need, as the config in force has them."""
    good = versions.last_good(here.db)
    speech = versions.config_of(good).voice.config if good else None
    if speech is None:
        return set()
    services = [speech.stt, *speech.stt.fallbacks, speech.tts, *speech.tts.fallbacks]
    return {service.model for service in services if service.model}


def _zone(here: Office) -> ZoneInfo:
    """Give the zone of the config in force; without one, UTC."""
    good = versions.last_good(here.db)
    return ZoneInfo(versions.config_of(good).calendar.zone if good else "UTC")
