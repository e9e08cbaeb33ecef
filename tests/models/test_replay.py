"""Basic mode takes over in the middle of a conversation that another model has led."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, ToolMessage

from tests.models.talk import Customer

Make = Callable[..., Customer]
READ_BACK = "A demo on Thursday, November 19 at 3 pm for Jane Doe (jane@example.com). Shall I?"
FILLED = [
    ("I'd like a demo", "Which day would you like?"),
    ("thursday at 3", "And your name?"),
    ("Jane Doe", "Your e-mail address, please?"),
]
THURSDAY = ("2026-11-19", "15:00", "Jane Doe", "jane@example.com")


def led(jane: Customer, *exchanges: tuple[str, str]) -> None:
    """Let another model have answered."""
    for words, answer in exchanges:
        jane.history += [HumanMessage(words), AIMessage(answer)]


def ran(name: str, args: dict[str, Any], result: Any, *, status: str = "success") -> Any:
    """Give what another model's call leaves: the answer that made it, and its result."""
    calls = [{"name": name, "args": args, "id": f"call-{name}"}]
    content = result if isinstance(result, str) else json.dumps(result)
    made: list[BaseMessage] = [
        AIMessage("", tool_calls=calls),
        ToolMessage(content, tool_call_id=f"call-{name}", name=name, status=status),
    ]
    return made


def booked(jane: Customer) -> list[tuple[str, ...]]:
    return [tuple(args[k] for k in ("day", "time", "name", "email")) for _, args in jane.writes]


def test_a_yes_to_a_whole_read_back_of_the_other_model_books_what_it_read_back(
    customer: Make,
) -> None:
    jane = customer()
    led(jane, *FILLED, ("jane@example.com", READ_BACK))

    jane.say("yes please")

    assert booked(jane) == [THURSDAY]


@pytest.mark.parametrize(
    "said",
    [
        "A demo on Thursday, November 19 at 5 pm for Jane Doe (jane@example.com). Shall I?",
        "A demo on Friday, November 20 at 3 pm for Jane Doe (jane@example.com). Shall I?",
        "A demo on Thursday, November 19 at 3 pm for Jane Doe (jane@exmaple.com). Shall I?",
        "Shall I book it then?",
        "Lovely! Would you also like our newsletter?",
        "I have noted everything down.",
    ],
)
def test_a_yes_to_anything_less_leads_to_a_read_back_of_our_own(customer: Make, said: str) -> None:
    jane = customer()
    led(jane, *FILLED, ("jane@example.com", said))

    question = jane.say("yes please")

    assert jane.writes == []
    assert "Thursday 19 November at 3:00 pm for Jane Doe, jane@example.com" in question
    jane.say("yes")
    assert booked(jane) == [THURSDAY]


def test_a_bare_answer_goes_to_the_slot_the_other_model_asked_for(customer: Make) -> None:
    jane = customer()
    led(jane, ("book a demo please", "What is your name?"))

    question = jane.say("Jane Doe")

    assert "name" not in question.lower()
    assert "Which day" in question


def test_what_the_other_model_has_booked_is_not_booked_again(customer: Make) -> None:
    jane = customer()
    args = dict(zip(("day", "time", "name", "email"), THURSDAY, strict=True))
    led(jane, *FILLED, ("jane@example.com", READ_BACK))
    jane.history.append(HumanMessage("yes"))
    jane.history += ran("schedule_demo", args, {"status": "booked", "words": "Booked."})
    jane.history.append(AIMessage("Your demo is booked."))

    jane.talk("yes, great", "thank you", "yes")

    assert jane.writes == []


def test_a_booking_of_the_other_model_can_be_moved(customer: Make) -> None:
    jane = customer()
    args = dict(zip(("day", "time", "name", "email"), THURSDAY, strict=True))
    led(jane, *FILLED, ("jane@example.com", READ_BACK))
    jane.history.append(HumanMessage("yes"))
    jane.history += ran("schedule_demo", args, {"status": "booked", "words": "Booked."})
    jane.history.append(AIMessage("Your demo is booked."))

    jane.talk("can you move it to friday same time?", "yes")

    assert booked(jane) == [("2026-11-20", "15:00", "Jane Doe", "jane@example.com")]


def test_the_other_model_died_after_its_tool_had_booked(customer: Make) -> None:
    jane = customer()
    args = dict(zip(("day", "time", "name", "email"), THURSDAY, strict=True))
    led(jane, *FILLED, ("jane@example.com", READ_BACK))
    jane.history.append(HumanMessage("yes"))
    jane.history += ran("schedule_demo", args, {"status": "booked", "words": "It is booked."})

    answer = jane.desk.invoke([jane.system, *jane.history])
    jane.history.append(answer)

    assert answer.content == "It is booked."
    assert answer.tool_calls == []
    jane.say("yes")
    assert jane.writes == []


def test_a_time_that_was_taken_leaves_the_rest_known(customer: Make) -> None:
    jane = customer()
    args = dict(zip(("day", "time", "name", "email"), THURSDAY, strict=True))
    refused = {
        "status": "taken",
        "words": "Taken.",
        "alternatives": [{"day": "2026-11-19", "time": "15:45:00"}],
    }
    led(jane, *FILLED, ("jane@example.com", READ_BACK))
    jane.history.append(HumanMessage("yes"))
    jane.history += ran("schedule_demo", args, refused)
    jane.history.append(AIMessage("That time is taken. Would 3:45 pm suit you?"))

    jane.talk("3:45 is fine", "yes")

    assert booked(jane) == [("2026-11-19", "15:45", "Jane Doe", "jane@example.com")]


def test_a_yes_to_the_other_models_offer_of_a_person_brings_one(customer: Make) -> None:
    jane = customer()
    led(jane, ("do you have a pool?", "I don't know. Shall I connect you with a colleague?"))

    jane.say("yes please")

    assert [name for name, _ in jane.calls] == ["transfer_to_human"]


def test_what_a_colleague_agreed_is_not_continued_by_the_bot(customer: Make) -> None:
    jane = customer()
    led(jane, *FILLED, ("jane@example.com", READ_BACK))
    jane.history.append(
        AIMessage(
            "(A colleague wrote:) I have put you down for Monday. All right?",
            response_metadata={"said_by": "person"},
        )
    )

    jane.talk("yes", "ok")

    assert jane.writes == []


def test_basic_mode_goes_on_with_its_own_memory_after_the_other_model_spoke(
    customer: Make,
) -> None:
    jane = customer()
    jane.talk("book a demo for thursday at 3pm", "Jane Doe")
    led(jane, ("is there parking?", "Yes, in our garage. Which e-mail address shall we use?"))

    jane.talk("jane@example.com", "yes")

    assert booked(jane) == [THURSDAY]
