"""What an answer must hold to be one: who asks for a price is not helped by a sentence without.

A near miss has the question's subject and not what is asked of it: "what does the generator cost"
is near every line of the generator's data sheet. The kinds are read off English words alone; a
question of none of them expects nothing, and so does one in another language.
"""

from __future__ import annotations

import re

_NUMBER_WORDS = (
    r"(?:no|none|half|quarter|third|fifth|once|twice|double|single|one|two|three|four|five|six|"
    r"seven|eight|nine|ten|eleven|twelve|fifteen|twenty|thirty|forty|fifty|sixty|ninety|hundred|"
    r"thousand)"
)
_MONEY = re.compile(
    rf"[$€£]\s?\d|\d\s?%|\b(?:\d[\d.,]*|{_NUMBER_WORDS}) ?"
    r"(?:dollars?|cents?|euros?|pounds?|percent|per cent)\b|"
    r"\bfree\b|\bincluded\b|\bcosts? nothing\b|\bno (?:extra |additional )?(?:charge|fee|cost)s?\b",
    re.I,
)
_NUMBER = re.compile(rf"\d|\b{_NUMBER_WORDS}\b", re.I)
_TIME = re.compile(
    r"\d|\b(?:(?:mon|tues|wednes|thurs|fri|satur|sun)days?|january|february|march|april|may|june|"
    r"july|august|september|october|november|december|noon|midnight|mornings?|afternoons?|"
    r"evenings?|daily|always|(?:minute|hour|day|week|month|year)s?)\b",
    re.I,
)
# In this order: "how much is it per day" asks for money, "how long a day" does not.
_KINDS = (
    (
        re.compile(
            r"\bhow much\b(?! (?:longer|time|weight|water|space|room|co2)\b)|"
            r"\b(?:costs?|prices?|fees?|charge[sd]?|surcharge|deposit|rate|pay|cheap\w*|expensive|"
            r"discount|refund|penalty|fine)\b|"
            r"\bwhat(?:'s| is| are) .* (?:a|per) (?:month|year|night|day)\b",
            re.I,
        ),
        _MONEY,
    ),
    (
        re.compile(
            r"\bwhen\b|\bwhat time\b|\bwhich (?:days?|months?|mornings?|date)\b|"
            r"\bwhat (?:date|day)\b|\buntil what\b|\bfrom what\b|\bopening hours\b",
            re.I,
        ),
        _TIME,
    ),
    (
        re.compile(
            r"\bhow (?:many|long|old|far|deep|wide|tall|high|heavy|big|fast|hot|warm|loud|often|"
            r"large|quickly|soon|early|late|near)\b|"
            r"\bwhat (?:age|weight|size|speed|depth|number|temperature|percentage|credit score|"
            r"balance|limit)\b|\b(?:limit|maximum|minimum|biggest|lowest|most)\b",
            re.I,
        ),
        _NUMBER,
    ),
)


def expected(question: str) -> re.Pattern[str] | None:
    """Give what a sentence that answers has; None where any may answer."""
    return next((answer for asked, answer in _KINDS if asked.search(question)), None)
