"""What counts as right: by every kind of expectation, and what the shares come to."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from appliance.services.evaluation import scores
from appliance.services.evaluation.judging import Answer, Source, is_refusal, judge
from appliance.services.evaluation.questions import Asked, Question

HANDBOOK = Source(
    ("House-Rules.pdf", "House-Rules.pdf", "/srv/hotel/House-Rules.pdf", "..., page 2")
)
PRICES = Source(("prices.xlsx", "prices.xlsx", "/srv/prices.xlsx", "..."))
NOON = datetime(2026, 11, 16, 12, tzinfo=UTC)


def answer(*said: str, sources=(), tools=(), handed_over=False) -> Answer:
    return Answer(said, tuple(sources), frozenset(tools), handed_over, 0.1)


def asked(line: int = 1, **given) -> Asked:
    return Asked(line, Question.model_validate({"ask": "Is it 5 o'clock?"} | given))


@pytest.mark.parametrize(
    ("given", "came", "is_right"),
    [
        ({"cites": "house-rules"}, answer("x", sources=[HANDBOOK, PRICES]), True),
        ({"cites": "house-rules.pdf"}, answer("x", sources=[PRICES, HANDBOOK]), False),
        ({"cites": ["prices", "hotel/house-rules.pdf"]}, answer("", sources=[HANDBOOK]), True),
        ({"cites": "rules.pdf"}, answer("x", sources=[HANDBOOK]), False),
        ({"cites": "house-rules"}, answer("x"), False),
        ({"says": ["FIVE", "it's"]}, answer("It’s  past", "five."), True),
        ({"says": ["five", "six"]}, answer("It's five."), False),
        ({"says_not": "six"}, answer("It's five."), True),
        ({"says_not": "five"}, answer("It's five."), False),
        ({"calls": "tell_time"}, answer("x", tools={"tell_time", "other"}), True),
        ({"calls": ["tell_time", "other"]}, answer("x", tools={"other"}), False),
        ({"hands_over": True}, answer("x", handed_over=True), True),
        ({"hands_over": True}, answer("x"), False),
        ({"hands_over": False}, answer("x", handed_over=True), False),
        ({"refuses": True}, answer("I don't have that in our information."), True),
        ({"refuses": True}, answer("I don't know about 5 o'clock, I'm sorry."), True),
        ({"refuses": True}, answer("I don't have that in our information; $17?"), False),
        ({"refuses": True}, answer("It is five."), False),
        ({"refuses": True}, answer("I don't have that in our information.", "It is five."), False),
    ],
)  # fmt: skip
def test_an_answer_is_held_against_what_had_to_come(given, came, is_right):
    verdict = judge(asked(**given), came)

    assert verdict.is_right is is_right
    assert verdict.met == {next(iter(given)): is_right}


@pytest.mark.parametrize(
    "said",
    [
        "I'm sorry, I don't have that in our information, and I don't want to guess.",
        "Sorry, but I couldn’t find any information about helicopters.",
        "Our documents do not mention whether there is a pool.",
        "That is not in our information.",
    ],
)
def test_ways_of_refusing_are_known(said):
    assert is_refusal(said)


@pytest.mark.parametrize(
    "said",
    [
        "We do not take dogs.",
        "There is no lift.",
        "You cannot park here.",
        "Breakfast is at 7.",
        "You don't have to pay for that.",
        "No, you do not have to bring any documents.",
    ],
)
def test_an_answer_with_a_no_is_no_refusal(said):
    assert not is_refusal(said)


def test_the_interval_is_wilsons():
    low, high = scores.Score(8, 10).interval

    assert (round(low, 4), round(high, 4)) == (0.4902, 0.9433)  # Wilson 1927, z = 1.96
    assert scores.Score(10, 10).interval[1] == pytest.approx(1)
    assert scores.Score(0, 10).interval[0] == pytest.approx(0)


def test_a_run_is_compared_on_the_questions_both_were_asked(db):
    file = Path("questions.yaml")
    better, worse, gone = asked(says="a"), asked(says="b"), asked(says="c")
    first = [judge(better, answer("b")), judge(worse, answer("b")), judge(gone, answer("x"))]
    new = judge(asked(says="z"), answer("z"))
    second = [judge(better, answer("a")), judge(worse, answer("a")), new]

    assert db.read(lambda c: scores.find_last(c, file)) is None
    db.write_now(lambda c: scores.keep(c, NOON, file, first))
    last = db.read(lambda c: scores.find_last(c, file))
    assert last is not None
    change = scores.against(last, second)

    assert change is not None
    assert (change.n, change.before, change.now) == (2, 1, 1)
    assert change.newly_right == {better.digest}
    assert change.newly_wrong == {worse.digest}
    assert scores.against(last, [new]) is None
