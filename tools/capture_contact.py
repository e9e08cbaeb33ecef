"""Keep what a customer tells about themselves."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, Field

from appliance.toolkit import ToolError, say_list, tool
from appliance.toolkit.ports import ContactCard


class Kept(BaseModel):
    """What is known of the customer now."""

    name: str | None
    email: str | None
    phone: str | None
    company: str | None


def says(kept: Kept) -> str:
    """Word what is known."""
    known = [text for text in (kept.name, kept.email, kept.phone, kept.company) if text]
    return f"Thank you. I have saved your details: {say_list(known, 'and')}."


@tool(
    timeout_s=10,
    effect="write",
    proves=("lead saved",),
    read_back="I would save your details: {name}, {email}. Is that right?",
    says=says,
    asks={
        "name": "May I have your name?",
        "email": "What is your e-mail address?",
        "phone": "What is your phone number?",
        "company": "Which company are you with?",
    },
)
async def capture_contact(
    *,
    card: ContactCard,
    name: Annotated[str | None, Field(max_length=200, description="The person's name.")] = None,
    email: Annotated[str | None, Field(max_length=254, description="Their e-mail address.")] = None,
    phone: Annotated[str | None, Field(max_length=64, description="Their phone number.")] = None,
    company: Annotated[str | None, Field(max_length=200, description="Their company.")] = None,
) -> Kept:
    """Keep the customer's name, e-mail address, phone number or company.

    Use it when they tell or correct one of these and no booking or lead takes it up.
    """
    if not any((name, email, phone, company)):
        raise ToolError("Which details would you like to leave: your name, e-mail or phone number?")
    card_now = await card.save(name=name, email=email, phone=phone, company=company)
    return Kept(
        name=card_now.name,
        email=card_now.email,
        phone=card_now.phone,
        company=card_now.company,
    )
