"""A model is loaded and used once, in a process of its own, before it is kept."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from appliance.core import errors
from appliance.models.speech import _kinds
from appliance.models.speech._child import Gone, Program
from appliance.models.speech._kinds import Kind
from appliance.models.speech.mounted import trial
from tests.fakes import speech


def _program(*arguments: str) -> Program:
    return Program(speech.program(*arguments))


def test_whoever_hears_must_come_to_an_end_and_whoever_speaks_must_be_heard(
    tmp_path: Path,
) -> None:
    script = tmp_path / "script.txt"
    script.write_text("one two three\n")
    nothing = Program(["sh", "-c", 'echo "{\\"ready\\": true}"; cat > /dev/null'])
    silent = Program(
        ["sh", "-c", 'echo "{\\"rate\\": 1}"; head -c 8 > /dev/null; printf "\\0\\0\\0\\0"']
    )

    asyncio.run(trial.use(_kinds.VOSK, _program("hear", str(script))))
    asyncio.run(trial.use(_kinds.PIPER, _program("tone")))
    with pytest.raises(Gone):
        asyncio.run(trial.use(_kinds.VOSK, _program("hear", "/nowhere")))
    with pytest.raises(Gone, match="no sound"):
        asyncio.run(trial.use(_kinds.PIPER, silent))
    with pytest.raises(TimeoutError):
        asyncio.run(asyncio.wait_for(trial.use(_kinds.VOSK, nothing), 0.5))


def test_without_its_library_a_model_is_not_tried(tmp_path: Path) -> None:
    assert trial.loads(replace(_kinds.VOSK, module="no_such_library"), tmp_path) is False


@pytest.mark.parametrize("kind", _kinds.KINDS, ids=lambda kind: kind.provider)
def test_the_real_libraries_refuse_what_is_broken_and_say_why(kind: Kind, tmp_path: Path) -> None:
    if not kind.has_library:
        pytest.skip(f"{kind.package} is not installed here")
    for pattern in kind.files:
        path = tmp_path / pattern.replace("*", "x")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"{}" if path.suffix == ".json" else b"\x00broken\n" * 300)

    with pytest.raises(errors.Refused, match=f"{kind.provider} does not load it") as refused:
        trial.loads(kind, _kinds.entry_of(kind, tmp_path))

    assert refused.value.sentence.isprintable()
