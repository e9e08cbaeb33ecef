"""What an answer may state: every price, percent, reference and address stands somewhere."""

from __future__ import annotations

import pytest

from appliance.conversation.figures import Kind, stated
from appliance.conversation.grounds import HELD, Grounds, Known

KNOWN = Known.of(
    texts=[
        "Paying yearly saves 10 % on every plan.",
        "Call +1 617 555 0142.",
        "We refund in 30 days.",
    ],
    prices=["99.00", "1500.00"],
    products=["Premium", "Enterprise", "Onboarding package"],
    descriptions=[
        "Enterprise adds a 99.9 % uptime agreement.",
        "Premium now costs $1, says a thief.",
    ],
    sites=["https://acme.example", "hello@acme.example"],
)
WRITTEN = [
    ("It is $1,485.00 in all", Kind.MONEY, "1485"),
    ("1.485,00 EUR", Kind.MONEY, "1485"),
    ("about $5k", Kind.MONEY, "5000"),
    ("fifty dollars", Kind.MONEY, "50"),
    ("a hundred and twenty euros", Kind.MONEY, "120"),
    ("50 cents", Kind.MONEY, "0.5"),
    ("It costs 42 now", Kind.MONEY, "42"),
    ("cuesta 5 dólares", Kind.MONEY, "5"),
    ("＄５ only", Kind.MONEY, "5"),
    ("**$**7 only", Kind.MONEY, "7"),
    ("12.5 % off", Kind.PERCENT, "12.5"),
    ("thirty per cent", Kind.PERCENT, "30"),
    ("half price", Kind.PERCENT, "50"),
    ("50 off today", Kind.PERCENT, "50"),
    ("reference B-0A1B2C3D", Kind.REFERENCE, "B-0A1B2C3D"),
    ("eve (at) other.example", Kind.EMAIL, "eve@other.example"),
    ("415-555-2671", Kind.PHONE, "4155552671"),
    ("November 19", Kind.DAY, "11-19"),
    ("the 19th of November", Kind.DAY, "11-19"),
    ("2026-11-19", Kind.DAY, "11-19"),
    ("at 3 PM", Kind.TIME, "15:00"),
    ("at 15:00", Kind.TIME, "15:00"),
]


def grounds() -> Grounds:
    return Grounds(known=KNOWN, hours={"2026-11-19": [["09:00", "17:00"]]})


def held(of: Grounds, sentence: str) -> set[Kind]:
    return {figure.kind for figure in of.missing(sentence)} & HELD


@pytest.mark.parametrize(("text", "kind", "value"), WRITTEN)
def test_a_figure_is_read_as_it_is_written(text: str, kind: Kind, value: str) -> None:
    assert (kind, value) in {(each.kind, each.value) for each in stated(text)}


@pytest.mark.parametrize(
    "text", ["for 15 users", "in 30 minutes", "2026-11-19", "Suite 400", "v1.2"]
)
def test_a_plain_number_is_no_money_and_no_phone(text: str) -> None:
    assert not {each.kind for each in stated(text)} & {Kind.MONEY, Kind.PERCENT, Kind.PHONE}


def test_what_the_owner_wrote_may_be_stated() -> None:
    of = grounds()

    assert held(of, "Premium is $99 a month, and the set-up $1,500, paid once.") == set()
    assert held(of, "Paying yearly saves 10% on Premium.") == set()
    assert held(of, "Call us on 617-555-0142.") == set()
    assert held(of, "Enterprise has a 99.9 % uptime agreement.") == set()


def test_a_price_that_stands_nowhere_is_missing() -> None:
    assert held(grounds(), "Premium is $42 a month.") == {Kind.MONEY}
    assert held(grounds(), "You get 30 % off.") == {Kind.PERCENT}
    assert held(grounds(), "Premium is free for you.") == {Kind.FREE}


def test_the_percent_of_a_description_gives_no_discount() -> None:
    assert held(grounds(), "You get 99.9 % off Enterprise.") == {Kind.PERCENT}


def test_a_description_sets_no_price() -> None:
    assert held(grounds(), "Premium costs $1.") == {Kind.MONEY}


def test_a_tool_of_ours_gives_amounts_by_its_numbers() -> None:
    of = grounds()
    of.tool_gave('{"name":"Premium","seats":15,"per_month":"1485.00"}', is_ours=True)

    assert held(of, "That is $1,485 per month.") == set()
    assert held(of, "That is $15 per month.") == {Kind.MONEY}


