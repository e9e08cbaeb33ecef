"""Credentials are found and never shown; words about credentials are left alone."""

from __future__ import annotations

import random
import string
import time

import pytest

from appliance.config import secret_rules
from tests.config import sample
from tests.config.sample import CREDENTIALS, with_line

HARMLESS = (
    "Never ask for a password or a token. The API key stays with the customer.",
    "token",
    "password",
    "sk-learn based forecasts",
    "task-management-software-for-growing-teams-2026",
    "risk-assessment-and-compliance-services-ltd",
    "123e4567-e89b-12d3-a456-426614174000",
    "https://acme.example/docs/policies/2026/refunds-and-cancellations-for-yearly-plans?lang=en",
    "https://calendar.example/event?eid=MTIzNDU2Nzg5MGFiY2RlZmdoaWprbG1ub3BxcnN0dXZ3eHl6",
    "https://acme.example:8443/path@home",
    "hello+support@acme.example",
    "docs/Policies/RefundsAndCancellations/YearlyPlans.html",
    "/var/lib/docker/volumes/3f2a9c/_data/x.db",
    "/tmp/shop-2026-h8692h0b/retail.db",
    "AcmeFlowPremiumUnlimitedWorkflowsPrioritySupport",
    "DE89 3704 0044 0532 0130 00",
    "+49 170 1234567, +1 617 555 0142, 0800-123-456-789-012-345",
    "12345678901234567890123456789012345678901234567890",
    "America/Argentina/ComodRivadavia",
    "search_product_catalog_and_price_list_for_2026",
    "--------------------------------------------------",
    "================================",
    "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk",
    "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft",
    "supercalifragilisticexpialidocious-and-then-some-more-words",
    "Open 09:00-17:00, Mon-Fri; Sat 10:00-14:00 (2026-11-16 to 2026-12-24)",
    "The code on the ticket looks like 4F9A-22BC-81D0.",
    "eyJ is how a JWT begins",
    "Send it to AKIA or EAA.",
)


@pytest.mark.parametrize("value", HARMLESS)
def test_harmless_text_is_no_credential(value: str) -> None:
    assert secret_rules.kind_of(value) is None


@pytest.mark.parametrize("kind", CREDENTIALS)
def test_a_credential_is_refused_wherever_it_stands_and_never_shown(kind: str) -> None:
    value = CREDENTIALS[kind]
    places = (
        with_line("Acme Corporation", f"'{value}'"),
        with_line('greeting: "Hello!"', f"greeting: >-\n    {value}"),
        with_line("allowed_origins: []", f"api_key: '{value}'"),
        with_line("duration_min: 30", f"duration_min: '{value}'"),
        with_line("provider: desk", f"provider: desk\n    credentials_secret: '{value}'"),
    )
    for text in places:
        loaded = sample.loaded(text)

        said = "\n".join(str(problem) for problem in loaded.problems)
        assert loaded.config is None
        assert "looks like" in said
        assert "appliance secrets set" in said
        assert value[4:16] not in said


@pytest.mark.parametrize("kind", ["anthropic", "aws", "github", "private key", "jwt"])
def test_a_known_prefix_is_found_in_prose_comments_keys_and_broken_files(kind: str) -> None:
    value = CREDENTIALS[kind]
    for text in (
        with_line("You are the front desk of Acme.", f"You are the desk. Use {value} for all."),
        with_line("  region: US", f"  region: US # {value}"),
        with_line("  region: US", f"  '{value}': US"),
        with_line("  region: US", f"  region: [{value}"),
        with_line("departments:", f"synonyms:\n  '{value}':\n    - ''\ndepartments:"),
    ):
        loaded = sample.loaded(text)

        said = "\n".join(str(problem) for problem in loaded.problems)
        assert loaded.config is None
        assert "looks like" in said
        assert value[4:16] not in said


@pytest.mark.parametrize("alphabet", [string.ascii_letters + string.digits, "0123456789abcdef"])
def test_random_tokens_of_forty_characters_are_found(alphabet: str) -> None:
    dice = random.Random(7)
    tokens = ["".join(dice.choices(alphabet, k=40)) for _ in range(500)]

    missed = [token for token in tokens if secret_rules.kind_of(token) is None]

    assert len(missed) <= 5


def test_a_token_behind_a_slash_is_no_path() -> None:
    assert secret_rules.kind_of("/9j4AAQSkZJRgABAQEASABIAAD2wBDAAMCAgM/x8Zq") is not None


def test_a_secret_in_a_comment_below_another_secret_is_told_too() -> None:
    text = with_line(
        "  region: US", f"  use_case: {CREDENTIALS['aws']}\n  # {CREDENTIALS['gitlab']}"
    )

    assert [problem.line for problem in sample.loaded(text).problems] == [6, 7]


def test_hostile_lines_take_no_long_time() -> None:
    began = time.monotonic()

    for piece in (
        "eyJaaaaaaaa-",
        "sk-aaaaaaaaaaaa-",
        "a://a:",
        "SG.aaaaaaaaaaaa-",
        "A1b-",
        "xoxb-",
    ):
        list(secret_rules.in_text("\n".join([piece * (20_000 // len(piece))] * 10)))
        secret_rules.kind_of(piece * (20_000 // len(piece)))

    assert time.monotonic() - began < 60
