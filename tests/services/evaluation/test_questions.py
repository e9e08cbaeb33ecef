"""The file of questions: what it may hold, and what is said of one that is broken."""

from __future__ import annotations

from pathlib import Path

import pytest

from appliance.core import errors
from appliance.services.evaluation import questions

TOOLS = {"schedule_demo", "check_pricing"}
HERE = Path("questions.yaml")
A, B = '- ask: "A?"', '- ask: "B?"'


def test_questions_keep_the_line_they_stand_on():
    text = "\n".join(["questions:", A, "  says: a", "", '- ask: ["B", "C"]', "  hands_over: true"])

    loaded = questions.parse(text.encode(), HERE, tools=TOOLS)

    assert [(one.line, one.question.ask) for one in loaded.asked] == [(2, ["A?"]), (5, ["B", "C"])]
    assert not loaded.problems


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (
            ['- aks: "A?"', "  says: a"],
            '2:3: questions[0].aks: is no known key (did you mean "ask"?)',
        ),
        ([A], "2:3: questions[0]: says nothing of what has to come (add one of cites, says"),
        (
            [A, "  calls: schedule_dem"],
            '3:10: questions[0].calls: the bot has no tool "schedule_dem"',
        ),
        ([A, "  calls: [check_pricing, book]"], "3:26: questions[0].calls[1]: the bot has no tool"),
        ([A, "  says: 5"], '3:9: questions[0].says: "5" is read as a number, not as text'),
        ([A, "  says: []"], "3:3: questions[0].says: has too few items"),
        ([A, "  refuses: true", "  says: a"], "3:3: questions[0].refuses: a refusal cites and"),
        ([A, "  says: a", A, "  says: b"], "4:8: questions[1].ask: was asked on line 2 already"),
        (['- ask: "A?', "  says: a"], "2:8: (file): a quote is opened here and never closed"),
        (["- \x00"], "2:3: (file): holds the byte 0x00"),
        (["  ask: none"], "1:1: questions: a section is not a list"),
    ],
)
def test_a_broken_file_is_told_by_line_and_column_and_asks_nothing(lines, said):
    text = "\n".join(["questions:", *lines])

    loaded = questions.parse(text.encode(), HERE, tools=TOOLS)

    assert loaded.asked == ()
    assert any(str(one).startswith(f"questions.yaml:{said}") for one in loaded.problems), (
        loaded.problems
    )


def test_everything_that_is_wrong_is_said_at_once():
    text = "\n".join(["questions:", A, B, "  calls: nothing", "- says: c"])

    loaded = questions.parse(text.encode(), HERE, tools=TOOLS)

    assert [one.line for one in loaded.problems] == [2, 4, 5]


def test_a_file_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(errors.Refused, match=r"none\.yaml cannot be opened"):
        questions.load(tmp_path / "none.yaml", tools=TOOLS)
