"""An appliance whose client is tau2's shop or airline: its tools, its policy, its own rows."""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager, closing
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

from langchain_core.language_models.chat_models import BaseChatModel
from ruamel.yaml import YAML

from appliance.assembly import house as assembly
from appliance.assembly.house import Appliance
from appliance.core.settings import Settings
from appliance.models.chain import Chain, Link
from tests.evals.house import MONDAY, ROOT
from tests.evals.tau2 import collection, intents, service, toolfiles
from tests.evals.tau2.service import Service
from tests.fakes import documents

_OF_THE_HOUSE = ("transfer_to_human", "search_knowledge")
_NAMES = {"retail": "Tau Retail", "airline": "Tau Air"}
_TO_THE_AGENT = re.compile(
    r"\b(?:you|your|agents?|api|tools?|policy|user id|database|remember|hold on|example|"
    r"do not|always|proactively|the user needs)\b|!!",
    re.IGNORECASE,
)
_SHORTEST = 5
"""Words of a sentence that says something by itself."""


@dataclass(frozen=True, slots=True)
class Shop:
    """An open appliance, and the service its tools speak to."""

    house: Appliance
    service: Service


@asynccontextmanager
async def open_shop(of: str, *, model: BaseChatModel | None = None) -> AsyncIterator[Shop]:
    """Open it on a throw-away store. `model` speaks instead of basic mode."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix=f"tau2-{of}-")))
        rows = stack.enter_context(closing(service.at(str(folder / f"{of}.db"))))
        tools = folder / "tools"
        tools.mkdir()
        names = toolfiles.write(tools, rows, asks_who=model is None)
        for name in _OF_THE_HOUSE:
            shutil.copy(ROOT / "tools" / f"{name}.py", tools)
        config = folder / "bot_config.yaml"
        config.write_text(_config(of, names), "utf-8")
        house = assembly.build(
            Settings(
                data_dir=folder / "data",
                keys_dir=folder / "keys",
                config=config,
                tools_dir=tools,
                clock_start=MONDAY,
            )
        )
        if model is not None:
            house.bots.speaker = lambda *_: Chain([Link("scripted", model)])
        await house.start()
        try:
            assert not house.problems, house.problems
            if model is None:
                _teach(house, folder, of)
            yield Shop(house, rows)
        finally:
            await house.stop()


def _teach(house: Appliance, folder: Path, of: str) -> None:
    """Put what the policy says of the business into the knowledge, not what it tells the agent."""
    page = folder / f"{of}-terms.md"
    page.write_text(public_terms(of), "utf-8")
    documents.add(house.library, page)


def public_terms(of: str) -> str:
    """Give a policy's headings and what it says of the business."""
    return _chosen(of, public=True)


def _chosen(of: str, *, public: bool) -> str:
    """Give the sentences that customers may read, or the others, which speak to the agent."""
    kept: list[str] = []
    for line in collection.policy(of).splitlines():
        if line.startswith("#"):
            kept.append(re.sub("agent policy", "terms", line, flags=re.IGNORECASE))
            continue
        sentences = re.split(r"(?<=[.])\s+", line.strip(" -"))
        told = [each for each in sentences if _is_public(each) == public]
        kept += [" ".join(told), ""] if any(told) else []
    return "\n".join(kept)


def _is_public(sentence: str) -> bool:
    is_whole = sentence.endswith(".") and len(sentence.split()) > _SHORTEST
    return is_whole and not _TO_THE_AGENT.search(sentence)


def _config(of: str, names: list[str]) -> str:
    """Write the shop's bot_config.yaml: what speaks to the agent is the prompt."""
    content = {
        "version": "1.0",
        "client": {
            "id": f"tau-{of}", "name": _NAMES[of], "use_case": "customer_support",
            "vertical": of, "region": "US", "currency": "USD", "language": "en",
        },
        "workflow": {
            "system_prompt": _chosen(of, public=False),
            "llm": {"provider": "desk", "fallbacks": []},
            "tools": [{"name": name} for name in (*names, *_OF_THE_HOUSE)],
            "intents": intents.of(of),
        },
        "calendar": {
            "zone": "America/New_York",
            "week": {
                day: [{"opens": "09:00", "closes": "17:00"}]
                for day in ("mon", "tue", "wed", "thu", "fri")
            },
        },
        "facts": {"email": f"help@{of}.example"},
        "behavior": {"debounce_ms": 0},
    }  # fmt: skip
    text = StringIO()
    YAML(typ="safe", pure=True).dump(content, text)
    return text.getvalue()
