"""Quote a price from the price list; a discount beyond the bot's authority asks a person first."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from appliance.toolkit import (
    ApprovalNeeded,
    ToolContext,
    ToolError,
    say_list,
    say_money,
    say_percent,
    tool,
)
from appliance.toolkit.ports import Prices, Product, Quote


class Settings(BaseModel, extra="forbid"):
    """What bot_config.yaml may set for this tool."""

    discount_authority: Decimal = Field(
        default=Decimal("0.15"),
        ge=0,
        le=Decimal("0.20"),
        description="The largest discount given without a person's approval, as a fraction.",
    )
    yearly_saving: Decimal = Field(
        default=Decimal("0.10"),
        ge=0,
        le=Decimal("0.50"),
        description="What yearly payment saves on prices by the month, as a fraction.",
    )


class Line(BaseModel):
    """A line of the quote; savings and discounts are negative."""

    text: str
    amount: Decimal


class Price(BaseModel):
    """A quote. Amounts are in `currency`; `note` says what a person decided."""

    product: str
    name: str
    unit: str
    seats: int
    term: str
    currency: str
    discount_percent: Decimal
    yearly_saving: Decimal
    lines: list[Line]
    per_month: Decimal | None
    per_year: Decimal | None
    once: Decimal | None
    note: str | None = None


def says(price: Price) -> str:
    """Word a quote, e.g. "Premium for 15 users comes to $1,485.00 per month."."""
    many = "" if price.seats == 1 else "s"
    what = price.name
    if price.unit in {"user", "seat"} or price.seats > 1:
        what += f" for {price.seats:,} {price.unit}{many}"
    less = f", including a {say_percent(price.discount_percent / 100)} discount"
    discount = less if price.discount_percent else ""
    sentence = f"{what} comes to {_amount(price)}{discount}."
    return f"{price.note} {sentence}" if price.note else sentence


def _amount(price: Price) -> str:
    if price.once is not None:
        return f"{say_money(price.once, price.currency)}, paid once"
    month = say_money(price.per_month or Decimal(0), price.currency)
    year = say_money(price.per_year or Decimal(0), price.currency)
    if price.term == "monthly":
        return f"{month} per month"
    saving = price.yearly_saving
    saved = f", which saves {say_percent(saving)}" if saving else ""
    return f"{year} per year, paid yearly{saved} (that is {month} per month)"


@tool(
    timeout_s=10,
    effect="read",
    settings=Settings,
    says=says,
    asks={
        "product": "Which product would you like a price for?",
        "seats": "How many people would use it?",
        "term": "Would you pay monthly or yearly?",
        "discount_percent": "What discount do you have in mind?",
    },
)
async def check_pricing(
    *,
    ctx: ToolContext[Settings],
    prices: Prices,
    product: Annotated[
        str, Field(max_length=300, description="The product, in the customer's words.")
    ],
    seats: Annotated[int, Field(ge=1, le=100_000, description="How many users or pieces.")] = 1,
    term: Annotated[
        Literal["monthly", "yearly"], Field(description="How the customer wants to pay.")
    ] = "monthly",
    discount_percent: Annotated[
        Decimal,
        Field(ge=0, le=100, description="The discount the customer asks for in percent, e.g. 10."),
    ] = Decimal(0),
) -> Price:
    """Calculate what a product costs for a number of users, with yearly payment or a discount.

    Use it whenever a price or a discount is asked for. Never calculate prices yourself and never
    promise a discount that this tool did not give.
    """
    found = await prices.find(product)
    if found is None:
        raise ToolError(await _which(prices, product))
    authority, note = ctx.settings.discount_authority, None
    percent = discount_percent
    if percent / 100 > authority:
        if ctx.decision is None:
            raise _question(found, seats, term, percent, authority)
        if ctx.decision.approved:
            authority = percent / 100
            note = f"A discount of {_percent(percent)} was approved for you."
        else:
            note = f"A discount of {_percent(percent)} is not possible; this is our best price."
            percent = authority * 100
    quote = await prices.quote(
        found,
        seats=seats,
        term=term,
        discount_percent=percent,
        authority=authority,
        yearly_saving=ctx.settings.yearly_saving,
    )
    return _price(quote, ctx.settings.yearly_saving, note)


def _price(quote: Quote, saving: Decimal, note: str | None) -> Price:
    by_year = quote.term == "yearly" and quote.product.period == "month"
    return Price(
        product=quote.product.id,
        name=quote.product.name,
        unit="unit" if quote.product.per == "once" else quote.product.per,
        seats=quote.seats,
        term=quote.term,
        currency=quote.product.currency,
        discount_percent=quote.discount_percent,
        yearly_saving=saving if by_year else Decimal(0),
        lines=[Line(text=line.text, amount=line.amount) for line in quote.lines],
        per_month=quote.per_month,
        per_year=quote.per_year,
        once=quote.once,
        note=note,
    )


def _question(
    product: Product, seats: int, term: str, percent: Decimal, authority: Decimal
) -> ApprovalNeeded:
    return ApprovalNeeded(
        f"A customer asks for {_percent(percent)} off {product.name} for {seats:,} "
        f"{product.per if seats == 1 else product.per + 's'} "
        f"({say_money(product.price, product.currency)} each, {term}). "
        f"The bot may give {say_percent(authority)}. May this discount be given?",
        customer=f"A discount of {_percent(percent)} is for a colleague to decide. "
        "The answer will come here as soon as there is one.",
        reason="pricing_above_authority",
    )


async def _which(prices: Prices, words: str) -> str:
    several = [product.name for product in await prices.search(words, limit=4)]
    if len(several) > 1:
        return f"Which one do you mean: {say_list(several)}?"
    names = [product.name for product in await prices.all()]
    if not names:
        return "I have no prices to show at the moment."
    return f"I don't know that product. We offer {say_list(names, 'and')}. Which one is it?"


def _percent(percent: Decimal) -> str:
    return say_percent(percent / 100)
