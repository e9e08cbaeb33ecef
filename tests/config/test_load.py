"""The loader: what is fine is taken, all problems are told at once, nothing makes it fall over."""

from __future__ import annotations

import random
import time
import tracemalloc
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from appliance.config import load
from tests.config import broken, sample
from tests.config.sample import SMALL, with_line


def test_the_sample_config_of_the_repository_is_fine() -> None:
    found = load.load(
        sample.REPOSITORY / "bot_config.yaml", catalogue=sample.CATALOGUE, secrets=lambda _: False
    )

    assert [str(problem) for problem in found.problems] == []
    assert found.config is not None
    assert found.config.client.name == "Acme Corporation"


def test_a_valid_config_has_its_values() -> None:
    config = sample.loaded(SMALL).config

    assert config is not None
    assert config.facts.prices[0].price == Decimal("99.0")
    assert config.calendar.exceptions[0].on == date(2026, 11, 27)
    assert config.workflow.tools[0].config == {"discount_authority": 0.15}


def test_windows_line_ends_and_a_byte_order_mark_change_nothing() -> None:
    plain = sample.loaded(SMALL)

    marked = sample.loaded(b"\xef\xbb\xbf" + SMALL.replace("\n", "\r\n").encode())

    assert marked.problems == ()
    assert marked.digest == plain.digest


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("  region: US", "  region: NO"),
        ('opens: "09:00"', "opens: 09:00"),
        ('closes: "17:00"', "closes: 12:30"),
        ('closes: "17:00"', 'closes: "00:00"'),
        ("duration_min: 30", "duration_min: 0o36"),
        ("duration_min: 30", "duration_min: 0x1E"),
        ("price: 99.00", 'price: "99.00"'),
        ("  name: Acme Corporation", "  name: no"),
        ("  name: Acme Corporation", '  name: "012"'),
        ("  region: US", "  region: US # ask sales for the token or password"),
        ("holidays: US", "holidays: DE-BY"),
        ("authority: 0.15", "authority: 0.2"),
        ('greeting: "Hello!"', 'greeting: "Hello 👋 \\U0001F44B"'),
        ("threshold: 0.05", "threshold: 5e-2"),
        ("    mon: [", "    tue: [{opens: 00:00, closes: 09:00}]\n    mon: ["),
        (
            "    mon: [",
            "    sat: [{opens: 00:00, closes: 09:00}, {opens: 09:00, closes: 00:00}]\n    mon: [",
        ),
    ],
)
def test_what_yaml_1_2_says_is_taken_at_its_word(old: str, new: str) -> None:
    loaded = sample.loaded(with_line(old, new))

    assert [str(problem) for problem in loaded.problems] == []


def test_all_problems_are_told_at_once_in_the_order_of_the_file() -> None:
    text = SMALL
    for old, new in (
        ("  region: US", "  regoin: US"),
        ("authority: 0.15", "authority: 0.30"),
        ("name: schedule_demo", "name: schedul_demo"),
        ("America/New_York", "America/New_Yrok"),
        ("email: hello@acme.example", f"email: {sample.CREDENTIALS['aws']}"),
        ("severity: critical", "severity: critcal"),
    ):
        text = text.replace(old, new)

    lines = [str(problem) for problem in sample.loaded(text).problems]

    assert [line.split(": ")[1] for line in lines] == [
        "client.regoin",
        "workflow.tools[0].config.discount_authority",
        "workflow.tools[1].name",
        "workflow.intents[0].reply.tool",
        "calendar.zone",
        "facts.email",
        "behavior.survey.ask_after[0]",
        "monitoring.alerts[0].severity",
    ]
    assert lines == sorted(lines, key=lambda line: [int(n) for n in line.split(":")[1:3]])


def test_a_problem_reads_path_line_column_field_what_and_what_to_do() -> None:
    loaded = sample.loaded(with_line("  greeting:", "  greating:"))

    assert str(loaded.problems[0]) == (
        'bot.yaml:11:3: workflow.greating: is no known key (did you mean "greeting"?)'
    )


def test_an_example_of_two_intents_is_a_warning_and_no_obstacle() -> None:
    loaded = sample.loaded(with_line("[can i get my money back]", "[Book a demo!]"))

    assert loaded.config is not None
    assert loaded.errors == ()
    assert "also an example of" in str(loaded.warnings[0])


def test_a_secret_of_what_is_switched_off_need_not_be_set() -> None:
    off = with_line("      - type: web_chat", "      - type: web_chat\n        enabled: false")
    unset = off.replace("allowed_origins: []", "token_secret: not-there")

    loaded = sample.loaded(unset)

    assert [problem.field for problem in loaded.problems] == [
        "workflow.integrations.input_channels[0].token_secret"
    ]
    assert "no known key" in str(loaded.problems[0])


