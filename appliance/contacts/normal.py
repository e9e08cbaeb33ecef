"""One spelling for each identity, so that the same person is found however they are written."""

from __future__ import annotations

import re
import unicodedata

import phonenumbers

from appliance.core import errors

_LONGEST = 320
_EMAIL = re.compile(r"[^@\s<>,;:\"()\[\]\\]{1,64}@[^@\s<>,;:\"()\[\]\\]{1,250}\.[^\W\d_]{2,63}")


def email(text: str) -> str:
    """Give an e-mail address in its one spelling: NFKC, lower case, no blanks around.

    Raises:
        Refused: it is no e-mail address.
    """
    address = _folded(text)
    if len(address) > 254 or not address.isprintable() or not _EMAIL.fullmatch(address):
        raise errors.Refused(
            "That does not look like an e-mail address. Please write it like name@example.com."
        )
    return address


def phone(text: str, *, region: str) -> str:
    """Give a phone number as E.164, e.g. +16175550142; `region` reads numbers without a country.

    Raises:
        Refused: it is no phone number.
    """
    try:
        number = phonenumbers.parse(unicodedata.normalize("NFKC", text[:64]), region)
    except phonenumbers.NumberParseException:
        number = None
    if number is None or not phonenumbers.is_possible_number(number):
        raise errors.Refused(
            "That does not look like a phone number. Please write it with its area code, "
            "and with its country code if it is from abroad."
        )
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


def identity(kind: str, value: str, *, region: str) -> str:
    """Give the one spelling of what a channel names a sender by; never refuses.

    Short codes and named senders are no phone numbers, and a message from one must not be lost.
    """
    try:
        if kind == "phone":
            return phone(value, region=region)
        if kind == "email":
            return email(value)
    except errors.Refused:
        return _folded(value)[:_LONGEST]
    return value


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text.strip()).strip().lower()
