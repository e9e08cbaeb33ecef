"""Which models a process asks, and in which order."""

from __future__ import annotations

from pathlib import Path

import pytest

from appliance.core.clock import SystemClock
from appliance.models.embedder import open_minilm
from appliance.models.speaker import Speakers
from tests.fakes.chat import sample_config

VOICE = {
    "enabled": True,
    "config": {
        "stt": {"provider": "vosk", "model": "/models/ears"},
        "tts": {"provider": "piper", "model": "/models/mouth.onnx"},
        "llm": {
            "provider": "openai_compatible",
            "model": "quick-1",
            "base_url": "http://127.0.0.1:9/v1",
        },
    },
}


@pytest.mark.parametrize(("is_spoken", "asked"), [(True, ["quick-1", ""]), (False, [""])])
def test_only_a_call_begins_with_the_model_that_calls_are_given(
    tmp_path: Path, is_spoken: bool, asked: list[str]
) -> None:
    keys: dict[str, str] = {}
    speakers = Speakers(secret=keys.get, clock=SystemClock(), is_spoken=is_spoken)

    chain = speakers.make(sample_config(voice=VOICE), [], open_minilm(cache_dir=tmp_path), tmp_path)

    assert [link.called for link in chain.links] == asked
    assert chain.links[-1].name == "desk"
