"""Secrets have no place in a config: what looks like a credential is found, and never shown.

Three signs: a known prefix anywhere in the file (comments too), a random-looking token as a whole
value, and a value under a key that names a credential. A key that ends in `_secret` holds the name
of a secret, not the secret; a section that ends in `_secrets` holds such names. The words "token"
and "password" in prose are nobody's secret.
"""

from __future__ import annotations

import itertools
import math
import re
from collections import Counter
from collections.abc import Iterator

from appliance.config import nodes
from appliance.config.problems import Finding, Steps

_DO = (
    "take it out of the file and withdraw it at its provider; then: appliance secrets set NAME, "
    "and write the name"
)

_KINDS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (kind, re.compile(pattern))
    for kind, pattern in (
        ("an Anthropic key", r"\bsk-ant-[A-Za-z0-9_-]{10,}"),
        ("an OpenAI key", r"\bsk-(?=[A-Za-z_-]{0,60}[0-9])[A-Za-z0-9_-]{16,}"),
        ("a Stripe key", r"\b[srp]k_(?:live|test)_[A-Za-z0-9]{8,}"),
        ("a Stripe webhook secret", r"\bwhsec_[A-Za-z0-9+/=]{16,}"),
        ("an AWS key id", r"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b"),
        ("a GitHub token", r"\bgh[pousr]_[A-Za-z0-9]{20,}|\bgithub_pat_[A-Za-z0-9_]{20,}"),
        ("a GitLab token", r"\bgl(?:pat|dt|rt|ptt|soat)-[A-Za-z0-9_-]{16,}"),
        ("a Slack token", r"\b(?:xox[abeoprs](?:\.xox[a-z])?|xapp)-[A-Za-z0-9-]{8,}"),
        ("a Slack webhook", r"hooks\.slack\.com/(?:services|workflows)/[A-Za-z0-9/_-]{16,}"),
        ("a Meta access token", r"\bEAA[A-Za-z0-9]{20,}"),
        ("a Google API key", r"\bAIza[A-Za-z0-9_-]{30,}"),
        ("a Google OAuth secret", r"\bGOCSPX-[A-Za-z0-9_-]{16,}|\bya29\.[A-Za-z0-9_-]{20,}"),
        ("a SendGrid key", r"\bSG\.[A-Za-z0-9_-]{12,100}\.[A-Za-z0-9_-]{12,}"),
        ("a Mailgun key", r"\bkey-[0-9a-f]{32}\b"),
        ("a Mailchimp key", r"\b[0-9a-f]{32}-us[0-9]{1,2}\b"),
        ("a Twilio key", r"\bSK[0-9a-f]{32}\b"),
        ("a Telegram bot token", r"\b[0-9]{8,10}:AA[A-Za-z0-9_-]{32,}"),
        ("a Hugging Face token", r"\bhf_[A-Za-z0-9]{30,}"),
        ("an npm token", r"\bnpm_[A-Za-z0-9]{30,}"),
        ("a PyPI token", r"\bpypi-[A-Za-z0-9_-]{30,}"),
        ("a Groq key", r"\bgsk_[A-Za-z0-9]{30,}"),
        ("a HubSpot token", r"\bpat-(?:na|eu|ap)[0-9]-[0-9a-f-]{30,}"),
        ("a Square token", r"\bsq0[a-z]{3}-[A-Za-z0-9_-]{20,}"),
        ("a Shopify token", r"\bshp(?:at|ca|pa|ss)_[0-9a-fA-F]{32}\b"),
        ("a DigitalOcean token", r"\bdo[opr]_v1_[0-9a-f]{40,}"),
        ("an Airtable token", r"\bpat[A-Za-z0-9]{14}\.[0-9a-f]{40,}"),
        ("a signed token (JWT)", r"\beyJ[A-Za-z0-9_-]{8,400}\.[A-Za-z0-9_-]{8,}"),
        ("a private key", r"-----BEGIN (?:[A-Z0-9]{1,20} ){0,4}PRIVATE KEY"),
        ("an age key", r"\bAGE-SECRET-KEY-1[A-Z0-9]{20,}"),
        ("a password in an address", r"\b[a-z][a-z0-9+.-]{1,30}://[^\s/@:\"'<>]{0,200}:[^\s/@\"'<>]{1,200}@"),
        (
            "a key in an address",
            r"[?&](?:access_token|api_?key|auth|key|password|secret|sig|signature|token)"
            r"=[A-Za-z0-9%+/_.~-]{12,}",
        ),
    )
)  # fmt: skip

