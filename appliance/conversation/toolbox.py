"""Runs tools: arguments checked, time bounded, results checked, everything by receipt."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, Protocol

from langchain_core.messages import AIMessage, ToolMessage, message_to_dict
from langchain_core.tools import BaseTool
from pydantic import BaseModel, TypeAdapter, ValidationError

from appliance.connectors.messages import File
from appliance.conversation import bounds, claims, receipts, wording
from appliance.conversation.receipts import Key
from appliance.conversation.run import Equipped, Invocation, Run
from appliance.conversation.toolloop import ToolLoop
from appliance.core import errors, logs
from appliance.core.clock import Clock
from appliance.core.crypto import Keyring
from appliance.core.safe_text import one_line
from appliance.core.store.database import Connection, Database
from appliance.core.store.once import Once
from appliance.toolkit import (
    ApprovalNeeded,
    Decision,
    Effect,
    Policy,
    ToolContext,
    ToolError,
    policy_of,
    ports,
    ports_of,
)

LONGEST_RESULT = 16_384
UNKNOWN = "unknown"

_log = logs.get(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Whom a port is bound for."""

    contact_id: str
    conversation_id: str
    turn_id: str
    once: Once


class Ports(Protocol):
    """Binds a port to a room, for one call. Assembly provides it."""

    def bind(self, port: Any, caller: Caller) -> object:
        """Give the implementation of a port."""

    def writes(self, port: Any) -> bool:
        """Tell whether a port changes things, by `once`."""


class LaneLost(errors.Unavailable):
    """Another process has taken this contact's lane over; this run must stop."""


@dataclass(frozen=True, slots=True)
class _Result:
    """What a call came to. `status` is success, refused, error, timeout or unknown."""

    content: str
    status: str
    error: str | None = None
    file: File | None = None

    def as_json(self) -> dict[str, Any]:
        file = asdict(self.file) if self.file else None
        return {**asdict(self), "file": file}


def _result(kept: Mapping[str, Any]) -> _Result:
    file = File(**kept["file"]) if kept.get("file") else None
    return _Result(kept["content"], kept["status"], kept["error"], file)


@dataclass(frozen=True, slots=True)
class _Call:
    """One call on its way. `is_remote` tells that its effect is beyond our transactions."""

    run: Run
    answer: AIMessage
    call: Mapping[str, Any]
    key: Key
    equipped: Equipped | None
    policy: Policy
    is_remote: bool
    decision: Decision | None

    @property
    def as_json(self) -> dict[str, Any]:
        plain = json.loads(json.dumps(dict(self.call), default=str))
        return {"ai": message_to_dict(self.answer), "call": plain}


