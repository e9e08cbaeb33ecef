"""A language model that books a demo as a good one would: asks, looks up, reads back, books."""

from __future__ import annotations

import json
import re

from tests.fakes.model_script import Asked, Step, Wanted

WORDS = (
    "Hello there",
    "Where can I park?",
    "I'd like to book a demo",
    "Thursday please",
    "at 3 pm",
    "Jane Doe",
    "What does Premium cost?",
    "jane@example.com",
    "Actually make it 4 pm",
    "yes please",
    "When is my demo again?",
    "Thanks, bye",
)
"""What a contact says in twelve turns; Thursday is the 19th of November 2026."""


def book_a_demo(asked: Asked) -> Step:
    """Answer the last words from everything said so far; tools at the second, seventh and tenth."""
    said = "\n".join(asked.words)
    last = asked.last
    if last.role == "tool":
        return _told(last.text, said)
    text = last.text.splitlines()[-1]
    if re.search(r"\bpark\b", text):
        return _calls("search_knowledge", query="parking for visitors")
    if "cost" in text:
        return _calls("check_pricing", product="Premium")
    if re.search(r"\byes\b", text, re.I) and not _missing(said):
        return _calls(
            "schedule_demo", day="2026-11-19", time=_time(said), name="Jane Doe", email=_email(said)
        )
    if "When is my demo" in text:
        return Step(text=f"Your demo is on Thursday 19 November at {_clock(said)}.")
    if re.search(r"\bbye\b", text):
        return Step(text="Goodbye, and see you soon!")
    if "demo" not in said:
        return Step(text="Hello and welcome! What can I do for you today?")
    return Step(text=_next(said))


def _told(result: str, said: str) -> Step:
    """Word a result, then go on with the question that waits."""
    waits = f" {_next(said)}" if "demo" in said else ""
    if "garage" in result:
        return Step(text="There is a garage behind the building, free for visitors.")
    if '"booked"' in result:
        reference = json.loads(result)["reference"]
        return Step(text=f"Your demo is booked. The reference is {reference}.")
    return Step(text=f"Premium is $99.00 a user and month.{waits}")


def _next(said: str) -> str:
    missing = _missing(said)
    if not missing:
        return (
            f"So that is a demo on Thursday 19 November at {_clock(said)} for Jane Doe, "
            f"{_email(said)}. Shall I go ahead and book it?"
        )
    return {
        "day": "Gladly! Which day would you like?",
        "time": "And what time on that day?",
        "name": "Thank you. What is your name?",
        "email": "Which e-mail address may we write to?",
    }[missing[0]]


def _missing(said: str) -> list[str]:
    known = {
        "day": "Thursday" in said,
        "time": bool(re.search(r"\d pm", said)),
        "name": "Jane Doe" in said,
        "email": "@" in said,
    }
    return [name for name, is_known in known.items() if not is_known]


def _hour(said: str) -> int:
    return int(re.findall(r"(\d) pm", said)[-1])


def _time(said: str) -> str:
    return f"{12 + _hour(said)}:00"


def _clock(said: str) -> str:
    return f"{_hour(said)}:00 pm"


def _email(said: str) -> str:
    return str(re.findall(r"\S+@\S+", said)[-1])


def _calls(tool: str, /, **args: str) -> Step:
    return Step(calls=(Wanted(tool, args),))