_CREDENTIAL_KEY = re.compile(
    r"(?:^|_)(?:password|passwd|pwd|passphrase|api_?key|apikey|access_key|access_token|auth_token"
    r"|bearer_token|bot_token|refresh_token|secret_key|private_key|signing_key|token)$"
)
_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]{1,30}://\S+|data:[a-z]+/\S+|sha(?:256|384|512)[:-]\S+")
_UUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_PATH = re.compile(r"(?:~|\.{1,2}|[A-Za-z]:)?(?:/[\w.@-]{1,31}){2,40}/?")
_TOKEN = re.compile(r"[A-Za-z0-9+/=_-]{32,}")
_WORDS_OF_A_VALUE = 4


def check(root: nodes.Mapping, text: str) -> Iterator[Finding]:
    """Find credentials in a file's values, then in what the tree does not hold: its comments."""
    flagged: set[int] = set()
    for steps, scalar in nodes.scalars(root):
        kind = _kind(steps, scalar)
        if kind is not None:
            flagged.update(range(scalar.line, scalar.last_line + 1))
            yield Finding(scalar.line, scalar.column, steps, f"looks like {kind}", _DO)
    for finding in in_text(text):
        if finding.line not in flagged:
            yield finding


def in_text(text: str) -> Iterator[Finding]:
    """Find known prefixes line by line; serves files whose form is broken, and comments."""
    for number, line in enumerate(re.split(r"\r\n|\r|\n", text), 1):
        for kind, pattern in _KINDS:
            if match := pattern.search(line):
                yield Finding(number, match.start() + 1, (), f"looks like {kind}", _DO)
                break


def kind_of(value: str) -> str | None:
    """Name the kind of credential a text holds, or None."""
    for kind, pattern in _KINDS:
        if pattern.search(value):
            return kind
    if len(value.split()) <= _WORDS_OF_A_VALUE and not _PATH.fullmatch(value):
        bare = _UUID.sub(" ", _ADDRESS.sub(" ", value))
        if any(_is_random(token) for token in _TOKEN.findall(bare)):
            return "a key: it is long and random"
    return None


def _kind(steps: Steps, scalar: nodes.Scalar) -> str | None:
    """Name the kind of credential a value is; numbers count as the text they were written as."""
    if not scalar.written:
        return None
    known = kind_of(scalar.written)
    if known is not None:
        return known
    key = next((step for step in reversed(steps) if isinstance(step, str)), "")
    if any(isinstance(step, str) and step.endswith("_secrets") for step in steps[:-1]):
        return None
    if _CREDENTIAL_KEY.search(key.lower()) and not isinstance(scalar.value, bool | None):
        return f"a credential: {key.lower()} is written out"
    return None


def _is_random(token: str) -> bool:
    """Tell a random token from long words: its letters, cases and digits change all the time."""
    symbols = [c for c in token if c.isalnum()]
    if len(symbols) < 24 or not any(map(str.isdigit, symbols)) or all(map(str.isdigit, symbols)):
        return False
    changes = sum(_class(a) != _class(b) for a, b in itertools.pairwise(symbols))
    counts = Counter(symbols)
    entropy = -sum(n / len(symbols) * math.log2(n / len(symbols)) for n in counts.values())
    mixed = any(map(str.isupper, symbols)) and any(map(str.islower, symbols))
    return changes / len(symbols) >= (0.35 if mixed else 0.2) and entropy >= 2.8


def _class(character: str) -> int:
    return 0 if character.isdigit() else 1 if character.islower() else 2
