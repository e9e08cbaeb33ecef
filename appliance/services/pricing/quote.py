"""What something costs: exact decimals, each step rounded half up to cents."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import Literal

from appliance.core import errors
from appliance.services.pricing import wording
from appliance.toolkit.ports import Product, Quote, QuoteLine

_CENT = Decimal("0.01")
_MONTHS = 12
MOST_SEATS = 100_000


def quote(
    product: Product,
    *,
    seats: int,
    term: Literal["monthly", "yearly"],
    discount_percent: Decimal,
    authority: Decimal,
    yearly_saving: Decimal = Decimal(0),
) -> Quote:
    """Calculate a quote.

    Args:
        product: What is bought.
        seats: How many; a product priced "once" is bought once whatever this says.
        term: How it is paid. Yearly payment saves `yearly_saving` on what is priced by the month.
        discount_percent: A further discount, in percent, on what is left after that saving.
        authority: The largest discount that may be given, as a fraction.
        yearly_saving: What yearly payment saves, as a fraction.

    Raises:
        Refused: the seats or the discount are out of bounds.
    """
    if not 1 <= seats <= MOST_SEATS:
        raise errors.Refused(f"A quote can be for 1 to {MOST_SEATS:,} seats, not for {seats:,}.")
    if not 0 <= discount_percent <= authority * 100:
        raise errors.Refused(
            f"A discount of {discount_percent} % cannot be given here; at most "
            f"{(authority * 100).normalize():f} %."
        )
    count = 1 if product.per == "once" else seats
    monthly = product.period == "month"
    yearly_paid = monthly and term == "yearly"
    full = product.price * count * (_MONTHS if yearly_paid else 1)
    saved = _cents(full * (1 - yearly_saving)) if yearly_paid else full
    total = _cents(saved * (1 - discount_percent / 100))
    lines = [QuoteLine(wording.full_price(product, count, yearly=yearly_paid), full)]
    if saved != full:
        lines.append(QuoteLine(wording.yearly_saving(yearly_saving), saved - full))
    if total != saved:
        lines.append(QuoteLine(wording.discount(discount_percent), total - saved))
    by_year = yearly_paid or product.period == "year"
    once = product.period == "once"
    return Quote(
        product=product,
        seats=count,
        term="yearly" if by_year else "monthly",
        discount_percent=discount_percent,
        lines=tuple(lines),
        per_month=None if once else _cents(total / _MONTHS) if by_year else total,
        per_year=None if once else total if by_year else total * _MONTHS,
        once=total if once else None,
    )


def _cents(amount: Decimal) -> Decimal:
    return amount.quantize(_CENT, rounding=ROUND_HALF_UP)
