"""The tools: what they give, what they say, and what they never say without a receipt."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from pydantic import BaseModel, TypeAdapter, ValidationError

from appliance.config.model import Price
from appliance.conversation.claims import claims_of
from appliance.services.pricing.catalogue import PriceList
from appliance.toolkit import (
    ApprovalNeeded,
    Decision,
    ToolContext,
    ToolError,
    catalogue,
    policy_of,
    ports,
    ports_of,
)

FOLDER = Path(__file__).parents[2] / "tools"
NOW = datetime(2026, 11, 16, 15, tzinfo=UTC)
ZONE = ZoneInfo("America/New_York")
THURSDAY, THREE = date(2026, 11, 19), time(15)
NAMES = [
    "ask_survey", "capture_contact", "check_pricing", "create_crm_lead", "schedule_demo",
    "search_knowledge", "search_product_catalog", "transfer_to_human",
]  # fmt: skip


@pytest.fixture(scope="module")
def tools():
    return catalogue.load(FOLDER)


def context(tools, name, decision=None, **settings):
    model = tools.settings_of(name)
    assert model
    return ToolContext(
        settings=model(**settings), now=NOW, zone=ZONE, currency="USD", conversation_id="c",
        contact_id="p", turn_id="t", decision=decision,
    )  # fmt: skip


async def call(tools, name, /, **arguments):
    """Give the checked result of a call, as the toolbox would, and its wording."""
    made = tools.tools[name]
    policy = policy_of(made)
    value = await made.coroutine(**arguments)
    adapter = TypeAdapter(policy.output)
    checked = adapter.validate_json(adapter.dump_json(value))
    assert policy.says
    return checked, policy.says(checked)


def test_the_eight_tools_load_and_none_is_broken(tools):
    assert sorted(tools.tools) == NAMES
    assert not tools.broken


def test_every_tool_file_is_described_for_the_model_and_for_customers(tools):
    for name, made in tools.tools.items():
        policy = policy_of(made)
        slots = made.args_schema.model_json_schema()["properties"]
        assert policy.says is not None, name
        assert set(policy.asks) <= set(slots), name
        assert all(slot.get("description") for slot in slots.values()), name
        assert (
            policy.effect == "read"
            or policy.read_back
            or name
            in {
                "ask_survey",
                "transfer_to_human",
            }
        )


def test_the_readme_names_every_tool():
    readme = (FOLDER / "README.md").read_text()

    assert [name for name in NAMES if f"`{name}`" not in readme] == []


def test_a_setting_nobody_knows_is_refused(tools):
    for name in NAMES:
        settings = tools.settings_of(name)
        if settings:
            with pytest.raises(ValidationError):
                settings(no_such_setting=1)


# Prices ------------------------------------------------------------------------------------------


def price_list(*prices):
    return PriceList(
        prices
        or (
            Price(id="starter_plan", name="Starter", description="Small.", price=Decimal(49),
                  aliases=["starter plan"], per="user", period="month"),
            Price(id="premium_plan", name="Premium", description="Large.", price=Decimal(99),
                  aliases=["premium plan"], per="user", period="month"),
            Price(id="onboarding", name="Onboarding", description="Two days.", price=Decimal(1500),
                  per="once", period="once"),
        ),
        "USD",
        NOW.date(),
    )  # fmt: skip


async def price(tools, decision=None, settings=None, **asked):
    return await call(
        tools,
        "check_pricing",
        ctx=context(tools, "check_pricing", decision, **(settings or {})),
        prices=price_list(),
        **{"product": "premium", **asked},
    )


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ({}, "Premium for 1 user comes to $99.00 per month."),
        ({"seats": 15}, "Premium for 15 users comes to $1,485.00 per month."),
        (
            {"seats": 15, "discount_percent": Decimal("12.5")},
            "Premium for 15 users comes to $1,299.38 per month, including a 12.5% discount.",
        ),
        (
            {"seats": 15, "term": "yearly"},
            "Premium for 15 users comes to $16,038.00 per year, paid yearly, which saves 10% "
            "(that is $1,336.50 per month).",
        ),
        ({"product": "onboarding", "seats": 9}, "Onboarding comes to $1,500.00, paid once."),
    ],
)
async def test_a_price_is_quoted_exactly(tools, asked, says):
    _, said = await price(tools, **asked)

    assert said == says


async def test_a_discount_at_the_authority_needs_nobody(tools):
    quoted, _ = await price(tools, discount_percent=Decimal(15))

    assert quoted.per_month == Decimal("84.15")


async def test_a_discount_above_the_authority_asks_a_person_and_promises_nothing(tools):
    with pytest.raises(ApprovalNeeded) as asked:
        await price(tools, discount_percent=Decimal("15.01"), seats=10)

    assert "15.01% off Premium for 10" in asked.value.question
    assert asked.value.reason == "pricing_above_authority"
    assert claims_of(asked.value.customer) == set()


async def test_an_approved_discount_is_quoted(tools):
    decided = Decision(approved=True, by="kim")

    quoted, said = await price(tools, decided, discount_percent=Decimal(25), seats=10)

    assert quoted.per_month == Decimal("742.50")
    assert said == (
        "A discount of 25% was approved for you. Premium for 10 users comes to $742.50 per month, "
        "including a 25% discount."
    )


async def test_a_refused_discount_is_quoted_at_the_authority_and_said(tools):
    decided = Decision(approved=False, by="kim")

    quoted, said = await price(tools, decided, discount_percent=Decimal(25), seats=10)

    assert quoted.per_month == Decimal("841.50")
    assert said.startswith("A discount of 25% is not possible")


async def test_a_configured_authority_holds_and_never_passes_a_fifth(tools):
    with pytest.raises(ApprovalNeeded):
        await price(tools, settings={"discount_authority": 0.05}, discount_percent=Decimal(6))
    with pytest.raises(ValidationError):
        tools.settings_of("check_pricing")(discount_authority=0.3)


@pytest.mark.parametrize(
    ("product", "says"),
    [
        ("starter or premium", "Which one do you mean: Starter or Premium?"),
        ("submarine", "We offer Starter, Premium and Onboarding. Which one is it?"),
    ],
)
async def test_a_product_that_is_not_clear_is_asked_back(tools, product, says):
    with pytest.raises(ToolError, match=says.replace("?", r"\?")):
        await price(tools, product=product)


@pytest.mark.parametrize(
    "wrong", [{"seats": 0}, {"seats": 100_001}, {"discount_percent": -1}, {"term": "weekly"}]
)
def test_a_price_question_out_of_bounds_does_not_fit_the_schema(tools, wrong):
    schema = tools.tools["check_pricing"].args_schema

    with pytest.raises(ValidationError):
        schema.model_validate({"product": "premium", **wrong})


async def search(tools, query, **settings):
    return await call(
        tools, "search_product_catalog", prices=price_list(), query=query,
        ctx=context(tools, "search_product_catalog", **settings),
    )  # fmt: skip


async def test_products_are_named_with_description_and_price(tools):
    _, said = await search(tools, "premium plan")

    assert said == "Premium: Large. It costs $99.00 per user per month."


async def test_no_more_products_are_named_than_set(tools):
    found, _ = await search(tools, "what products do you have?", max_results=2)

    assert [p.name for p in found.products] == ["Starter", "Premium"]


async def test_what_is_sold_is_named_where_nothing_fits(tools):
    _, said = await search(tools, "submarines")

    assert said == "I found nothing like that. We offer Starter, Premium and Onboarding."


# Demos -------------------------------------------------------------------------------------------


@dataclass
class Diary:
    """Books, or refuses as told."""

    refusal: Exception | None = None
    asked: list[Any] = field(default_factory=list)

    async def book(self, on, at, **terms):
        self.asked.append((on, at, terms))
        if self.refusal:
            raise self.refusal
        starts = datetime.combine(on, at, ZONE).astimezone(UTC)
        return ports.Booking("b-1", "B-7K4Q", starts, starts, "f-1")


async def demo(tools, diary, **settings):
    return await call(
        tools, "schedule_demo", ctx=context(tools, "schedule_demo", **settings), slots=diary,
        day=THURSDAY, time=THREE, name="Ann", email="ann@example.com",
    )  # fmt: skip


def slot(day, hour, minute=0):
    starts = datetime(2026, 11, day, hour, minute, tzinfo=ZONE)
    return ports.Slot(starts.astimezone(UTC), starts.astimezone(UTC))


async def test_a_booked_demo_is_said_with_day_time_zone_and_reference(tools):
    booked, said = await demo(tools, Diary())

    assert (booked.status, booked.file_id, booked.reference) == ("booked", "f-1", "B-7K4Q")
    assert said == (
        "Your demo is booked for Thursday, November 19 at 3:00 PM (New York time). "
        "Your reference is B-7K4Q. The calendar file is attached."
    )


async def test_the_settings_reach_the_diary(tools):
    diary = Diary()

    await demo(tools, diary, duration_min=45, buffer_min=5, capacity=3, horizon_days=7)

    [(_, _, terms)] = diary.asked
    assert terms == {
        "kind": "demo", "duration_min": 45, "buffer_min": 5, "capacity": 3, "horizon_days": 7,
        "name": "Ann", "email": "ann@example.com",
    }  # fmt: skip


async def test_a_taken_time_is_said_with_free_ones(tools):
    diary = Diary(ports.SlotTaken([slot(19, 14), slot(19, 16), slot(20, 15, 30)]))

    taken, said = await demo(tools, diary)

    assert taken.status == "taken"
    assert said == (
        "3:00 PM on Thursday, November 19 is no longer free. I could offer you Thursday, "
        "November 19 at 2:00 PM or 4:00 PM or Friday, November 20 at 3:30 PM. "
        "Which would suit you?"
    )


@pytest.mark.parametrize(
    ("why", "says"),
    [
        ("past", "has already passed"),
        ("too_soon", "too soon"),
        ("too_far", "further ahead"),
        ("closed", "We are closed on Thursday"),
        ("outside_hours", "outside our opening hours"),
        ("off_grid", "quarter hour"),
    ],
)
async def test_a_closed_time_is_said_with_its_reason_and_claims_nothing(tools, why, says):
    closed, said = await demo(tools, Diary(ports.SlotClosed(why, [])))

    assert (closed.status, closed.why) == ("closed", why)
    assert says in said
    assert said.endswith("Which other day would suit you?")
    assert claims_of(said) == set()


# People ------------------------------------------------------------------------------------------


@dataclass
class Front:
    """Leads, card, hand-over and survey of one contact, kept in memory."""

    open_now: bool = True
    card: ports.Card = field(default_factory=lambda: ports.Card(None, None, None, None))
    kept: list[Any] = field(default_factory=list)

    async def save(self, **said):
        self.kept.append(said)
        if "interest" in said:
            return ports.Lead("l", "L-1", len(self.kept) == 1)
        return ports.Card(**said)

    async def ask(self, *, reason, summary, department):
        self.kept.append((reason, summary, department))
        after = None if self.open_now else datetime(2026, 11, 17, 14, tzinfo=UTC)
        return ports.Ticket("t", "T-1", department, self.open_now, after)

    async def next(self):
        return ports.Question(1, "How?") if not self.kept else None

    async def answer(self, number, words):
        self.kept.append((number, words))
        return ports.Question(2, "When?") if number == 1 else None


async def test_a_lead_is_saved_and_then_updated(tools):
    front = Front()

    _, first = await call(tools, "create_crm_lead", leads=front, name="Ann", email="a@example.com")
    _, again = await call(tools, "create_crm_lead", leads=front, name="Ann", phone="617 555 0142")

    assert first == "Thank you, Ann. Your details are saved for our sales team (reference L-1)."
    assert again == "Thank you, Ann. Your details are updated (reference L-1)."


async def test_a_lead_nobody_can_reach_is_not_filed(tools):
    front = Front()

    with pytest.raises(ToolError, match="e-mail address or a phone number"):
        await call(tools, "create_crm_lead", leads=front, name="Ann")

    assert front.kept == []


async def test_contact_details_are_kept_and_said(tools):
    _, said = await call(
        tools, "capture_contact", card=Front(), name="Ann", email="ann@example.com"
    )

    assert said == "Thank you. I have saved your details: Ann and ann@example.com."


async def test_a_contact_without_any_detail_is_asked_back(tools):
    with pytest.raises(ToolError):
        await call(tools, "capture_contact", card=Front(), name="")


async def transfer(tools, front, department=None, **settings):
    return await call(
        tools, "transfer_to_human", ctx=context(tools, "transfer_to_human", **settings),
        handoffs=front, reason="explicit_request", summary="Wants a person.",
        department=department,
    )  # fmt: skip


async def test_a_person_is_asked_while_somebody_is_there(tools):
    _, said = await transfer(tools, Front(), "Sales")

    assert said == (
        "I have passed this on to our Sales team (reference T-1). A colleague will reply here."
    )


async def test_outside_hours_the_overflow_message_and_the_next_opening_are_said(tools):
    _, said = await transfer(tools, Front(open_now=False), overflow_message="We call you back.")

    assert said == (
        "I have passed this on to our team (reference T-1). We call you back. "
        "We open again Tuesday, November 17 at 9:00 AM (New York time)."
    )


async def test_hours_in_words_stand_in_place_of_the_next_opening(tools):
    _, said = await transfer(tools, Front(open_now=False), business_hours="9 to 5 on weekdays")

    assert said.endswith("Our hours are 9 to 5 on weekdays.")


async def test_survey_questions_are_asked_and_answered_one_at_a_time(tools):
    front = Front()

    _, first = await call(tools, "ask_survey", surveys=front)
    _, second = await call(tools, "ask_survey", surveys=front, answer=" A friend ")
    _, last = await call(tools, "ask_survey", surveys=front, answer="Soon", number=2)

    assert (first, second) == ("How?", "Thank you for your answer. When?")
    assert last == "Thank you for your answer."
    assert front.kept == [(1, "A friend"), (2, "Soon")]


async def test_a_survey_that_is_done_asks_nothing(tools):
    front = Front(kept=["all"])

    asked, said = await call(tools, "ask_survey", surveys=front)

    assert (asked.question, said) == (None, "I have no more questions. Thank you!")
    with pytest.raises(ToolError):
        await call(tools, "ask_survey", surveys=front, answer="More")


# Knowledge ---------------------------------------------------------------------------------------


@dataclass
class Shelf:
    async def search(self, query, *, limit):
        return [
            ports.Passage("You can try it for 14 days.", "Free trial", 0.8),
            ports.Passage("Nothing to do with it.", "Parking", 0.2),
        ][:limit]


async def look_up(tools, **settings):
    return await call(
        tools, "search_knowledge", ctx=context(tools, "search_knowledge", **settings),
        library=Shelf(), query="trial?",
    )  # fmt: skip


async def test_the_best_passage_is_quoted_with_its_source(tools):
    found, said = await look_up(tools)

    assert len(found) == 1
    assert said == "You can try it for 14 days. (Free trial)"


async def test_what_is_not_known_is_said_so(tools):
    found, said = await look_up(tools, min_score=0.9)

    assert found == []
    assert said.startswith("I don't have that in our information.")


# Claims ------------------------------------------------------------------------------------------


async def test_every_claim_a_tool_makes_is_backed_by_its_own_receipt(tools):
    said = {
        "schedule_demo": (await demo(tools, Diary()))[1],
        "create_crm_lead": (await call(
            tools, "create_crm_lead", leads=Front(), name="Ann", email="a@example.com"
        ))[1],
        "capture_contact": (await call(tools, "capture_contact", card=Front(), name="Ann"))[1],
        "transfer_to_human": (await transfer(tools, Front(open_now=False)))[1],
        "check_pricing": (await price(tools, seats=2))[1],
        "search_product_catalog": (await search(tools, "premium"))[1],
    }  # fmt: skip

    for name, words in said.items():
        claimed = {claim for sentence in words.split(". ") for claim in claims_of(sentence)}
        assert claimed <= set(policy_of(tools.tools[name]).proves), (name, words)


def test_only_ports_and_context_are_hidden_from_the_model(tools):
    for made in tools.tools.values():
        assert all(
            kind in ports.ALL or "ToolContext" in str(kind) for kind in ports_of(made).values()
        )
        assert json.dumps(made.args_schema.model_json_schema())
        assert issubclass(made.args_schema, BaseModel)
