"""Ask a person to take the conversation over."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

from pydantic import BaseModel, Field

from appliance.toolkit import ToolContext, say_moment, tool
from appliance.toolkit.ports import Handoffs


class Settings(BaseModel, extra="forbid"):
    """What bot_config.yaml may set for this tool."""

    overflow_message: str = Field(
        default="Our team will get back to you when we are open again.",
        max_length=500,
        description="What customers are told outside opening hours.",
    )
    business_hours: str | None = Field(
        default=None,
        max_length=200,
        description="Opening hours in words, told outside them instead of the next opening.",
    )


class Transfer(BaseModel):
    """The request for a person; `closed_words` is what to say outside opening hours."""

    reference: str
    department: str | None
    open_now: bool
    next_open_at: dt.datetime | None
    closed_words: str | None


def says(transfer: Transfer) -> str:
    """Word the hand-over, and what happens next."""
    team = (transfer.department or "").removesuffix(" team").removesuffix(" department")
    whom = f"our {team} team" if team else "our team"
    passed_on = f"I have passed this on to {whom} (reference {transfer.reference})."
    if transfer.open_now:
        return f"{passed_on} A colleague will reply here."
    return f"{passed_on} {transfer.closed_words or ''}".strip()


@tool(
    timeout_s=10,
    effect="write",
    settings=Settings,
    proves=("transferred",),
    says=says,
    asks={
        "reason": "What is it about?",
        "department": "Which team would you like to talk to?",
    },
)
async def transfer_to_human(
    *,
    ctx: ToolContext[Settings],
    handoffs: Handoffs,
    reason: Annotated[
        str, Field(max_length=200, description="Why a person is needed, e.g. explicit_request.")
    ],
    summary: Annotated[
        str, Field(max_length=2000, description="What the colleague should know, in two sentences.")
    ],
    department: Annotated[
        str | None, Field(max_length=100, description="The team asked for, if one was named.")
    ] = None,
) -> Transfer:
    """Ask a person to take over this conversation.

    Use it when the customer asks for a person, is upset, or needs what you cannot do. Say that it
    was passed on only after this tool has succeeded.
    """
    ticket = await handoffs.ask(reason=reason, summary=summary, department=department)
    return Transfer(
        reference=ticket.reference,
        department=ticket.department,
        open_now=ticket.open_now,
        next_open_at=ticket.next_open_at,
        closed_words=None if ticket.open_now else _closed(ctx, ticket.next_open_at),
    )


def _closed(ctx: ToolContext[Settings], next_open_at: dt.datetime | None) -> str:
    settings = ctx.settings
    if settings.business_hours:
        return f"{settings.overflow_message} Our hours are {settings.business_hours}."
    if next_open_at is None:
        return settings.overflow_message
    return f"{settings.overflow_message} We open again {say_moment(next_open_at, ctx.zone)}."
