"""What stands in the lines of a quote."""

from __future__ import annotations

from decimal import Decimal

from appliance.toolkit import say_money, say_percent
from appliance.toolkit.ports import Product


def full_price(product: Product, count: int, *, yearly: bool) -> str:
    """Name the first line, e.g. "15 × Premium at $99.00, 12 months"."""
    months = ", 12 months" if yearly else ""
    return f"{count} × {product.name} at {say_money(product.price, product.currency)}{months}"


def yearly_saving(fraction: Decimal) -> str:
    """Name the line of what yearly payment saves."""
    return f"Yearly payment, {say_percent(fraction)} less"


def discount(percent: Decimal) -> str:
    """Name the line of a discount."""
    return f"Discount, {say_percent(percent / 100)}"
