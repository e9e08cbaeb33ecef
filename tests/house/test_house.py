"""The house is complete: what stands in one place stands in the others where it must."""

from __future__ import annotations

import ast
import re
import subprocess
import tomllib
from pathlib import Path

import pytest

from appliance.core.settings import Settings

HOUSE = Path(__file__).parents[2]
MODULES = sorted([*(HOUSE / "appliance").rglob("*.py"), *(HOUSE / "tools").glob("*.py")])
ENV_EXAMPLE = (HOUSE / "packaging/env.example").read_text()


def named(path: Path) -> str:
    return str(path.relative_to(HOUSE))


def texts() -> list[Path]:
    """List the project's own text files: what git would take, or all but what tools make."""
    if (HOUSE / ".git").exists():
        command = ["git", "ls-files", "-co", "--exclude-standard"]
        listed = subprocess.run(command, cwd=HOUSE, capture_output=True, text=True, check=True)
        found = [HOUSE / line for line in listed.stdout.splitlines()]
    else:
        made = {".venv", "var", "__pycache__", ".hypothesis", ".pytest_cache", ".mypy_cache"}
        found = [path for path in HOUSE.rglob("*") if not made & set(path.parts)]
    pictures = {".png", ".jpg", ".webp", ".gif", ".ico", ".db", ".pyc"}
    return [path for path in found if path.is_file() and path.suffix not in pictures]


def says_nothing(path: Path) -> bool:
    return not path.exists() or not ast.get_docstring(ast.parse(path.read_text()))


def test_every_room_and_every_module_says_what_it_is():
    rooms = {path.parent / "__init__.py" for path in MODULES if "appliance" in path.parts}

    assert len(MODULES) > 50
    assert [named(path) for path in sorted({*MODULES, *rooms}) if says_nothing(path)] == []


@pytest.mark.parametrize("path", sorted((HOUSE / "tools").glob("*.py")), ids=named)
def test_a_tool_file_holds_the_tool_of_its_name(path):
    functions = (ast.FunctionDef, ast.AsyncFunctionDef)
    tree = ast.parse(path.read_text())

    assert path.stem in {node.name for node in tree.body if isinstance(node, functions)}


def test_every_setting_is_described_where_an_operator_looks():
    told = re.findall(r"^(?:# )?APPLIANCE_(\w+)=", ENV_EXAMPLE, re.M)

    assert {name.upper() for name in Settings.model_fields} - set(told) == set()
    assert all(field.description for field in Settings.model_fields.values())


def test_env_example_names_no_setting_that_is_gone():
    said = re.findall(r"^(?:# )?APPLIANCE_(\w+)=", ENV_EXAMPLE, re.M)

    assert {name.lower() for name in said} <= set(Settings.model_fields)


def test_env_example_gives_the_true_defaults():
    said = dict(re.findall(r"^APPLIANCE_(\w+)=(.*)$", ENV_EXAMPLE, re.M))
    inside = {"DATA_DIR", "KEYS_DIR", "CONFIG", "TOOLS_DIR"}
    fresh = Settings.model_construct()

    for name, value in said.items():
        default = getattr(fresh, name.lower())
        true = "" if default is None else str(default)
        if name in inside:
            assert true.endswith(value)
        else:
            assert true.lower().removesuffix(".0") == value.lower()


def test_every_make_target_says_what_it_does():
    makefile = (HOUSE / "Makefile").read_text()
    (phony,) = re.findall(r"^\.PHONY: (.*)$", makefile, re.M)
    told = re.findall(r"^([a-z-]+):.*## \S", makefile, re.M)

    assert sorted(phony.split()) == sorted(told)


def test_no_file_names_a_machine_or_a_registry():
    # Written in parts, so that this file does not find itself.
    parts = ["/wo|rk/", "/ro|ot/", r"pypi\.|org", "pythonho|sted", "--find-|links", "/sim|ple/"]
    foreign = re.compile("|".join(part.replace("|", "") for part in parts))

    found = [
        f"{named(path)}: {line.strip()[:80]}"
        for path in texts()
        for line in path.read_text(errors="replace").splitlines()
        if foreign.search(line) and "no-emit" not in line
    ]

    assert found == []


@pytest.mark.parametrize(
    "lock", ["requirements.lock", "requirements-voice.lock", "requirements-dev.lock"]
)
def test_every_requirement_is_locked_with_a_hash(lock):
    text = (HOUSE / lock).read_text()
    project = tomllib.loads((HOUSE / "pyproject.toml").read_text())["project"]
    wanted = list(project["dependencies"])
    if "dev" in lock:
        wanted += project["optional-dependencies"]["dev"]
    if lock != "requirements.lock":
        wanted += project["optional-dependencies"]["voice"]
    blocks = re.split(r"^(?=[a-z0-9])", text, flags=re.M)[1:]
    locked = {re.split(r"==", block)[0] for block in blocks}

    names = {re.split(r"[<>=\[; ]", one)[0].lower().replace(".", "-") for one in wanted}
    assert names <= {name.replace(".", "-") for name in locked}
    assert all("--hash=sha256:" in block for block in blocks)


def test_the_locks_agree():
    pins = [
        set(re.findall(r"^([a-z0-9.-]+==\S+)", (HOUSE / name).read_text(), re.M))
        for name in ("requirements.lock", "requirements-voice.lock", "requirements-dev.lock")
    ]

    assert pins[0] <= pins[1] <= pins[2]
