"""A customer at basic mode's desk, with tiny tools and the sample config; no appliance around."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Literal

import numpy as np
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, SystemMessage, ToolMessage
from langchain_core.tools import BaseTool
from ruamel.yaml import YAML

from appliance.config.model import BotConfig
from appliance.models import embedder
from appliance.models.desk_model.model import DeskModel
from appliance.models.desk_model.pack import DeskPack
from appliance.toolkit import tool

ENOUGH = 0.42
"""What the sample's own facts must score to be an answer."""
NOW = dt.datetime.fromisoformat("2026-11-16T10:00:00-05:00")
CONFIG = Path(__file__).resolve().parents[2] / "bot_config.yaml"
_CLOSED = {dt.date(2026, 11, 26), dt.date(2026, 12, 25), dt.date(2027, 1, 1)}
_HALF = {dt.date(2026, 11, 27), dt.date(2026, 12, 24)}


@tool(effect="read", says=lambda found: "; ".join(found) or "Nothing like that.")
async def search_product_catalog(query: str) -> list[str]:
    """Find products that fit what the customer asks for."""
    return []


@tool(
    effect="read",
    says=lambda price: price["words"],
    asks={"discount_percent": "What discount do you have in mind?"},
)
async def check_pricing(
    product: str,
    seats: int = 1,
    term: Literal["monthly", "yearly"] = "monthly",
    discount_percent: float = 0,
) -> dict[str, Any]:
    """Calculate what a product costs."""
    return {}


@tool(
    effect="write",
    proves=("booked",),
    read_back="That is a demo on {day} at {time} for {name}, {email}. Shall I book it?",
    says=lambda demo: demo["words"],
    asks={
        "day": "Which day would suit you for the demo?",
        "time": "What time would suit you?",
        "name": "May I have your name?",
        "email": "Which e-mail address should the invitation go to?",
    },
)
async def schedule_demo(day: dt.date, time: dt.time, name: str, email: str) -> dict[str, Any]:
    """Book a demo."""
    return {}


@tool(
    effect="write",
    read_back="I would save your details for our sales team: {name}, {email}. Is that right?",
    says=lambda lead: f"Thank you, {lead['name']}. Your details are saved.",
    asks={"name": "May I have your name?"},
)
async def create_crm_lead(
    name: str,
    email: str | None = None,
    phone: str | None = None,
    company: str | None = None,
    interest: str | None = None,
) -> dict[str, Any]:
    """Save the customer as a lead for the sales team."""
    return {}


@tool(effect="write", proves=("transferred",), says=lambda ticket: ticket["words"])
async def transfer_to_human(
    reason: str, summary: str, department: str | None = None
) -> dict[str, Any]:
    """Bring in a person."""
    return {}


@tool(
    effect="write",
    read_back="I would save your details: {name}, {email}. Is that right?",
    says=lambda card: "Thank you. I have saved your details.",
)
async def capture_contact(
    name: str | None = None,
    email: str | None = None,
    phone: str | None = None,
    company: str | None = None,
) -> dict[str, Any]:
    """Keep what a customer tells about themselves."""
    return {}


@tool(effect="read")
async def search_knowledge(query: str) -> list[dict[str, Any]]:
    """Look something up in what the company knows."""
    return []


@tool(effect="write")
async def ask_survey(answer: str | None = None, number: int | None = None) -> dict[str, Any]:
    """Ask a survey question or record its answer."""
    return {}


TOOLS: list[BaseTool] = [
    search_product_catalog,
    check_pricing,
    schedule_demo,
    create_crm_lead,
    transfer_to_human,
    capture_contact,
    search_knowledge,
    ask_survey,
]
WRITES = {"schedule_demo", "create_crm_lead", "capture_contact"}


@cache
def config() -> BotConfig:
    return BotConfig.model_validate(YAML(typ="safe").load(CONFIG.read_text(encoding="utf-8")))


@cache
def minilm(cache_dir: Path) -> embedder.Remembering:
    return embedder.open_minilm(cache_dir=cache_dir)


@cache
def model(cache_dir: Path) -> DeskModel:
    pack = DeskPack.build(config(), TOOLS, embedder=minilm(cache_dir), cache_dir=cache_dir)
    bound = DeskModel(pack=pack).bind_tools(TOOLS)
    assert isinstance(bound, DeskModel)
    return bound


def open_days() -> dict[str, list[list[str]]]:
    days: dict[str, list[list[str]]] = {}
    for offset in range(70):
        on = NOW.date() + dt.timedelta(days=offset)
        closed = on.weekday() > 4 or on in _CLOSED
        days[on.isoformat()] = [] if closed else [["09:00", "13:00" if on in _HALF else "17:00"]]
    return days


