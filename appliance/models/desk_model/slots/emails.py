"""E-mail addresses, written or spelt out."""

from __future__ import annotations

import re

from appliance.models.desk_model.slots.found import Found

_WRITTEN = re.compile(
    r"(?<![\w.+-])[\w.+'-]{1,64}@(?:[^\W_][\w-]*\.)+[^\W\d_]{2,24}(?![\w@-])", re.UNICODE
)
_SPOKEN = re.compile(
    r"(?<![\w.+-])((?>[\w+-]+(?:\s?(?:\.|\bdot\b|\bunderscore\b|\bdash\b)\s?[\w+-]+)*))"
    r"\s*(?:\(at\)|\[at\]|\{at\}|\bat\b|@)\s*"
    r"([\w-]+(?:\s*(?:\(dot\)|\[dot\]|\{dot\}|\bdot\b|\.)\s*[\w-]+)+)",
    re.I,
)
_BROKEN = re.compile(r"\S*@\S*")
_AT_A_TIME = re.compile(
    r"(?<!\S)@(?=\s?(?:\d{1,2}(?:[:.h]\d\d)?(?:\s?[ap]\.?\s?m\b)?(?![\w@-]|\.\w)|"
    r"(?:noon|midday|half|quarter|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)"
    r"\b))",
    re.I,
)
_TOP = re.compile(r"\.[a-z]{2,24}$")
_NOT_LOCAL = {"is", "me", "us", "it", "meet", "be", "email", "mail", "day", "demo", "see", "look"}


def find(text: str) -> list[Found]:
    """Find e-mail addresses; something with an @ that is none comes back as `broken`."""
    found = [
        Found(m.start(), m.end(), m[0].strip("'").lower())
        for m in _WRITTEN.finditer(text)
        if ".." not in m[0]
    ]
    if found:
        return found
    for match in _SPOKEN.finditer(text):
        local, host = (_plain(part) for part in match.groups())
        if local in _NOT_LOCAL or not _TOP.search("." + host.rpartition(".")[2]):
            continue
        if "@" in match[0] or re.search(r"dot|\.", match[2], re.I):
            if host.rpartition(".")[2].isdigit():
                continue
            return [Found(match.start(), match.end(), f"{local}@{host}")]
    if broken := _BROKEN.search(_AT_A_TIME.sub(" ", text)):
        return [Found(broken.start(), broken.end(), None, trouble="broken")]
    return []


def _plain(words: str) -> str:
    words = re.sub(r"\s*[(\[{]?\bdot\b[)\]}]?\s*", ".", words, flags=re.I)
    words = re.sub(r"\s*\bunderscore\b\s*", "_", words, flags=re.I)
    words = re.sub(r"\s*\bdash\b\s*", "-", words, flags=re.I)
    return re.sub(r"\s+", "", words).strip(".").lower()
