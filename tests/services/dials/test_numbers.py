"""Whom the bot never calls."""

from __future__ import annotations

import pytest

from appliance.core import errors
from appliance.services.dials.numbers import callable_number
from tests.services.dials.terms import NUMBER, terms


@pytest.mark.parametrize("written", ["617-555-0142", "+1 (617) 555-0142", "+16175550142"])
def test_a_number_is_known_however_it_is_written(written):
    assert callable_number(written, terms()) == NUMBER


@pytest.mark.parametrize("written", ["911", "9-1-1", " 911 ", "112"])
def test_emergency_numbers_are_never_called(written):
    with pytest.raises(errors.Refused, match="emergency"):
        callable_number(written, terms())


def test_the_emergency_numbers_of_every_country_we_call_count():
    with pytest.raises(errors.Refused, match="emergency"):
        callable_number("999", terms(countries=["GB"]))


@pytest.mark.parametrize(
    ("written", "country"), [("+1 900 555 1234", "US"), ("+44 909 879 0000", "GB")]
)
def test_premium_rate_numbers_are_never_called(written, country):
    with pytest.raises(errors.Refused, match="premium-rate"):
        callable_number(written, terms(countries=[country]))


def test_an_island_that_shares_our_country_code_is_another_country():
    with pytest.raises(errors.Refused, match="in JM; calls go to US only"):
        callable_number("+1 876 555 1234", terms())


def test_a_country_that_is_allowed_is_called():
    assert callable_number("+49 30 123456", terms(countries=["US", "DE"])) == "+4930123456"


@pytest.mark.parametrize("written", ["", "hello", "12", "+1 000 000 0000", "+999123456789"])
def test_what_is_no_telephone_number_is_refused(written):
    with pytest.raises(errors.Refused):
        callable_number(written, terms())