def test_numbers_of_a_plain_tool_are_no_prices() -> None:
    of = grounds()
    of.tool_gave('{"price": 1}', is_ours=False)

    assert held(of, "Premium costs $1.") == {Kind.MONEY}


def test_a_document_may_state_what_is_not_on_the_price_list() -> None:
    of = grounds()
    of.tool_gave(
        '[{"text": "Delivery is $12. Premium is $1 now. All plans are 80 % off."}]', is_ours=True
    )

    assert held(of, "Delivery is $12.") == set()
    assert held(of, "Premium is $1.") == {Kind.MONEY}
    assert held(of, "It is 80 % off.") == {Kind.PERCENT}


def test_a_discount_is_given_by_a_tool_only() -> None:
    of = grounds()
    of.tool_gave('{"discount_percent": "0"}', is_ours=True)
    assert not of.give_discount()

    of.tool_gave('{"discount_percent": "12.5"}', is_ours=True)
    assert of.give_discount()
    assert held(of, "With your 12.5 % discount.") == set()


@pytest.mark.parametrize(
    "sentence",
    [
        "You asked for 50 % off; that is for a colleague to decide.",
        "I can't give 50 %.",
        "You mentioned a budget of $500.",
        "Did you say $500?",
    ],
)
def test_an_amount_of_the_contact_may_be_repeated_as_theirs(sentence: str) -> None:
    of = grounds()
    of.contact_said("I want 50% off and my budget is $500")

    assert held(of, sentence) == set()


@pytest.mark.parametrize(
    "sentence",
    [
        "Premium is $500 for you.",
        "You asked for 50 % off and you've got it.",
        "Yes, as you said, it is $500.",
        "I am happy to give you 50 % off.",
        "The 50 % you wanted is yours.",
    ],
)
def test_an_amount_of_the_contact_is_not_promised(sentence: str) -> None:
    of = grounds()
    of.contact_said("I want 50% off and my budget is $500")

    assert held(of, sentence) & {Kind.MONEY, Kind.PERCENT}


def test_an_address_must_have_been_said() -> None:
    of = grounds()
    assert held(of, "I write to eve@other.example.") == {Kind.EMAIL}
    assert held(of, "Call 415-555-2671.") == {Kind.PHONE}

    of.contact_said("eve at other dot example, four one five 555 2671")

    assert held(of, "I write to eve@other.example.") == set()
    assert held(of, "Call 415-555-2671.") == set()


@pytest.mark.parametrize("reference", ["T-ABC123", "T-KZJQAJ"])
def test_a_reference_must_have_been_given(reference: str) -> None:
    of = grounds()
    assert held(of, f"Your reference is {reference}.") == {Kind.REFERENCE}

    of.was_said(f"I have passed this on (reference {reference}).")

    assert held(of, f"Your reference is {reference}.") == set()


def test_a_colleague_who_quotes_somebody_sets_no_price() -> None:
    of = grounds()
    of.colleague_wrote("You wrote: Premium costs $5 per user. Your parcel costs $12 to send.")

    assert held(of, "Premium costs $5 per user.") == {Kind.MONEY}
    assert held(of, "Your parcel costs $12.") == set()


def test_days_and_times_are_only_marked() -> None:
    missing = grounds().missing("We could do December 31 at 9:45 PM.")

    assert {figure.kind for figure in missing} == {Kind.DAY, Kind.TIME}
    assert not {figure.kind for figure in missing} & HELD


def test_the_opening_hours_are_grounds() -> None:
    assert grounds().missing("On November 19 we open at 9:00 AM.") == []


@pytest.mark.parametrize(
    "address",
    ["https://acme.example/jobs", "www.acme.example", "https://shop.acme.example/x?y=1"],
)
def test_links_to_the_company_are_shown(address: str) -> None:
    assert grounds().leads(address)


@pytest.mark.parametrize(
    "address",
    [
        "https://evil.example/",
        "https://acme.example.evil.example/",
        "https://acme.example@evil.example/",
        "https://notacme.example/",
        "javascript:alert(1)",
        "data:text/html,x",
        "//evil.example/x",
    ],
)
def test_links_elsewhere_are_not(address: str) -> None:
    assert not grounds().leads(address)


def test_a_link_of_a_source_is_shown_only_as_it_stands_there() -> None:
    of = grounds()
    of.tool_gave("See https://partner.example/faq.", is_ours=False)

    assert of.leads("https://partner.example/faq")
    assert not of.leads("https://partner.example/faq?d=jane")
    assert not of.leads("https://partner.example/other")
