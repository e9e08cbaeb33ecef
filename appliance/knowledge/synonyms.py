"""Words that customers use for one another, in English; a config adds those of its trade.

What is asked as "rent a bike" is written as "hire of bicycles". Every line is one thing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

_ENDING = re.compile(r"(?<=\w{2})ie[sd]$|(?<=\w{3})(?:ings|ing|edly|ed|es|s)$|(?<=\w{4})ly$")
_LINES = """
price cost fee charge rate
rent hire lease borrow
bike bicycle cycle
car vehicle auto
kid child children toddler
pet animal dog cat
phone telephone call ring
internet wifi wlan
repair mend fix
refund reimburse
doctor physician
dentist dental tooth teeth
glasses spectacles
parcel package
deliver delivery
send post ship
shop store
buy purchase
discount reduction rebate
invoice bill
voucher certificate
elevator lift
luggage baggage suitcase
parking garage
guarantee warranty
broken damaged faulty damage
free complimentary
booking reservation
medicine drug medication
maximum limit most cap
minimum least lowest
abroad foreign international
photo picture photograph
toilet restroom lavatory
taxi cab
lorry truck
petrol fuel gasoline
sofa couch
autumn fall
staff employee
job vacancy position
insurance cover coverage
pickup collection collect
address location
start begin
end finish
surgery operation
instalment installment
licence license permit
spare replacement
fast quick
big large
holiday vacation
evening night
guest visitor
client customer
television telly tv
movie film
excavator digger
chemist pharmacy
bin rubbish garbage trash waste
tap faucet
nappy diaper
torch flashlight
spanner wrench
hoover vacuum
mobile cellphone smartphone
trousers pants
sweater jumper pullover
"""


# What the endings would make one with another word: "car".
_APART = {"care": "care", "cares": "care", "caring": "care"}


@lru_cache(maxsize=20_000)  # a search asks for those of some eighty passages: 1.5 of its 10 ms
def stem(word: str) -> str:
    """Give a word without an English ending: "parties" and "party" are one."""
    if word in _APART:
        return _APART[word]
    found = _ENDING.search(word)
    plain = word[: found.start()] if found else word
    if found and found[0] in {"ies", "ied"}:
        return stem(f"{plain}y")
    # "prices" has lost the e that "price" still has; "movies" has a y that "movie" has not
    plain = plain[:-1] if len(plain) > 3 and plain.endswith("e") else plain
    return f"{plain[:-1]}y" if len(plain) > 3 and plain.endswith("i") else plain


def _by_stem() -> Mapping[str, tuple[str, ...]]:
    groups = [line.split() for line in _LINES.strip().splitlines()]
    return {stem(word): tuple(group) for group in groups for word in group}


_GROUPS = _by_stem()


def others(word: str) -> list[str]:
    """Give what else a word may be called."""
    return [other for other in _GROUPS.get(stem(word), ()) if stem(other) != stem(word)]
