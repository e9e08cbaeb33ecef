"""Find products on the client's own price list."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, Field

from appliance.toolkit import ToolContext, say_list, say_money, tool
from appliance.toolkit.ports import Prices, Product


class Settings(BaseModel, extra="forbid"):
    """What bot_config.yaml may set for this tool."""

    max_results: int = Field(default=5, ge=1, le=20, description="The most products named at once.")


class Match(BaseModel):
    """A product that fits; `price` is worded, e.g. "$99.00 per user per month"."""

    id: str
    name: str
    description: str
    price: str


class Matches(BaseModel):
    """What fits, best first; where nothing does, `instead` names what is sold."""

    products: list[Match]
    instead: list[str] = []


def says(found: Matches) -> str:
    """Word the products, or what is sold instead."""
    if found.products:
        return "\n".join(f"{p.name}: {p.description} It costs {p.price}." for p in found.products)
    if found.instead:
        return f"I found nothing like that. We offer {say_list(found.instead, 'and')}."
    return "I have no products to show at the moment."


@tool(
    timeout_s=10,
    effect="read",
    settings=Settings,
    says=says,
    asks={"query": "What are you looking for?"},
)
async def search_product_catalog(
    ctx: ToolContext[Settings],
    prices: Prices,
    query: Annotated[
        str,
        Field(max_length=300, description="What the customer looks for, in their words."),
    ],
) -> Matches:
    """Find products that fit what the customer asks for.

    Use it before you name a product or a price. Do not use it for order status.
    """
    found = await prices.search(query, limit=ctx.settings.max_results)
    if not found:
        return Matches(products=[], instead=[product.name for product in await prices.all()])
    return Matches(products=[_match(product) for product in found])


def _match(product: Product) -> Match:
    per = "" if product.per == "once" else f" per {product.per}"
    often = ", paid once" if product.period == "once" else f" per {product.period}"
    return Match(
        id=product.id,
        name=product.name,
        description=product.description,
        price=f"{say_money(product.price, product.currency)}{per}{often}",
    )
