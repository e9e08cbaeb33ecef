"""Book a demo in the company's calendar."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from appliance.toolkit import ToolContext, say_day, say_list, say_moment, say_time, tool
from appliance.toolkit.ports import Slot, SlotClosed, Slots, SlotTaken


class Settings(BaseModel, extra="forbid"):
    """What bot_config.yaml may set for this tool."""

    duration_min: int = Field(default=30, ge=5, le=480, description="How long a demo takes.")
    buffer_min: int = Field(default=15, ge=0, le=240, description="Kept free after each demo.")
    capacity: int = Field(default=1, ge=1, le=100, description="Demos that can run side by side.")
    horizon_days: int = Field(default=60, ge=1, le=365, description="How far ahead one can book.")


class Alternative(BaseModel):
    """Another time that is free; wall clock of the company."""

    day: dt.date
    time: dt.time


class Demo(BaseModel):
    """What came of it. `when` words the time; `file_id` is the calendar file of a booked demo.

    `why` is set where the time is closed: past, too_soon, too_far, closed, outside_hours, off_grid.
    """

    status: Literal["booked", "taken", "closed"]
    day: dt.date
    time: dt.time
    when: str | None = None
    reference: str | None = None
    file_id: str | None = None
    alternatives: list[Alternative] = []
    why: str | None = None


_WHY = {
    "past": "{time} on {day} has already passed.",
    "too_soon": "{time} on {day} is too soon for us to prepare.",
    "too_far": "{day} is further ahead than our calendar goes.",
    "closed": "We are closed on {day}.",
    "outside_hours": "{time} on {day} is outside our opening hours.",
    "off_grid": "Demos start on the quarter hour.",
}


def says(demo: Demo) -> str:
    """Word the booking, or why there is none and which times are free."""
    if demo.status == "booked":
        return (
            f"Your demo is booked for {demo.when}. Your reference is {demo.reference}. "
            "The calendar file is attached."
        )
    words = {"day": say_day(demo.day), "time": say_time(demo.time)}
    if demo.status == "taken":
        said = "{time} on {day} is no longer free.".format(**words)
    else:
        said = _WHY.get(demo.why or "", "{time} on {day} cannot be had.").format(**words)
    if not demo.alternatives:
        return f"{said} Which other day would suit you?"
    return f"{said} I could offer you {_offered(demo)}. Which would suit you?"


def _offered(demo: Demo) -> str:
    """Word the free times, naming each day once."""
    days: dict[dt.date, list[str]] = {}
    for other in demo.alternatives:
        days.setdefault(other.day, []).append(say_time(other.time))
    return say_list([f"{say_day(day)} at {say_list(times)}" for day, times in days.items()])


@tool(
    timeout_s=10,
    effect="write",
    settings=Settings,
    proves=("booked",),
    read_back="That is a demo on {day} at {time} for {name}, {email}. Shall I book it?",
    says=says,
    asks={
        "day": "Which day would suit you for the demo?",
        "time": "What time would suit you?",
        "name": "May I have your name?",
        "email": "Which e-mail address should the invitation go to?",
    },
)
async def schedule_demo(
    *,
    ctx: ToolContext[Settings],
    slots: Slots,
    day: Annotated[dt.date, Field(description="The day of the demo, YYYY-MM-DD.")],
    time: Annotated[dt.time, Field(description="When it starts, company time, HH:MM.")],
    name: Annotated[str, Field(min_length=1, max_length=200, description="Who the demo is for.")],
    email: Annotated[str, Field(max_length=254, description="Their e-mail address.")],
) -> Demo:
    """Book a demo, or move the demo this customer booked in this conversation.

    Use it when day, time, name and e-mail are known and the customer has confirmed them. Say that
    a demo is booked only when the status is booked; otherwise offer the alternatives.
    """
    settings = ctx.settings
    try:
        booking = await slots.book(
            day,
            time,
            kind="demo",
            duration_min=settings.duration_min,
            buffer_min=settings.buffer_min,
            capacity=settings.capacity,
            horizon_days=settings.horizon_days,
            name=name,
            email=email,
        )
    except SlotTaken as taken:
        return Demo(status="taken", day=day, time=time, alternatives=_others(taken.free, ctx))
    except SlotClosed as closed:
        return Demo(
            status="closed",
            day=day,
            time=time,
            alternatives=_others(closed.free, ctx),
            why=closed.why,
        )
    return Demo(
        status="booked",
        day=day,
        time=time,
        when=say_moment(booking.starts_at, ctx.zone),
        reference=booking.reference,
        file_id=booking.file_id,
    )


def _others(free: tuple[Slot, ...], ctx: ToolContext[Settings]) -> list[Alternative]:
    there = [slot.starts_at.astimezone(ctx.zone) for slot in free]
    return [Alternative(day=moment.date(), time=moment.time()) for moment in there]
