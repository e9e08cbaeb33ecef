"""File a lead: somebody who may buy and wants to hear from the company."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, Field

from appliance.toolkit import ToolError, tool
from appliance.toolkit.ports import Leads


class Filed(BaseModel):
    """The lead on file."""

    reference: str
    is_new: bool
    name: str


def says(filed: Filed) -> str:
    """Word what is on file."""
    if filed.is_new:
        return (
            f"Thank you, {filed.name}. Your details are saved for our sales team "
            f"(reference {filed.reference})."
        )
    return f"Thank you, {filed.name}. Your details are updated (reference {filed.reference})."


@tool(
    timeout_s=10,
    effect="write",
    proves=("lead saved",),
    read_back="I would save your details for our sales team: {name}, {email}. Is that right?",
    says=says,
    asks={
        "name": "May I have your name?",
        "email": "What is your e-mail address?",
        "phone": "On which phone number can we reach you?",
        "company": "Which company are you with?",
        "interest": "What are you interested in?",
    },
)
async def create_crm_lead(
    *,
    leads: Leads,
    name: Annotated[str, Field(min_length=1, max_length=200, description="The person's name.")],
    email: Annotated[str | None, Field(max_length=254, description="Their e-mail address.")] = None,
    phone: Annotated[str | None, Field(max_length=64, description="Their phone number.")] = None,
    company: Annotated[str | None, Field(max_length=200, description="Their company.")] = None,
    interest: Annotated[
        str | None, Field(max_length=1000, description="What they want, in their words.")
    ] = None,
) -> Filed:
    """Save the customer as a lead for the sales team, or complete the lead they already are.

    Use it when somebody shows interest in buying and has told their name and how to reach them.
    """
    if not email and not phone:
        raise ToolError("I need an e-mail address or a phone number so that we can reach you.")
    lead = await leads.save(name=name, email=email, phone=phone, company=company, interest=interest)
    return Filed(reference=lead.reference, is_new=lead.is_new, name=name)
