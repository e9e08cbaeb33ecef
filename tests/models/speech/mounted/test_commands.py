"""`appliance models`: what it prints, its exit codes, and what the audit keeps."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from typer.testing import CliRunner, Result

from appliance.assembly.office import Office, open_office
from appliance.core import errors
from appliance.core.settings import Settings
from appliance.core.store.tables import audit
from appliance.models.speech import _kinds
from appliance.models.speech.mounted import commands
from appliance.models.speech.mounted.folder import FOLDER, Models
from tests.conftest import MONDAY

Run = Callable[..., Result]


class Open(Office):
    """An office that stays open between commands."""

    def close(self) -> None: ...


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    opened = open_office(Settings(data_dir=tmp_path / "data", keys_dir=tmp_path / "keys"))
    yield Open(opened.settings, opened.clock, opened.db, opened.keyring)
    opened.close()


@pytest.fixture
def run(office: Office) -> Run:
    app = commands.build(lambda: office, lambda _: {"needed"})

    def made(*words: object) -> Result:
        return CliRunner().invoke(app, list(map(str, words)))

    return made


def _kept(office: Office, source: Path, name: str) -> None:
    for pattern in _kinds.VOSK.files:
        path = source / pattern.replace("*", "x")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x" * 500_000)
    Models(office.settings.data_dir / FOLDER).add(
        source, name=name, sha256=None, now=MONDAY, loads=lambda *_: True
    )


def _audited(office: Office) -> list[str]:
    return [row[0] for row in office.db.read(lambda c: c.execute(sa.select(audit.c.what)).all())]


def test_models_are_listed_for_people_and_programs(
    run: Run, office: Office, tmp_path: Path
) -> None:
    assert "appliance models add" in run("list").output
    _kept(office, tmp_path / "from", "mine")

    assert run("list").output == "mine: vosk, hears, 1.0 MB in 2 files\n"
    [told] = json.loads(run("list", "--json").output)
    assert (told["name"], told["size_bytes"], told["was_loaded"]) == ("mine", 1_000_000, True)


def test_a_model_that_the_config_names_is_not_removed_by_mistake(
    run: Run, office: Office, tmp_path: Path
) -> None:
    for name in ("needed", "mine"):
        _kept(office, tmp_path / name, name)

    refused = run("remove", "needed")
    assert isinstance(refused.exception, errors.Refused)
    assert run("remove", "mine").exit_code == run("remove", "needed", "--force").exit_code == 0

    assert "no models" in run("list").output
    assert _audited(office) == ["model removed", "model removed"]


def test_a_check_tells_what_is_wrong_and_fails(run: Run, office: Office, tmp_path: Path) -> None:
    _kept(office, tmp_path / "from", "mine")
    (office.settings.data_dir / FOLDER / "mine" / "am" / "final.mdl").write_bytes(b"other")

    done = run("check")

    assert done.exit_code == 1
    assert done.output == "mine: am/final.mdl was changed\n"
    assert isinstance(run("check", "other").exception, errors.NotFound)


def test_what_is_no_model_is_refused_and_not_audited(
    run: Run, office: Office, tmp_path: Path
) -> None:
    refused = run("add", tmp_path / "nowhere.zip")

    assert isinstance(refused.exception, errors.Refused)
    assert _audited(office) == []
