"""Ask the survey questions of bot_config.yaml, one at a time."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, Field

from appliance.toolkit import ToolError, tool
from appliance.toolkit.ports import Surveys


class Survey(BaseModel):
    """The next question, or None when all are answered; `thanks` after an answer."""

    question: str | None
    number: int | None
    thanks: bool


def says(survey: Survey) -> str:
    """Word the question, with thanks for the last answer."""
    thanks = "Thank you for your answer." if survey.thanks else ""
    question = survey.question or ("" if survey.thanks else "I have no more questions. Thank you!")
    return f"{thanks} {question}".strip()


@tool(timeout_s=10, effect="write", says=says)
async def ask_survey(
    *,
    surveys: Surveys,
    answer: Annotated[
        str | None, Field(max_length=2000, description="The customer's answer, word for word.")
    ] = None,
    number: Annotated[
        int | None, Field(ge=1, description="The number of the question that is answered.")
    ] = None,
) -> Survey:
    """Get the next survey question, or record the answer to the one that was asked.

    Call it without an answer to get a question, and with the answer and its number once the
    customer has replied. Ask one question at a time, and stop when the customer does not want to.
    """
    if not answer or not answer.strip():
        asked = await surveys.next()
        thanks = False
    else:
        if number is None:
            open_one = await surveys.next()
            if open_one is None:
                raise ToolError("All survey questions are answered already. Thank you!")
            number = open_one.number
        asked = await surveys.answer(number, answer.strip())
        thanks = True
    return Survey(
        question=asked.text if asked else None,
        number=asked.number if asked else None,
        thanks=thanks,
    )
