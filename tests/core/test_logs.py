from __future__ import annotations

import asyncio
import gc
import io
import json
import logging
from typing import Any

import pytest

from appliance.core import errors, logs
from appliance.core.settings import Settings


def written(say, **settings: Any) -> list[dict[str, Any]]:
    """Configure a log into memory, let `say` write to it, read the lines back."""
    sink = io.StringIO()
    logs.configure(Settings(log_format="json", **settings), process="test", to=sink)
    say(logs.get("room"))
    return [json.loads(line) for line in sink.getvalue().splitlines()]


def test_a_line_is_a_constant_message_with_fields():
    (line,) = written(lambda log: log.info("turn done", tokens=7, ok=True, took=[1, 2]))

    assert line["event"] == "turn done"
    assert (line["tokens"], line["ok"], line["took"]) == (7, True, [1, 2])
    assert (line["level"], line["process"], line["logger"]) == ("info", "test", "room")


@pytest.mark.parametrize(
    ("level", "allowed", "kept"),
    [("info", False, False), ("debug", False, False), ("info", True, False), ("debug", True, True)],
)
def test_personal_data_needs_both_debug_and_leave(level, allowed, kept):
    (line,) = written(
        lambda log: log.info("message came", pii_sender="+15550100"),
        log_level=level,
        log_personal_data=allowed,
    )

    assert ("pii_sender" in line) is kept


@pytest.mark.parametrize(
    "hostile", ["a\nb", "a\x1b[2Jb", "a\u202eb", "a\x00b", "a\ud800b", "a\x9b1mb"]
)
def test_a_hostile_text_stays_one_harmless_line(hostile):
    (line,) = written(lambda log: log.info("said", text=hostile, inner={hostile: [hostile]}))

    for text in (line["text"], *line["inner"], *line["inner"].values()):
        said = text if isinstance(text, str) else text[0]
        assert said.isprintable()
        assert said.startswith("a")


def test_a_long_text_is_cut():
    (line,) = written(lambda log: log.info("said", text="x" * 100_000))

    assert len(line["text"]) < 2100
    assert "100000 characters" in line["text"]


def test_an_exception_is_its_kind_and_place_without_its_words():
    def say(log: Any) -> None:
        try:
            raise ValueError("the customer said hunter2")
        except ValueError:
            log.exception("it failed")

    (line,) = written(say)

    assert line["error"] == "ValueError"
    assert "say" in line["error_at"]
    assert "hunter2" not in json.dumps(line)


def test_an_error_of_ours_brings_its_sentence():
    wrong = errors.Unavailable("The disk is full.")

    (line,) = written(lambda log: log.warning("it failed", exc_info=wrong))

    assert line["sentence"] == "The disk is full."


def test_libraries_write_into_the_same_log():
    (line,) = written(
        lambda _: logging.getLogger("some.library").warning("it %s", "broke\n!"),
        log_level="debug",
        log_personal_data=True,
    )

    assert line["event"] == "it %s"
    assert line["pii_event"] == "it broke !"
    assert line["logger"] == "some.library"
    assert line["said_at"].startswith("test_logs.py:")


@pytest.mark.parametrize(
    "words",
    [
        ("could not send to %s", "bob@example.com"),
        ("could not send to %(address)s", {"address": "bob@example.com"}),
        ("could not send to bob@example.com",),
        ("%d messages to %s", "bob@example.com"),
        (ValueError("bob@example.com"),),
    ],
    ids=["filled in", "by name", "written out", "wrongly filled in", "no text"],
)
def test_what_a_library_fills_in_stays_out_of_the_log(capsys, words):
    (line,) = written(lambda _: logging.getLogger("lib").warning(*words))

    assert "bob" not in json.dumps(line)
    assert line["event"] in {words[0], "a library reported something"}
    assert capsys.readouterr().err == ""


async def test_an_exception_nobody_fetched_is_told_without_its_words():
    async def fails() -> None:
        raise ValueError("bob@example.com wrote")

    async def forget() -> None:
        task = asyncio.create_task(fails())
        await asyncio.wait({task})

    sink = io.StringIO()
    logs.configure(Settings(log_format="json"), process="test", to=sink)
    await forget()
    gc.collect()
    await asyncio.sleep(0)

    (line,) = [json.loads(said) for said in sink.getvalue().splitlines()]
    assert line["event"] == "Task exception was never retrieved"
    assert line["error"] == "ValueError"
    assert "fails" in line["error_at"]
    assert "bob" not in sink.getvalue()


def test_chatty_libraries_are_heard_from_warning_on():
    assert written(lambda _: logging.getLogger("huey.consumer").info("started")) == []


def test_text_form_is_one_line_for_people():
    sink = io.StringIO()
    logs.configure(Settings(log_format="text"), process="test", to=sink)

    logs.get("room").info("turn done", tokens=7)

    assert "turn done" in sink.getvalue()
    assert "tokens=7" in sink.getvalue()
    assert sink.getvalue().count("\n") == 1