@dataclass(frozen=True, slots=True, kw_only=True)
class Toolbox:
    """The tools' only caller.

    One that `rehearses` calls no tool whose effect would be beyond our transactions.
    """

    db: Database
    keyring: Keyring
    clock: Clock
    ports: Ports
    loop: ToolLoop
    rehearses: bool = False

    async def run(
        self,
        run: Run,
        answer: AIMessage,
        call: Mapping[str, Any],
        *,
        decision: Decision | None = None,
        ordinal: int = 0,
    ) -> ToolMessage:
        """Run one call a model asked for and give what it hears.

        Raises:
            ApprovalNeeded: a person must decide first; call again with the decision.
        """
        made = self._call(run, answer, call, decision, ordinal)
        if run.is_recorded or made.policy.effect is not Effect.READ:
            kept = self.db.read(lambda c: receipts.find(c, self.keyring, made.key, "result"))
            if kept is not None:
                return _message(made, _result(kept[1]))
        started, began = self.clock.now(), self.clock.monotonic()
        result = await self._keep(made, await self._outcome(made))
        run.invocations.append(
            Invocation(
                tool=made.key.tool,
                arguments=dict(call["args"]),
                result=result.content,
                status=result.status,
                error=result.error,
                started_at=started,
                completed_at=self.clock.now(),
                duration_ms=round((self.clock.monotonic() - began) * 1000),
            )
        )
        return _message(made, result)

    def _call(
        self,
        run: Run,
        answer: AIMessage,
        call: Mapping[str, Any],
        decision: Decision | None,
        ordinal: int,
    ) -> _Call:
        equipped = run.bot.tools.get(str(call["name"]))
        policy, is_remote = Policy(plain=True), False
        if equipped is not None:
            policy = policy_of(equipped.tool)
            is_local = any(map(self.ports.writes, ports_of(equipped.tool).values()))
            is_remote = policy.effect is not Effect.READ and not is_local
        key = Key(
            run.turn_id,
            run.conversation_id,
            equipped.tool.name if equipped else UNKNOWN,  # a made-up name may hold anything
            receipts.digest(self.keyring, call["args"]),
            ordinal,
        )
        return _Call(run, answer, call, key, equipped, policy, is_remote, decision)

    async def _outcome(self, made: _Call) -> _Result:
        if made.equipped is None:
            return _Result(wording.TOOL_UNKNOWN, "error", "no such tool")
        if made.policy.auth:  # no channel of this release proves who somebody is
            return _Result(wording.TOOL_NOT_PROVED, "refused", "who it is was not proved")
        tool = made.equipped.tool
        try:
            arguments = _checked(tool, made.call["args"])
        except _Strange:  # also what is hidden from the model: identity, decision, settings, ports
            said = wording.TOOL_ARGUMENTS.format(fields="the request")
            return _Result(said, "error", "arguments the tool does not have")
        except ValidationError as cause:
            fields = ", ".join(_fields(tool, cause))
            return _Result(wording.TOOL_ARGUMENTS.format(fields=fields), "error", fields)
        if made.is_remote and self.rehearses:
            return _Result(wording.TOOL_REHEARSED, "refused", "a rehearsal")
        if made.is_remote and not await self._intend(made):
            return _Result(wording.TOOL_UNSURE, "unknown", "an earlier call's end is not known")
        result = _Result(wording.TOOL_FAILED, "error", "not run")
        for _ in range(1 + (made.policy.retries if made.policy.effect is Effect.READ else 0)):
            result = await self._attempt(made, tool, arguments)
            if result.status in {"success", "refused"}:
                break
        return result

    async def _attempt(self, made: _Call, tool: BaseTool, arguments: dict[str, Any]) -> _Result:
        policy = made.policy
        try:
            work = _invoke(tool, arguments, self._hidden(made))
            value = await self.loop.run(work, timeout_s=policy.timeout_s)
            result = _checked_result(value, policy)
            if made.is_remote and result.status != "success":  # it was done all the same
                return replace(result, content=wording.TOOL_UNSURE, status="unknown")
            secrets = made.run.gate.private.secrets  # a tool's debug output may hold its key
            return replace(result, content=secrets.withheld(result.content))
        except ApprovalNeeded:
            await self.db.write(lambda c: receipts.withdraw_intent(c, made.key))
            raise
        except LaneLost:
            raise
        except (ToolError, errors.Refused) as said:
            return _Result(one_line(str(said), limit=600), "refused", "refused by the tool")
        except TimeoutError:
            failed = _Result(wording.TOOL_TIMEOUT, "timeout", f"longer than {policy.timeout_s} s")
        except Exception as cause:  # noqa: BLE001 - a tool may raise anything; nobody reads it
            kind = type(cause).__name__
            _log.warning("a tool failed", tool=made.key.tool, turn=made.key.turn_id, kind=kind)
            failed = _Result(wording.TOOL_FAILED, "error", kind)
        if made.is_remote:  # it may have got through before it failed
            return replace(failed, content=wording.TOOL_UNSURE, status="unknown")
        return failed

    def _hidden(self, made: _Call) -> dict[str, object]:
        run, equipped = made.run, made.equipped
        assert equipped is not None
        caller = Caller(
            contact_id=run.contact_id,
            conversation_id=run.conversation_id,
            turn_id=run.turn_id,
            once=self._once(made),
        )
        context = ToolContext(
            settings=equipped.settings,
            now=run.now,
            zone=run.bot.zone,
            currency=run.bot.currency,
            conversation_id=run.conversation_id,
            contact_id=run.contact_id,
            turn_id=run.turn_id,
            decision=made.decision,
        )
        return {
            name: context if _is_context(port) else self.ports.bind(port, caller)
            for name, port in ports_of(equipped.tool).items()
        }

    def _once(self, made: _Call) -> Once:
        """Give what a writing port runs its effect by: effect and receipt are one transaction."""

        async def once(part: str, unit: Callable[[Connection], Any]) -> Any:
            def work(connection: Connection) -> Any:
                kept = receipts.find(connection, self.keyring, made.key, part)
                if kept is not None:
                    return kept[1]
                self._check_lane(connection, made)
                if receipts.find(connection, self.keyring, made.key, "result") is not None:
                    raise LaneLost("This call was given up before it acted; nothing done.")
                value = unit(connection)
                self._receipt(connection, made, part, value, proves=made.policy.proves)
                return value

            made.run.effects += 1
            value = await self.db.write(work)
            made.run.gate.proved.update(made.policy.proves)
            return value

        return once

    async def _intend(self, made: _Call) -> bool:
        """Write a remote effect's intent; False where an equal one's end is not known."""

        def work(connection: Connection) -> bool:
            if receipts.is_unsettled(connection, made.key):
                return False
            self._check_lane(connection, made)
            self._receipt(connection, made, "intent", None, state="intent")
            return True

        made.run.effects += 1
        return await self.db.write(work)

    async def _keep(self, made: _Call, result: _Result) -> _Result:
        """Write the result's receipt and settle the intent; gives what stands from now on."""
        succeeded = result.status == "success"
        proves = made.policy.proves if succeeded and made.is_remote else ()

        def work(connection: Connection) -> _Result:
            end = result
            if result.status in {"timeout", "error"} and receipts.has_part(connection, made.key):
                end = replace(result, content=wording.TOOL_UNSURE, status="unknown")
            value = end.as_json()
            if not self._receipt(connection, made, "result", value, proves=proves, once=True):
                kept = receipts.find(connection, self.keyring, made.key, "result")
                assert kept is not None
                return _result(kept[1])
            if made.is_remote:
                settled = {"success": "done", "refused": "failed"}.get(end.status, "unknown")
                receipts.settle_intent(connection, made.key, settled)
            return end

        end = await self.db.write(work)
        made.run.gate.proved.update(proves)
        return end

    def _check_lane(self, connection: Connection, made: _Call) -> None:
        if not made.run.still_mine(connection):
            raise LaneLost("This conversation is being answered elsewhere; nothing done.")

    def _receipt(
        self,
        connection: Connection,
        made: _Call,
        part: str,
        value: Any,
        *,
        state: str = "done",
        proves: tuple[str, ...] = (),
        once: bool = False,
    ) -> bool:
        return receipts.add(
            connection,
            self.keyring,
            self.clock.now(),
            made.key,
            part,
            call=made.as_json,
            value=value,
            state=state,
            proves=proves,
            once=once,
        )


