"""Which telephone numbers may be called."""

from __future__ import annotations

import phonenumbers
from phonenumbers import PhoneNumberType, shortnumberinfo

from appliance.contacts import normal
from appliance.core import errors
from appliance.services.dials.values import Terms

_DEAR = {
    PhoneNumberType.PREMIUM_RATE: "a premium-rate number",
    PhoneNumberType.SHARED_COST: "a shared-cost number",
    PhoneNumberType.PERSONAL_NUMBER: "a personal number, which costs more",
    PhoneNumberType.PAGER: "a pager",
    PhoneNumberType.UAN: "a company-wide number, which may cost more",
    PhoneNumberType.VOICEMAIL: "a voicemail's number",
}


def callable_number(text: str, terms: Terms) -> str:
    """Give a number as E.164, where it may be called at all.

    Raises:
        Refused: it is none, an emergency or premium-rate number, or in another country.
    """
    # Emergency numbers are short: they must be known before they fail as numbers of a person.
    if any(_is_emergency(text, country) for country in terms.countries | {terms.region}):
        raise errors.Refused("That is an emergency number. The bot never calls it.")
    known_as = normal.phone(text, region=terms.region)
    number = phonenumbers.parse(known_as)
    if not phonenumbers.is_valid_number(number):
        raise errors.Refused("No telephone has that number. Check its digits.")
    if (kind := _DEAR.get(phonenumbers.number_type(number))) is not None:
        raise errors.Refused(f"That is {kind}. The bot never calls such numbers.")
    country = phonenumbers.region_code_for_number(number)
    if country not in terms.countries:
        allowed = ", ".join(sorted(terms.countries))
        raise errors.Refused(
            f"That number is in {country or 'no country'}; calls go to {allowed} only. "
            "To allow it, add it to voice.outbound.countries."
        )
    return known_as


def _is_emergency(text: str, country: str) -> bool:
    digits = "".join(sign for sign in text if sign.isdigit())
    return len(digits) <= 6 and bool(shortnumberinfo.connects_to_emergency_number(digits, country))
