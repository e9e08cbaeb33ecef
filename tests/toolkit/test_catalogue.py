"""A folder of tool files: what works is found, what does not is named, nothing is an exception."""

from __future__ import annotations

from pathlib import Path

import pytest

from appliance.core import errors
from appliance.toolkit import catalogue, policy_of

GOOD = '''
"""Add."""
from __future__ import annotations
from dataclasses import dataclass
from pydantic import BaseModel
from appliance.toolkit import ToolContext, tool

class Settings(BaseModel):
    step: Step | None = None

class Step(BaseModel):
    by: int = 1

@dataclass
class Sum:
    value: int

@tool(settings=Settings)
async def {name}(ctx: ToolContext[Settings], a: int) -> int:
    """Add one."""
    return Sum(a + (ctx.settings.step or Step()).by).value
'''

PLAIN = '''
from langchain_core.tools import tool

@tool
def plain_one(a: int) -> int:
    """Give it back."""
    return a
'''


def folder(tmp_path: Path, **files: str) -> Path:
    for name, text in files.items():
        (tmp_path / f"{name}.py").write_text(text)
    return tmp_path


def test_every_tool_file_is_found_by_its_name(tmp_path):
    found = catalogue.load(
        folder(tmp_path, add_one=GOOD.format(name="add_one"), plain_one=PLAIN, _shared="1/0")
    )

    assert list(found.tools) == ["add_one", "plain_one"]
    assert not found.broken
    assert policy_of(found.tools["plain_one"]).plain


def test_the_settings_model_of_a_tool_is_known(tmp_path):
    found = catalogue.load(folder(tmp_path, add_one=GOOD.format(name="add_one"), plain_one=PLAIN))

    settings = found.settings_of("add_one")

    assert settings is not None
    assert settings.model_validate({"step": {"by": 4}}).model_dump() == {"step": {"by": 4}}
    assert found.settings_of("plain_one") is None
    assert found.settings_of("no_such") is None


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("import nothing_like_this\n", "line 1 could not be imported: ModuleNotFoundError"),
        ("x = 1\n\ndef broken(:\n", "line 3 could not be imported: SyntaxError"),
        ("x = 1 / 0\n", "line 1 could not be imported: ZeroDivisionError"),
        ("raise SystemExit(3)\n", "line 1 could not be imported: SystemExit"),
        ("x = 1\n", "holds no tool named add_one"),
        ("async def add_one(): ...\n", "holds no tool named add_one"),
        (GOOD.format(name="add_two"), "holds no tool named add_one"),
        ("add_one = 'a tool'\n", "holds no tool named add_one"),
        (GOOD.format(name="add_one").replace('"""Add one."""', ""), "needs a docstring"),
        ("\x00", "could not be imported"),
    ],
)
def test_a_file_that_is_no_tool_is_named_and_the_rest_works(tmp_path, text, says):
    found = catalogue.load(folder(tmp_path, add_one=text, plain_one=PLAIN))

    assert says in found.broken["add_one"].sentence
    assert list(found.tools) == ["plain_one"]


def test_a_file_name_that_cannot_be_a_tools_name_is_said(tmp_path):
    found = catalogue.load(folder(tmp_path, **{"Add-One": GOOD.format(name="add_one")}))

    assert "Rename the file" in found.broken["Add-One"].sentence


def test_two_folders_with_a_tool_of_one_name_do_not_mix(tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    first = catalogue.load(folder(tmp_path / "a", plain_one=PLAIN))
    second = catalogue.load(folder(tmp_path / "b", plain_one=PLAIN.replace("return a", "return 9")))

    assert first.tools["plain_one"].invoke({"a": 1}) == 1
    assert second.tools["plain_one"].invoke({"a": 1}) == 9


def test_a_missing_folder_is_a_setting_to_mend(tmp_path):
    with pytest.raises(errors.Misconfigured, match="APPLIANCE_TOOLS_DIR"):
        catalogue.load(tmp_path / "nowhere")