class _Strange(Exception):  # noqa: N818 - a fact, not an error
    """The model gave arguments that the tool does not have."""


def _checked(made: BaseTool, arguments: Mapping[str, Any]) -> dict[str, Any]:
    schema = made.args_schema
    if arguments == bounds.TOO_LARGE or _is_strange(made, arguments):
        raise _Strange
    if isinstance(schema, type) and issubclass(schema, BaseModel):
        checked = schema.model_validate(dict(arguments))
        return {name: getattr(checked, name) for name in schema.model_fields}
    return dict(arguments)


def _is_strange(made: BaseTool, names: Iterable[str]) -> bool:
    """Tell whether a tool does not have one of these arguments, or has it hidden from the model."""
    schema: Any = made.tool_call_schema
    if not isinstance(schema, dict):
        return not set(names) <= set(schema.model_fields)
    is_open = "properties" not in schema or bool(schema.get("additionalProperties"))
    return not is_open and not set(names) <= set(schema["properties"])


def _fields(made: BaseTool, cause: ValidationError) -> list[str]:
    """Name the arguments that are wrong, as far as the tool has them."""
    wrong = {str(error["loc"][0]) for error in cause.errors() if error["loc"]}
    return sorted(wrong & set(made.args)) or ["the request"]


async def _invoke(made: BaseTool, arguments: dict[str, Any], hidden: dict[str, object]) -> Any:
    coroutine = getattr(made, "coroutine", None)
    if policy_of(made).plain or coroutine is None:
        return await made.ainvoke(arguments)
    return await coroutine(**arguments, **hidden)


def _checked_result(value: Any, policy: Policy) -> _Result:
    try:
        adapter = _adapter(policy)
        checked = adapter.validate_python(value)
        content = checked if isinstance(checked, str) else adapter.dump_json(checked).decode()
    except Exception as cause:  # noqa: BLE001 - whatever it is, it is not a result
        return _Result(wording.TOOL_GARBLED, "error", f"output: {type(cause).__name__}")
    if len(content) > LONGEST_RESULT:
        if not isinstance(checked, str):
            return _Result(wording.TOOL_TOO_MUCH, "error", f"output of {len(content)} characters")
        content = content[:LONGEST_RESULT]
    return _Result(content, "success", None, _file_of(checked))


_adapters: dict[int, tuple[Policy, TypeAdapter[Any]]] = {}


def _adapter(policy: Policy) -> TypeAdapter[Any]:
    """Give the checker of a tool's results, made once (30 to 100 us each)."""
    kept = _adapters.get(id(policy))
    if kept is None or kept[0] is not policy:
        made: TypeAdapter[Any] = TypeAdapter(Any if policy.output is None else policy.output)
        kept = _adapters[id(policy)] = (policy, made)
    return kept[1]


def _file_of(checked: Any) -> File | None:
    file_id = getattr(checked, "file_id", None)
    if not file_id:
        return None
    return File(str(file_id), "appointment.ics", "text/calendar")


def _message(made: _Call, result: _Result) -> ToolMessage:
    if result.status == "success":
        told = claims.told_by(result.content)
        made.run.gate.reported.update(told.intersection(made.policy.reports))
    own = made.run.bot.is_own(made.key.tool)
    asked = ports_of(made.equipped.tool).values() if made.equipped else ()
    quotes = own and ports.Passages in asked and made.policy.effect is Effect.READ
    made.run.gate.grounds.tool_gave(result.content, is_ours=own, may_be_quoted=quotes)
    if result.file and result.file not in made.run.files:
        made.run.files.append(result.file)
    return ToolMessage(
        content=result.content,
        tool_call_id=str(made.call["id"]),
        name=str(made.call["name"]),
        status="success" if result.status == "success" else "error",
    )


def _is_context(port: Any) -> bool:
    return (getattr(port, "__origin__", None) or port) is ToolContext
