"""Products are found as customers name them, and quotes are exact to the cent."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.config.model import Price
from appliance.core import errors
from appliance.services.pricing.catalogue import PriceList
from appliance.services.pricing.quote import quote
from appliance.toolkit import ports
from appliance.toolkit.ports import Product, QuoteLine

TODAY = date(2026, 11, 16)


def price(name, amount="99.00", **more):
    spelled = name.lower().replace(" ", "_").replace("-", "_")
    kept = {"id": spelled, "description": f"{name} it is.", **more}
    return Price(name=name, price=Decimal(amount), **kept)


PRICES = [
    price("Starter", "49.00", aliases=["starter plan", "basic plan"], per="user", period="month"),
    price(
        "Premium", id="premium_plan", aliases=["premium plan", "pro plan"], per="user",
        period="month", description="Premium has single sign-on and audit logs.",
    ),
    price(
        "Enterprise", "149.00", aliases=["enterprise plan"], per="user", period="month",
        description="Enterprise adds a dedicated environment and audit logs.",
    ),
    price("Analytics add-on", "29.00", aliases=["analytics"], currency="EUR"),
]  # fmt: skip


def price_list(prices=PRICES, today=TODAY):
    return PriceList(prices, "USD", today)


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("Premium", "Premium"),
        ("premium_plan", "Premium"),
        ("How much is the PREMIUM plan for 5 people?", "Premium"),
        ("premuim", "Premium"),
        ("the pro plan", "Premium"),
        ("ｐｒｅｍｉｕｍ", "Premium"),
        ("enterprize", "Enterprise"),
        ("analytics", "Analytics add-on"),
        ("your basic plan please", "Starter"),
    ],
)
async def test_a_product_is_found_by_the_words_customers_use(words, name):
    found = await price_list().find(words)

    assert found is not None
    assert found.name == name


@pytest.mark.parametrize(
    "words",
    ["", "plan", "a premise", "pro", "Premium or Enterprise", "premuim or enterprise", "?" * 5000],
)
async def test_words_that_name_no_product_or_several_find_none(words):
    assert await price_list().find(words) is None


async def test_a_product_carries_its_own_currency_or_the_clients():
    found = await price_list().all()

    assert [p.currency for p in found] == ["USD", "USD", "USD", "EUR"]


@pytest.mark.parametrize(
    ("words", "names"),
    [
        ("something with audit logs", ["Premium", "Enterprise"]),
        ("single sign-on", ["Premium"]),
        ("premium or enterprise", ["Premium", "Enterprise"]),
        ("What products do you sell?", ["Starter", "Premium", "Enterprise", "Analytics add-on"]),
        ("submarines", []),
    ],
)
async def test_a_search_finds_by_name_and_by_description(words, names):
    port: ports.Prices = price_list()

    assert [p.name for p in await port.search(words)] == names


async def test_a_search_gives_no_more_than_asked_for():
    assert len(await price_list().search("all products", limit=2)) == 2


@pytest.mark.parametrize(
    ("today", "amount"),
    [
        (date(2026, 11, 30), "10"),
        (date(2026, 12, 1), "12"),
        (date(2026, 12, 31), "12"),
        (date(2027, 1, 1), None),
    ],
)
async def test_a_price_holds_from_its_first_to_its_last_day(today, amount):
    prices = [
        price("Old", "10", id="plan_a", aliases=["alpha"], valid_until=date(2026, 11, 30)),
        price(
            "New", "12", id="plan_a", aliases=["alpha"], valid_from=date(2026, 12, 1),
            valid_until=date(2026, 12, 31),
        ),
    ]  # fmt: skip

    found = await price_list(prices, today).find("alpha")

    assert (found and found.price) == (amount and Decimal(amount))


def product(amount="99.00", per="user", period="month"):
    return Product("p", "Premium", "It is.", Decimal(amount), "USD", per, period)


def asked(product, seats=1, term="monthly", percent="0", **more):
    return quote(
        product, seats=seats, term=term, discount_percent=Decimal(percent),
        **{"authority": Decimal("0.20"), "yearly_saving": Decimal("0.10"), **more},
    )  # fmt: skip


def test_fifteen_seats_by_the_month():
    made = asked(product(), 15)

    assert (made.per_month, made.per_year, made.once) == (Decimal("1485.00"), 17820, None)
    assert made.lines == (QuoteLine("15 × Premium at $99.00", Decimal("1485.00")),)


def test_yearly_payment_saves_and_a_discount_comes_on_top():
    made = asked(product(), 15, "yearly", "12.5")

    assert made.lines == (
        QuoteLine("15 × Premium at $99.00, 12 months", Decimal("17820.00")),
        QuoteLine("Yearly payment, 10% less", Decimal("-1782.00")),
        QuoteLine("Discount, 12.5%", Decimal("-2004.75")),
    )
    assert (made.per_year, made.per_month) == (Decimal("14033.25"), Decimal("1169.44"))


def test_what_is_priced_by_the_year_saves_nothing_twice():
    made = asked(product("1200", period="year"), 2, "yearly")

    assert (made.per_year, made.per_month, made.term) == (2400, 200, "yearly")


def test_what_is_bought_once_has_no_monthly_price():
    made = asked(product("1500", per="once", period="once"), 7, "yearly", "10")

    assert (made.once, made.per_month, made.per_year, made.seats) == (1350, None, None, 1)


def test_half_a_cent_is_rounded_up():
    assert asked(product("0.50"), 1, percent="1").per_month == Decimal("0.50")
    assert asked(product("0.10"), 1, percent="5").per_month == Decimal("0.10")
    assert asked(product("0.30"), 1, percent="15").per_month == Decimal("0.26")


@pytest.mark.parametrize(
    ("seats", "percent"), [(0, "0"), (-1, "0"), (100_001, "0"), (1, "20.01"), (1, "-1"), (1, "100")]
)
def test_seats_and_discounts_out_of_bounds_are_refused(seats, percent):
    with pytest.raises(errors.Refused):
        asked(product(), seats, percent=percent)


@given(
    cents=st.integers(0, 10**9),
    seats=st.integers(1, 10_000),
    yearly=st.booleans(),
    discount=st.integers(0, 2000),
    saving=st.integers(0, 5000),
)
def test_a_quote_agrees_with_whole_cents_and_fractions(cents, seats, yearly, discount, saving):
    made = asked(
        product(Decimal(cents) / 100), seats, "yearly" if yearly else "monthly",
        Decimal(discount) / 100, yearly_saving=Decimal(saving) / 10_000,
    )  # fmt: skip

    full = cents * seats * (12 if yearly else 1)
    kept = half_up(Fraction(full * (10_000 - saving), 10_000)) if yearly else full
    paid = half_up(Fraction(kept * (10_000 - discount), 10_000))
    month, year = (half_up(Fraction(paid, 12)), paid) if yearly else (paid, paid * 12)

    assert made.per_month is not None
    assert made.per_year is not None
    assert (made.per_month * 100, made.per_year * 100) == (month, year)
    assert sum(line.amount for line in made.lines) * 100 == paid
    assert 0 <= paid <= full


def half_up(amount: Fraction) -> int:
    return (2 * amount.numerator + amount.denominator) // (2 * amount.denominator)