def test_a_named_secret_that_is_set_is_fine() -> None:
    text = with_line(
        "provider: desk", "provider: openai\n    model: gpt\n    credentials_secret: openai-key"
    )

    assert sample.loaded(text, secrets=frozenset({"openai-key"})).problems == ()


def test_problems_beyond_two_hundred_are_counted_not_printed() -> None:
    text = SMALL + "".join(f"key_number_{n}: 1\n" for n in range(500))

    problems = sample.loaded(text).problems

    assert len(problems) == 201
    assert "300 more problems" in str(problems[-1])


def test_a_hostile_value_is_shown_on_one_short_line() -> None:
    hostile = "\u202e" + "x" * 5000 + "\\n\\t"
    loaded = sample.loaded(with_line("severity: critical", f'severity: "{hostile}"'))

    line = str(loaded.problems[0])

    assert "\n" not in line
    assert "\u202e" not in line
    assert len(line) < 400


@pytest.mark.parametrize("make", ["missing", "folder", "unreadable"])
def test_a_path_that_cannot_be_read_is_a_problem_not_an_exception(
    make: str, tmp_path: Path
) -> None:
    path = {
        "missing": tmp_path / "nowhere.yaml",
        "folder": tmp_path,
        "unreadable": tmp_path / ("x" * 4000),
    }[make]

    loaded = load.load(path, catalogue=sample.CATALOGUE, secrets=lambda _: True)

    assert loaded.config is None
    assert len(loaded.problems) == 1


def test_comments_and_the_order_of_keys_do_not_change_the_digest() -> None:
    swapped = with_line(
        "  id: acme-corp\n  name: Acme Corporation",
        "  name: Acme Corporation # our name\n  id: acme-corp",
    )

    assert sample.loaded(swapped).digest == sample.loaded(SMALL).digest
    assert sample.loaded(with_line("Corporation", "Inc.")).digest != sample.loaded(SMALL).digest


def test_a_bomb_is_refused_with_little_memory() -> None:
    sample.loaded(SMALL)
    began = time.monotonic()
    tracemalloc.start()

    for content in (broken.BOMB, "[" * 900_000, "{a: " * 200_000, "- " * 400_000, "&a " * 300_000):
        assert sample.loaded(content).config is None
    peak_bytes = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert peak_bytes < 60_000_000
    assert time.monotonic() - began < 60


@settings(max_examples=150, deadline=2000)
@given(st.binary(max_size=600))
def test_random_bytes_never_crash_the_loader(content: bytes) -> None:
    assert sample.loaded(content).config is None


@settings(max_examples=150, deadline=2000)
@given(st.text(alphabet="abc:-[]{}&*!|>'\"%@`#,? \n\t\\01.~<=xu\u2028\ud83d", max_size=300))
def test_random_yaml_never_crashes_the_loader(text: str) -> None:
    loaded = sample.loaded(text.encode("utf-8", "surrogatepass"))

    assert loaded.config is None
    assert loaded.problems


@settings(max_examples=200, deadline=2000)
@given(st.integers(0, 2**32), st.integers(1, 12))
def test_random_mutations_of_a_config_never_crash_the_loader(seed: int, changes: int) -> None:
    loaded = sample.loaded(_mutated(SMALL, random.Random(seed), changes))

    assert (loaded.config is None) == bool(loaded.errors)
    for problem in loaded.problems:
        assert 1 <= problem.line <= SMALL.count("\n") + 60
        assert problem.column >= 1


def _mutated(text: str, dice: random.Random, changes: int) -> bytes:
    """Cut, double, swap, replace and insert at random places."""
    marks = [
        "\t",
        ":",
        "- ",
        "[",
        "]",
        "{",
        "}",
        "&a ",
        "*a",
        "!x ",
        "'",
        '"',
        "|",
        "#",
        "\\",
        "\0",
        "\r",
        "null",
        "0",
        "-1",
        "1e999",
        "~",
        "no",
        "é",
        "\ud800",
        "\u2028",
        "%",
    ]
    lines = text.split("\n")
    for _ in range(changes):
        row = dice.randrange(len(lines))
        line = lines[row]
        spot = dice.randrange(len(line) + 1)
        end = min(len(line), spot + dice.randrange(6))
        match dice.randrange(6):
            case 0:
                lines[row] = line[:spot] + line[end:]
            case 1:
                lines.insert(row, line)
            case 2:
                lines[row] = line[:spot] + dice.choice(marks) + line[spot:]
            case 3:
                other = dice.randrange(len(lines))
                lines[row], lines[other] = lines[other], line
            case 4:
                lines[row] = " " * dice.randrange(7) + line.lstrip()
            case _:
                lines[row] = line[:spot] + dice.choice(marks) + line[end:]
    return "\n".join(lines).encode("utf-8", "surrogatepass")
