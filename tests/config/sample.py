"""A small valid config, a catalogue to go with it, and fakes of credentials."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

from pydantic import BaseModel, Field

from appliance.config import load
from appliance.config.catalogue import Catalogue

SMALL = """\
version: "1.0"

client:
  id: acme-corp
  name: Acme Corporation
  region: US

workflow:
  system_prompt: |
    You are the front desk of Acme. Never ask for a password or a token.
  greeting: "Hello!"
  llm:
    provider: desk
  tools:
    - name: check_pricing
      config:
        discount_authority: 0.15
    - name: schedule_demo
      config:
        duration_min: 30
    - name: ask_survey
      enabled: false
  integrations:
    input_channels:
      - type: web_chat
        allowed_origins: []
  intents:
    - name: book_demo
      examples: [book a demo, show me the product]
      reply: { tool: schedule_demo }
    - name: refunds
      examples: [can i get my money back]
      reply: { policy: refunds }

calendar:
  zone: America/New_York
  week:
    mon: [{ opens: "09:00", closes: "17:00" }]
  holidays: US
  exceptions:
    - on: 2026-11-27
      name: Day after Thanksgiving

facts:
  email: hello@acme.example
  website: https://acme.example
  prices:
    - id: premium_plan
      name: Premium
      description: Everything.
      price: 99.00
      per: user
      period: month
  policies:
    - id: refunds
      title: Refunds
      text: We refund your first payment within 30 days.

departments:
  - id: sales
    name: Sales

voice:
  enabled: false

behavior:
  cross_sell_upsell:
    products: [premium_plan]
  survey:
    ask_after: [schedule_demo]

monitoring:
  alerts:
    - { metric: error_rate, threshold: 0.05, window: 5m, severity: critical }
"""

REPOSITORY = Path(__file__).resolve().parents[2]


class Pricing(BaseModel):
    discount_authority: Decimal = Field(default=Decimal(0), ge=0, le=Decimal("0.20"))


class Demo(BaseModel):
    duration_min: int = Field(default=30, ge=5, le=480)
    buffer_min: int = 15
    capacity: int = 1


class Search(BaseModel):
    max_results: int = 5


class Transfer(BaseModel):
    overflow_message: str = ""


class WebChat(BaseModel):
    allowed_origins: list[str] = []


CATALOGUE = Catalogue(
    tools={
        "ask_survey": None,
        "capture_contact": None,
        "check_pricing": Pricing,
        "create_crm_lead": None,
        "schedule_demo": Demo,
        "search_knowledge": None,
        "search_product_catalog": Search,
        "transfer_to_human": Transfer,
    },
    connectors={
        "input_channels": {"web_chat": WebChat},
        "output_channels": {},
        "crm": {"builtin": None},
        "database": {"builtin": None},
    },
)

# Put together here so that no scanner of repositories takes them for lost ones.
RANDOM = "q7Zp2Xk9Lm4Rt8Vb1Nc6Yw3Hs5Jd0GfA"
CREDENTIALS = {
    "anthropic": "sk-" + "ant-api03-" + RANDOM,
    "openai": "sk-" + "proj-" + RANDOM,
    "stripe": "rk" + "_live_" + RANDOM,
    "stripe publishable": "pk" + "_live_" + RANDOM,
    "aws": "AKIA" + "IOSFODNN7EXAMPLE",
    "github": "ghp" + "_" + RANDOM,
    "github fine": "github" + "_pat_" + RANDOM,
    "gitlab": "glpat" + "-" + RANDOM[:20],
    "slack": "xoxb" + "-123456789012-" + RANDOM[:20],
    "slack webhook": "https://hooks.slack" + ".com/services/T000/B000/" + RANDOM[:24],
    "meta": "EAA" + RANDOM,
    "google": "AIza" + RANDOM + "abc",
    "sendgrid": "SG" + "." + RANDOM[:22] + "." + RANDOM,
    "telegram": "123456789:" + "AA" + RANDOM + "xyz",
    "jwt": "eyJ" + "hbGciOiJIUzI1NiJ9.eyJ" + "zdWIiOiIxMjM0In0." + RANDOM,
    "private key": "-----BEGIN RSA " + "PRIVATE KEY-----",
    "url": "postgres://acme:" + "hunter22@db.example/acme",
    "query": "https://api.example/v1?access_token" + "=" + RANDOM,
    "base64": RANDOM,
    "hex": "9f86d081884c7d659a2feaa0c55ad015",
    "base36": "k3j9x0q7m2w8z5v1b6n4t0r9y3p7s2d8",
}


def loaded(text: str | bytes, *, secrets: frozenset[str] = frozenset()) -> load.Loaded:
    content = text.encode() if isinstance(text, str) else text
    return load.parse(content, "bot.yaml", catalogue=CATALOGUE, secrets=secrets.__contains__)


def with_line(old: str, new: str) -> str:
    """Give SMALL with one place changed."""
    assert SMALL.count(old) == 1, f"{old!r} stands {SMALL.count(old)} times in SMALL"
    return SMALL.replace(old, new)
