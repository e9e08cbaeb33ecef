"""`appliance eval` and its stage: the bot as it is, and nothing of it reaches the install."""

from __future__ import annotations

import json
import re
import shutil
from functools import partial
from pathlib import Path

import pytest
import sqlalchemy as sa
import typer
from typer.testing import CliRunner

from appliance.assembly import rehearsal
from appliance.assembly.office import open_office
from appliance.core.settings import Settings
from appliance.core.store.columns import metadata
from appliance.core.store.database import Connection
from appliance.services.evaluation import commands
from tests.evals.house import MONDAY, ROOT, open_house
from tests.fakes import documents
from tests.fakes.model_house import config_for
from tests.fakes.model_script import Asked, Step, Wanted
from tests.fakes.model_server import ModelServer

pytestmark = pytest.mark.slow

SAMPLE = ROOT / "packaging/questions.yaml"
# What an install notes of itself; a run of questions adds one note.
_OWN = {"install", "config_versions", "events", "audit", "leases", "alembic_version"}


def settings_of(folder: Path, **changes: object) -> Settings:
    given = {"clock_start": MONDAY, "config": folder / "bot_config.yaml", **changes}
    return Settings(data_dir=folder / "data", keys_dir=folder / "keys", **given)  # type: ignore[arg-type]


@pytest.fixture
async def installed(tmp_path: Path) -> Settings:
    """An install with the sample config, one document, and nobody in it."""
    guide = tmp_path / "loading-dock.md"
    guide.write_text("# Loading dock\n\nLorries over 12 tonnes use gate 7 in Quince Lane.\n")
    async with open_house(tmp_path) as house:
        documents.add(house.library, guide)
    return settings_of(tmp_path)


def everything(settings: Settings) -> dict[str, list[tuple[object, ...]]]:
    office = open_office(settings)
    try:
        there = office.db.read(lambda c: sa.inspect(c).get_table_names())  # tests declare others
        return {
            name: office.db.read(partial(rows, table))
            for name, table in metadata.tables.items()
            if name in there
        }
    finally:
        office.close()


def rows(table: sa.Table, connection: Connection) -> list[tuple[object, ...]]:
    return [tuple(row) for row in connection.execute(sa.select(table))]


def run(settings: Settings, *words: str):
    app = typer.Typer()
    app.command("other")(lambda: None)
    commands.mount(
        app,
        lambda: open_office(settings),
        lambda: rehearsal.stage(settings),
        lambda: rehearsal.tools_of(settings),
    )
    return CliRunner().invoke(app, ["eval", *words])


def test_the_sample_questions_fit_the_sample_config(installed: Settings):
    before = everything(installed)

    done = run(installed, str(SAMPLE))

    assert done.exit_code == 0, done.output
    assert re.search(r"whole questions\W+8\W+8\W+100.0%\W+68% to 100%", done.output)
    after = everything(installed)
    changed = {name for name in after if after[name] != before[name]}
    assert changed <= {"install"}, "what is booked, said and handed over stays on the stage"
    assert not any(rows for name, rows in after.items() if name not in _OWN)


def test_a_second_run_is_compared_with_the_first_and_the_share_decides(
    installed: Settings, tmp_path: Path
):
    file = tmp_path / "own.yaml"
    asks = "Which gate do lorries over 12 tonnes use?"
    dock = f'  - ask: "{asks}"\n    cites: loading-dock\n    says: "{{}}"\n'
    none = '  - ask: "How many penguins live in Antarctica?"\n    refuses: true\n'
    file.write_text("questions:\n" + dock.format("gate 8") + none)

    first = run(installed, str(file))
    file.write_text("questions:\n" + dock.format("gate 7") + none)
    second = run(installed, str(file), "--json")
    third = run(installed, str(file), "--at-least", "1")

    assert first.exit_code == 1
    assert f'own.yaml:2: {asks}\n  "gate 8" had to be said' in first.output
    assert "no earlier run" in first.output
    told = json.loads(second.output)
    assert told["scores"]["cites"]["right"] == 1
    assert told["questions"][0]["sources"][0] == "loading-dock.md"
    assert told["change"] == {**told["change"], "n": 1, "right_then": 1, "right_now": 1}
    assert third.exit_code == 0
    assert "As good as the run of 2026-11-16" in third.output


def test_a_broken_file_asks_nothing_and_exits_1(installed: Settings, tmp_path: Path):
    file = tmp_path / "own.yaml"
    file.write_text('questions:\n  - ask: "A?"\n    calls: book_demo\n')

    done = run(installed, str(file))

    assert done.exit_code == 1
    assert "own.yaml:3:12: questions[0].calls: the bot has no tool" in done.output


async def test_what_one_question_books_is_free_for_the_next(installed: Settings):
    asks = ["a demo tomorrow at 10 am please", "Jo Example", "jo@firm.example", "yes"]

    async with rehearsal.stage(installed) as stage:
        answers = [await stage.ask(asks) for _ in range(2)]

    assert all("schedule_demo" in one.tools for one in answers)
    assert answers[0].last.partition(":")[0] == answers[1].last.partition(":")[0]


RING = '''"""Rings somebody up, far from here."""

from pathlib import Path

from appliance.toolkit import tool


@tool(effect="write")
async def ring_vendor(words: str) -> str:
    """Ring the vendor."""
    Path(__file__).with_name("rung").write_text(words)
    return "It rang."
'''


async def test_a_model_is_asked_and_no_effect_beyond_the_stage_happens(tmp_path: Path):
    tools = tmp_path / "tools"
    shutil.copytree(ROOT / "tools", tools)
    (tools / "ring_vendor.py").write_text(RING)
    guide = tmp_path / "loading-dock.md"
    guide.write_text("# Loading dock\n\nLorries over 12 tonnes use gate 7 in Quince Lane.\n")

    def script(asked: Asked) -> Step:
        if asked.last.role == "tool":
            return Step(text=f"I heard: {asked.last.text}"[:200])
        if "ring" in asked.last.text:
            return Step(calls=(Wanted("ring_vendor", {"words": "hello"}),))
        return Step(calls=(Wanted("search_knowledge", {"query": asked.last.text}),))

    async with ModelServer(script) as server:
        config = config_for(server).replace("  tools:\n", "  tools:\n    - name: ring_vendor\n", 1)
        async with open_house(tmp_path, text=config, tools_dir=tools) as house:
            documents.add(house.library, guide)
        async with rehearsal.stage(settings_of(tmp_path, tools_dir=tools)) as stage:
            rung = await stage.ask(["please ring them"])
            found = await stage.ask(["Which gate do lorries over 12 tonnes use?"])

    assert rung.tools == {"ring_vendor"}
    assert "rehearsal" in rung.last
    assert not (tools / "rung").exists()
    assert found.sources[0].names[0] == "loading-dock.md", "what its search found first"
    assert "gate 7" in found.last