@dataclass
class Customer:
    """Talks and remembers; `taken` are (day, time) that somebody else has, `broken` tools fail.

    `near` is what a search finds that nothing answers.
    """

    desk: DeskModel
    card: dict[str, str] = field(default_factory=dict)
    survey_done: bool = True
    open_now: bool = True
    now: dt.datetime = NOW
    taken: frozenset[tuple[str, str]] = frozenset()
    broken: frozenset[str] = frozenset()
    near: tuple[dict[str, Any], ...] = ()
    history: list[BaseMessage] = field(default_factory=list)
    calls: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)

    @property
    def system(self) -> SystemMessage:
        turn = {
            "now": self.now.isoformat(),
            "zone": "America/New_York",
            "card": self.card,
            "open_now": self.open_now,
            "open_days": open_days(),
            "survey_done": self.survey_done,
        }
        return SystemMessage("You are the front desk.", additional_kwargs={"turn": turn})

    def say(self, words: str) -> str:
        """Say something and hear the whole answer; tools run in between."""
        self.history.append(HumanMessage(words))
        for _ in range(5):
            answer = self.desk.invoke([self.system, *self.history])
            self.history.append(answer)
            if not answer.tool_calls:
                self.texts.append(str(answer.content))
                return self.texts[-1]
            for call in answer.tool_calls:
                self.history.append(self._result(dict(call)))
        raise AssertionError("the desk keeps calling tools")

    def talk(self, *words: str) -> str:
        """Say several things; gives the last answer."""
        return [self.say(one) for one in words][-1]

    @property
    def answer(self) -> AIMessage:
        last = self.history[-1]
        assert isinstance(last, AIMessage)
        return last

    @property
    def quick_replies(self) -> list[str]:
        return list(self.answer.response_metadata["desk"]["quick_replies"])

    @property
    def writes(self) -> list[tuple[str, dict[str, Any]]]:
        return [call for call in self.calls if call[0] in WRITES]

    def last(self, name: str) -> dict[str, Any]:
        """Give the arguments of the last call of a tool."""
        return next(args for called, args in reversed(self.calls) if called == name)

    def _result(self, call: dict[str, Any]) -> ToolMessage:
        self.calls.append((call["name"], call["args"]))
        if call["name"] in self.broken:
            sentence = "I'm sorry, our booking system does not answer at the moment."
            return ToolMessage(sentence, tool_call_id=call["id"], name=call["name"], status="error")
        result = self._run(call["name"], call["args"])
        return ToolMessage(json.dumps(result), tool_call_id=call["id"], name=call["name"])

    def _run(self, name: str, args: dict[str, Any]) -> Any:
        if name == "search_knowledge":
            return self._passages(args["query"], 3)
        if name == "search_product_catalog":
            names = {price.name for price in config().facts.prices}
            found = [p for p in self._passages(args["query"], 20) if p["source"] in names]
            return [f"{p['source']}: {p['text']}" for p in found[:2]]
        if name == "check_pricing":
            return {"words": f"QUOTE {json.dumps(args, sort_keys=True)}"}
        if name == "schedule_demo":
            return self._book(args)
        if name == "transfer_to_human":
            return {"words": "I have passed this on to a colleague (T-1)."}
        if name == "ask_survey" and "answer" not in args:
            return {"question": "How did you hear about us?", "number": 1, "thanks": False}
        if name == "ask_survey":
            return {"question": "What's your primary use case?", "number": 2, "thanks": True}
        return args

    def _book(self, args: dict[str, Any]) -> dict[str, Any]:
        if (args["day"], args["time"]) in self.taken:
            others = [{"day": args["day"], "time": at} for at in ("15:45:00", "16:30:00")]
            return {
                "status": "taken",
                "words": "That time is no longer free. I could offer you 3:45 pm or 4:30 pm.",
                "alternatives": others,
            }
        return {"status": "booked", "words": f"Your demo is booked for {args['day']}."}

    def _passages(self, query: str, most: int) -> list[dict[str, Any]]:
        texts, sources = _knowledge()
        vectors = self.desk.pack.embedder.encode(texts)
        scores = vectors @ self.desk.pack.embedder.encode([query])[0]
        best = np.argsort(-scores)[:most]
        return [
            {"text": texts[n], "source": sources[n], "score": float(scores[n]), "sure": True}
            for n in best
            if scores[n] >= ENOUGH
        ] or [*self.near]


@cache
def _knowledge() -> tuple[tuple[str, ...], tuple[str, ...]]:
    facts = config().facts
    pairs = [(one.text, one.title) for one in facts.policies]
    pairs += [(one.description, one.name) for one in facts.prices]
    return tuple(text for text, _ in pairs), tuple(source for _, source in pairs)
