"""Replays a task's gold actions through the whole house, and compares the two databases."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from langchain_core.messages import BaseMessage, HumanMessage

from appliance.assembly.house import Appliance
from appliance.contacts import identities
from appliance.conversation import records
from appliance.conversation.tables import tool_invocations
from appliance.core.store.database import Connection
from tests.evals.house import say
from tests.evals.tau2 import toolfiles
from tests.evals.tau2.collection import Action, Task
from tests.evals.tau2.shop import Shop
from tests.safety import obeying
from tests.safety.obeying import Obeying, Step

_A_TURN = 6
"""Calls of one turn: the sample config allows eight."""


class Following(Obeying):
    """Obeys the order in the contact's last words only, one after the other."""

    def _next(self, messages: list[BaseMessage]) -> Step:
        since = max(at for at, each in enumerate(messages) if isinstance(each, HumanMessage))
        return super()._next(messages[since:])


@dataclass(frozen=True, slots=True)
class Replay:
    """How a task's gold actions went.

    `ours` and `theirs` are the hashes of the two databases; `differs` are the calls that did not
    end as in the data set's environment: (tool, ours, theirs).
    """

    task: Task
    calls: int
    writes: int
    ours: str
    theirs: str
    differs: tuple[tuple[str, str, str], ...]

    @property
    def is_gold(self) -> bool:
        return self.ours == self.theirs


async def replay(shop: Shop, model: Following, task: Task, *, place: int) -> Replay:
    """Let a model that knows the gold actions carry them out, as a contact of its own."""
    shop.service.reset()
    theirs = shop.service.domain.fresh()
    expected = [_theirs(theirs, action) for action in task.actions]
    visitor = f"gold-{task.domain}-{task.id}"
    steps = [_step(action) for action in (*_proof(shop, task), *task.actions)]
    for number, turn in enumerate(_turns(steps)):
        order = place * 100 + number
        model.orders[order] = (*turn, obeying.say("That is all I can tell."))
        told = await say(shop.house, visitor, f"This is order-{order}.")
        assert told, task
    got = _ours(shop, visitor)[-len(task.actions) :] if task.actions else []
    differs = tuple(
        (action.name, mine, gold)
        for action, mine, gold in zip(task.actions, got, expected, strict=True)
        if mine != gold and action.name != toolfiles.OURS
    )
    return Replay(
        task=task,
        calls=len(task.actions),
        writes=sum(shop.service.domain.effect(each.name) == "write" for each in task.actions),
        ours=shop.service.hash(),
        theirs=str(theirs.get_db_hash()),
        differs=differs,
    )


def _theirs(kit: Any, action: Action) -> str:
    """Call it in the data set's own environment; gives the result as JSON, or "failed"."""
    try:
        return _as_json(kit.use_tool(action.name, **action.arguments))
    except ValueError:
        return "failed"


def _as_json(value: Any) -> str:
    if isinstance(value, str):
        return value
    plain = value.model_dump() if hasattr(value, "model_dump") else [
        [leg.model_dump() for leg in each] if isinstance(each, list | tuple) else each.model_dump()
        for each in value
    ]  # fmt: skip
    return json.dumps(plain, sort_keys=True)


def _ours(shop: Shop, visitor: str) -> list[str]:
    """Give what each call of a contact came to, in order."""
    house = shop.house
    conversation = house.db.read(lambda c: _conversation(c, house, visitor))
    query = (
        sa.select(tool_invocations)
        .where(tool_invocations.c.conversation_id == conversation)
        .order_by(tool_invocations.c.started_at, tool_invocations.c.id)
    )
    found = []
    for row in house.db.read(lambda c: list(c.execute(query))):
        result = house.keyring.open("tool_invocations|result", row.id, row.result)
        found.append(_canonical(result) if row.status == "success" else "failed")
    return found


def _conversation(connection: Connection, house: Appliance, visitor: str) -> str:
    contact = identities.find(connection, house.keyring, kind="visitor", value=visitor)
    assert contact is not None
    latest = records.latest_conversation(connection, contact)
    assert latest is not None
    return str(latest.id)


def _canonical(result: str) -> str:
    try:
        read = json.loads(result)
    except ValueError:
        return result
    return json.dumps(read, sort_keys=True) if isinstance(read, dict | list) else result


def _proof(shop: Shop, task: Task) -> list[Action]:
    """Say who it is first, as both policies demand, where the gold actions leave that out."""
    owner = owner_of(shop, task.actions)
    if owner is None or task.domain == "airline":
        return [Action("get_user_details", {"user_id": owner})] if owner else []
    return [Action("find_user_id_by_email", {"email": shop.service.email_of(owner)})]


def owner_of(shop: Shop, actions: Sequence[Action]) -> str | None:
    """Say whose orders or reservations these calls are about."""
    for action in actions:
        for name, kind in (("order_id", "orders"), ("reservation_id", "reservations")):
            if owner := shop.service.owner(kind, str(action.arguments.get(name))):
                return owner
        if user_id := action.arguments.get("user_id"):
            return str(user_id)
    return None


def _step(action: Action) -> Step:
    if action.name == toolfiles.OURS:  # the house has its own
        summary = str(action.arguments["summary"])
        return obeying.call("transfer_to_human", reason="cannot", summary=summary)
    return obeying.call(action.name, **action.arguments)


def _turns(steps: Sequence[Step]) -> Iterator[Sequence[Step]]:
    for first in range(0, len(steps), _A_TURN):
        yield steps[first : first + _A_TURN]
