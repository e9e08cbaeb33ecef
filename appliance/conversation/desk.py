"""The desk: takes a contact's lane, waits for more words, runs the turn, writes the reply.

One lane a contact, across channels and processes: a lease row with a token, held for a turn and
renewed while it runs. Inbox rows are the truth; `notice` is a hint, and `sweep` finds what a dead
process left behind.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Protocol

from langchain_core.messages import AIMessage, BaseMessage, SystemMessage, ToolMessage

from appliance.conversation import (
    approvals,
    engine,
    prompt,
    receipts,
    records,
    tickets,
    turns,
    wording,
)
from appliance.conversation.door import Door
from appliance.conversation.engine import Ending, Engine
from appliance.conversation.gate import SentenceGate, judge_owner
from appliance.conversation.grounds import Grounds
from appliance.conversation.hub import Hub
from appliance.conversation.leaks import Private, Secrets
from appliance.conversation.limits import Meter
from appliance.conversation.run import Bot, Run
from appliance.conversation.spending import TurnPurse, paid_until
from appliance.conversation.toolbox import LaneLost
from appliance.conversation.turns import Closing
from appliance.conversation.values import Conversation, Draft, Message, Role
from appliance.core import errors, logs
from appliance.core.clock import Clock
from appliance.core.crypto import Keyring
from appliance.core.store import events, leases
from appliance.core.store.database import Connection, Database

_log = logs.get(__name__)

_MOST_ATTEMPTS = 3
_MOST_RESTARTS = 5
_MOST_KEPT = 2000  # messages of conversations under way, about 5 kB each


class Bots(Protocol):
    """The assistants, by config version. Assembly provides them."""

    def current(self) -> str | None:
        """Give the version new conversations begin with; None in safe mode."""

    def find(self, version: str) -> Bot | None:
        """Find the bot of a version if it is built."""

    def get(self, version: str) -> Bot:
        """Give the bot of a version, building it if need be (slow)."""

    def limits(self) -> Any:
        """Give the live `behavior` section."""

    def system(self, connection: Connection, version: str, contact_id: str) -> SystemMessage:
        """Give what the model is told before a turn of this contact."""


class Post(Protocol):
    """Carries replies to channels that are not our own. The courier is one."""

    def begun(self, channel: str, account: str, provider_id: str) -> None:
        """Show the contact that their message is being answered."""

    def notice(self, contact_id: str, channel: str) -> None:
        """Something was written for this contact: send it soon."""


@dataclass(frozen=True, slots=True)
class Work:
    """What a lane found to do: answer new messages, or go on with a parked turn."""

    turn_id: str
    token: str
    conversation: Conversation
    messages: tuple[Message, ...]
    history: tuple[Message, ...]
    begun: tuple[BaseMessage, ...]
    attempts: int
    version: str
    proved: frozenset[str]
    system: SystemMessage
    has_effect: bool
    decisions: dict[str, Any] = field(default_factory=dict)

    @property
    def is_resumed(self) -> bool:
        """Whether a parked turn goes on."""
        return bool(self.decisions)


@dataclass(slots=True)
class _Lane:
    """A contact's place at the desk, in this process."""

    more: asyncio.Event = field(default_factory=asyncio.Event)
    cut: asyncio.Event = field(default_factory=asyncio.Event)
    task: asyncio.Task[None] | None = None


class Desk:
    """Answers what the inbox holds."""

    def __init__(
        self,
        *,
        db: Database,
        keyring: Keyring,
        clock: Clock,
        bots: Bots,
        engine: Engine,
        hub: Hub,
        holder: str,
        lease_s: float = 15,
        turns_at_once: int = 300,
        committed: Callable[[], None] = lambda: None,
        post: Post | None = None,
        secrets: Callable[[], Secrets] = Secrets,
        door: Door | None = None,
        debounce_ms: int | None = None,
    ) -> None:
        self._db = db
        self._keyring = keyring
        self._clock = clock
        self._bots = bots
        self._engine = engine
        self._hub = hub
        self._holder = holder
        self._lease_s = lease_s
        self._slots = asyncio.Semaphore(turns_at_once)
        self._committed = committed
        self._post = post
        self._secrets = secrets
        self._door = door or Door()
        self._debounce_ms = debounce_ms
        self._lanes: dict[str, _Lane] = {}
        # One is used by the writer's thread, the other by the loop's.
        self._opened = records.Opened(_MOST_KEPT)
        self._reader = prompt.Reader(most=_MOST_KEPT)
        self._closing = False
        self.turns_done = 0
        self.turns_failed = 0

    # -- hints -----------------------------------------------------------------------------------

    def notice(self, contact_id: str) -> None:
        """Somebody wrote, or a person decided: look at this contact's rows soon."""
        if self._closing:
            return
        lane = self._lanes.get(contact_id)
        if lane is None:
            lane = self._lanes[contact_id] = _Lane()
            lane.more.set()
            lane.task = asyncio.create_task(
                self._serve(contact_id, lane), name=f"lane {contact_id}"
            )
        else:
            lane.more.set()

    def cut_short(self, contact_id: str) -> None:
        """Say no more in the turn that runs: a caller has spoken over it.

        Words that came so far are recorded; a turn that has called a tool is finished unheard.
        """
        lane = self._lanes.get(contact_id)
        if lane is not None:
            lane.cut.set()

    def sweep(self) -> None:
        """Take up what nobody is working on: unanswered messages and decided approvals."""
        now = self._clock.now()
        before = now - timedelta(seconds=1)
        found = self._db.read(
            lambda c: [*records.unanswered_contacts(c, before, now), *approvals.ready(c)]
        )
        for contact_id in found:
            if contact_id not in self._lanes:
                self.notice(contact_id)

    @property
    def busy(self) -> int:
        """How many lanes are being served."""
        return len(self._lanes)

    async def stop(self, *, within_s: float) -> None:
        """Finish the turns that run; what does not end in time is left to the next start."""
        self._closing = True
        tasks = [lane.task for lane in self._lanes.values() if lane.task]
        if tasks:
            _, late = await asyncio.wait(tasks, timeout=within_s)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    async def settled(self, contact_id: str) -> None:
        """Wait until this contact's lane is empty (commands and tests)."""
        while (lane := self._lanes.get(contact_id)) and lane.task:
            await asyncio.wait([lane.task])
            await asyncio.sleep(0)

    # -- a lane ----------------------------------------------------------------------------------

    async def _serve(self, contact_id: str, lane: _Lane) -> None:
        try:
            while lane.more.is_set() and not self._closing:
                await self._debounce(lane)
                async with self._slots:
                    await self._door.calm()
                    await self._turn(contact_id, lane)
        except errors.Unavailable as cause:
            _log.warning("a lane had to stop", contact=contact_id, why=cause.sentence)
        except Exception as cause:  # noqa: BLE001 - a lane's end must not end the desk
            _log.error("a lane broke", contact=contact_id, exc_info=cause)
        finally:
            self._lanes.pop(contact_id, None)

    async def _debounce(self, lane: _Lane) -> None:
        """Wait until nothing more has come for a while, three times that at most."""
        chosen = self._debounce_ms
        pause = (self._bots.limits().debounce_ms if chosen is None else chosen) / 1000
        for _ in range(3):
            lane.more.clear()
            if not pause:
                return
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(pause):
                    await lane.more.wait()
                continue
            return

    async def _turn(self, contact_id: str, lane: _Lane) -> None:
        """Do one piece of work, if there is any for us now."""
        version = self._bots.current()
        if version is None:
            return
        found = await self._db.write(lambda c: self._take_up(c, contact_id, version))
        if found is None:
            return
        work = found
        async with self._renewing(contact_id, lambda: work.token):
            for restart in range(_MOST_RESTARTS + 1):
                waits = await self._run(work, lane, may_restart=restart < _MOST_RESTARTS)
                if waits is not None:
                    break
                await self._debounce(lane)
                work = await self._begin_again(contact_id, work)
        self._committed()
        if waits:
            lane.more.set()

    def _take_up(self, connection: Connection, contact_id: str, version: str) -> Work | None:
        """Take the lane and find its work; None where there is none, or it is not ours."""
        now = self._clock.now()
        waiting = records.waiting(connection, contact_id)
        ready = approvals.ready_of(connection, contact_id)
        if not waiting and not ready:
            return None
        token = leases.take(
            connection, now, f"lane:{contact_id}", holder=self._holder, for_s=self._lease_s
        )
        if token is None:
            return None
        if ready:
            return self._resumable(connection, ready[0], token)
        first = waiting[0].conversation_id
        rows = [row for row in waiting if row.conversation_id == first]
        conversation = records.find_conversation(connection, first)
        assert conversation is not None
        if not judge_owner(conversation.state).passed:
            records.answered(connection, [row.message_id for row in rows], None)
            turns.end_running(connection, now, conversation)
            leases.release(connection, f"lane:{contact_id}", token)
            return None
        if conversation.config_version is None:
            records.pin(connection, conversation.id, version)
        version = conversation.config_version or version
        dead, has_effect = turns.running(connection, conversation), False
        if dead is not None:
            has_effect = receipts.has_effect(connection, dead.id)
            if has_effect and not any(row.turn_id == dead.id for row in rows):
                # Its words were answered otherwise meanwhile (by a person, say).
                turns.end_running(connection, now, conversation)
                dead, has_effect = None, False
        if dead is None:
            turn_id, attempts = turns.begin(connection, now, conversation, version), 1
        else:
            turn_id, attempts = str(dead.id), int(dead.attempts) + 1
            turns.again(connection, turn_id)
        if has_effect:  # its first life has acted on these words; newer ones wait for the next turn
            rows = [row for row in rows if row.turn_id == turn_id]
        elif dead is not None:
            receipts.forget(connection, turn_id)
        records.claim(connection, [row.message_id for row in rows], turn_id)
        return self._work(
            connection,
            conversation,
            turn_id=turn_id,
            token=token,
            attempts=attempts,
            message_ids=[row.message_id for row in rows],
            version=version,
            has_effect=has_effect,
            is_new=dead is None,
        )

    async def _begin_again(self, contact_id: str, work: Work) -> Work:
        return await self._db.write(lambda c: self._start_over(c, contact_id, work))

    def _start_over(self, connection: Connection, contact_id: str, work: Work) -> Work:
        """Begin the same turn again with the words that have come meanwhile.

        A fresh token: a tool of the dropped draft that still runs must change nothing any more.
        What it has changed before this goes on, and newer words wait for the next turn.
        """
        lane, now = f"lane:{contact_id}", self._clock.now()
        token = None
        if leases.holds(connection, lane, work.token):
            token = leases.take(connection, now, lane, holder=self._holder, for_s=self._lease_s)
        if token is None:
            raise LaneLost("This conversation is being answered elsewhere.")
        has_effect = receipts.has_effect(connection, work.turn_id)
        rows = [
            row
            for row in records.waiting(connection, contact_id)
            if row.conversation_id == work.conversation.id
            and (row.turn_id == work.turn_id or not has_effect)
        ]
        if not has_effect:
            receipts.forget(connection, work.turn_id)
        records.claim(connection, [row.message_id for row in rows], work.turn_id)
        return self._work(
            connection,
            work.conversation,
            turn_id=work.turn_id,
            token=token,
            attempts=work.attempts,
            message_ids=[row.message_id for row in rows],
            version=work.version,
            has_effect=has_effect,
        )

    def _resumable(self, connection: Connection, turn_id: str, token: str) -> Work:
        turn = turns.find(connection, turn_id)
        assert turn is not None
        conversation = records.find_conversation(connection, turn.conversation_id)
        assert conversation is not None
        turns.again(connection, turn_id)
        return self._work(
            connection,
            conversation,
            turn_id=turn_id,
            token=token,
            attempts=int(turn.attempts) + 1,
            message_ids=[],
            version=turn.config_version,
            has_effect=True,
            decisions=dict(
                approvals.decisions(approvals.of_turn(connection, self._keyring, turn_id))
            ),
        )

    def _work(
        self,
        connection: Connection,
        conversation: Conversation,
        *,
        turn_id: str,
        token: str,
        attempts: int,
        message_ids: list[str],
        version: str,
        has_effect: bool,
        is_new: bool = False,
        decisions: dict[str, Any] | None = None,
    ) -> Work:
        found = [records.find_message(connection, self._keyring, each) for each in message_ids]
        messages = tuple(message for message in found if message is not None)
        history = records.last_messages(
            connection,
            self._keyring,
            conversation,
            most=self._bots.limits().history,
            opened=self._opened,
        )
        begun: list[BaseMessage] = []
        if not is_new:
            begun = engine.begun_by(receipts.of_turn(connection, self._keyring, turn_id))
        return Work(
            turn_id=turn_id,
            token=token,
            conversation=conversation,
            messages=messages,
            history=tuple(history),
            begun=tuple(begun),
            attempts=attempts,
            version=version,
            proved=frozenset(receipts.proved(connection, conversation.id)),
            system=self._bots.system(connection, version, conversation.contact_id),
            has_effect=has_effect,
            decisions=decisions or {},
        )

    # -- a turn ----------------------------------------------------------------------------------

    async def _run(self, work: Work, lane: _Lane, *, may_restart: bool) -> bool | None:
        """Run a turn and write its end; None where newer words make it start over.

        Tells whether more of the contact waits.
        """
        run = await self._new_run(work)
        lane.cut.clear()
        self._hub.tell(run.contact_id, {"event": "typing", "data": {"on": True}})
        self._show_begun(work)
        try:
            if work.attempts > _MOST_ATTEMPTS:
                return await self._close(work, run, Ending((), failed="attempts"))
            may_restart = may_restart and not work.is_resumed and not work.has_effect
            answering = asyncio.create_task(self._answer(work, run))
            try:
                if may_restart and await self._newer_words(work, run, lane, answering):
                    await self._abandon(answering, run)
                    return None
                ending = await self._unless_cut(answering, run, lane)
            finally:
                answering.cancel()
            return await self._close(work, run, ending)
        finally:
            self._hub.tell(run.contact_id, {"event": "typing", "data": {"on": False}})

    def _show_begun(self, work: Work) -> None:
        newest = work.messages[-1].provider_id if work.messages else None
        if self._post is not None and newest is not None:
            self._post.begun(work.conversation.channel, work.conversation.account, newest)

    async def _newer_words(
        self, work: Work, run: Run, lane: _Lane, answering: asyncio.Task[Ending]
    ) -> bool:
        """Wait until the answer is there, or newer words that may still change it."""
        known = {message.id for message in work.messages}
        while not answering.done():
            await _first_of(answering, lane.more, lane.cut)
            if answering.done() or run.effects or lane.cut.is_set():
                return False
            lane.more.clear()  # a hint may be a repeat or an approval: the rows tell
            waiting = self._db.read(lambda c: records.waiting(c, run.contact_id))
            if any(row.message_id not in known for row in waiting):
                return True
        return False

    async def _unless_cut(self, answering: asyncio.Task[Ending], run: Run, lane: _Lane) -> Ending:
        """Wait for the answer; one that is cut short ends with the words that came so far."""
        await _first_of(answering, lane.cut)
        if answering.done() or run.meter.tool_calls:
            return await answering
        answering.cancel()
        await asyncio.gather(answering, return_exceptions=True)
        return Ending(())

    async def _abandon(self, answering: asyncio.Task[Ending], run: Run) -> None:
        """Newer words came before anything was done: drop the draft."""
        answering.cancel()
        await asyncio.gather(answering, return_exceptions=True)
        await run.on_reset()

    async def _answer(self, work: Work, run: Run) -> Ending:
        limit_s = self._bots.limits().limits.seconds
        if work.is_resumed:
            ending = await self._engine.resume(
                run, work.decisions, begun=work.begun, limit_s=limit_s
            )
            return ending or Ending((), failed="error")
        messages = self._reader.read([*work.history, *work.messages])
        return await self._engine.answer(run, messages, begun=work.begun, limit_s=limit_s)

    async def _bot(self, version: str) -> Bot:
        """Give a version's bot, or the live one where that version cannot be built any more."""
        found = self._bots.find(version)
        if found is not None:
            return found
        try:
            return await asyncio.to_thread(self._bots.get, version)
        except Exception as cause:
            live = self._bots.current()
            if live is None or live == version:
                raise
            _log.error("a config version cannot be built", version=version, exc_info=cause)
            return await asyncio.to_thread(self._bots.get, live)

    async def _new_run(self, work: Work) -> Run:
        bot = await self._bot(work.version)
        contact_id, turn_id = work.conversation.contact_id, work.turn_id
        behavior = self._bots.limits()
        limits, began = behavior.limits, self._clock.monotonic()

        async def emit(text: str) -> None:
            self._hub.tell(contact_id, {"event": "chunk", "data": {"turn": turn_id, "text": text}})

        async def reset() -> None:
            run.gate.forget()
            self._hub.tell(contact_id, {"event": "reset", "data": {"turn": turn_id}})

        meter = Meter(
            model_calls_most=limits.model_calls,
            tool_calls_most=limits.tool_calls,
            tokens_most=limits.tokens,
            cost_most=limits.cost,
        )
        run = Run(
            turn_id=turn_id,
            conversation_id=work.conversation.id,
            contact_id=contact_id,
            bot=bot,
            system=work.system,
            now=self._clock.now(),
            meter=meter,
            gate=SentenceGate(
                proved=set(work.proved),
                emit=emit,
                private=Private(instructions=bot.instructions, secrets=self._secrets()),
                grounds=_grounds(work, bot),
            ),
            still_mine=lambda c: leases.holds(c, f"lane:{contact_id}", work.token),
            began=began,
            on_reset=reset,
            purse=TurnPurse(
                db=self._db,
                clock=self._clock,
                meter=meter,
                spending=behavior.spending,
                zone=bot.zone,
                currency=bot.currency,
                turn_id=turn_id,
                conversation_id=work.conversation.id,
                paid_until=paid_until(began, limits.seconds),
            ),
            is_recorded=bool(work.begun),
        )
        return run

    # -- its end ---------------------------------------------------------------------------------

    async def _close(self, work: Work, run: Run, ending: Ending) -> bool:
        try:
            waits = await self._db.write(lambda c: self._write(c, work, run, ending))
        except LaneLost:
            await run.on_reset()
            raise
        if work.is_resumed and not ending.questions:
            await self._engine.discard(work.turn_id)
        if self._post is not None:
            self._post.notice(run.contact_id, work.conversation.channel)
        self.turns_done += 1
        self.turns_failed += bool(ending.failed)
        return waits

    def _write(self, connection: Connection, work: Work, run: Run, ending: Ending) -> bool:
        """Write everything and give the lane back; tells whether more of the contact waits."""
        now = self._clock.now()
        if not leases.release(connection, f"lane:{run.contact_id}", work.token):
            raise LaneLost("This conversation is being answered elsewhere.")
        conversation = records.find_conversation(connection, work.conversation.id)
        assert conversation is not None
        said = run.gate.text
        if ending.questions:
            said = _paragraphs(said, *(each.customer for each in ending.questions))
            self._ask(connection, now, work, ending)
        if ending.failed:
            said = _paragraphs(said, self._hand_over(connection, now, run, work, ending.failed))
        owner = judge_owner(conversation.state)
        drafts = _drafts(ending, said, run, visible=owner.passed)
        turns.close(
            connection,
            self._keyring,
            now,
            conversation,
            work.turn_id,
            self._closing_of(work, run, ending),
            drafts=drafts,
            invocations=run.invocations,
            proof=[proof.as_json() for proof in (owner, *run.gate.proofs)],
        )
        records.answered(connection, [message.id for message in work.messages], work.turn_id)
        if run.purse is not None:
            run.purse.write(connection)
        if not ending.questions:
            receipts.discard_results(connection, work.turn_id)
        if work.is_resumed:
            approvals.resumed(connection, now, work.turn_id)
        if conversation.state is not work.conversation.state:
            events.record(connection, now, "state", conversation.id, contact_id=run.contact_id)
        return bool(records.waiting(connection, run.contact_id))

    def _ask(self, connection: Connection, now: Any, work: Work, ending: Ending) -> None:
        hours = self._bots.limits().approvals.expire_after_h
        for question in ending.questions:
            approvals.ask(
                connection,
                self._keyring,
                now,
                question,
                turn_id=work.turn_id,
                conversation_id=work.conversation.id,
                contact_id=work.conversation.contact_id,
                expires_at=now + timedelta(hours=hours),
            )

    def _hand_over(
        self, connection: Connection, now: Any, run: Run, work: Work, failed: str
    ) -> str:
        ticket = tickets.open_for(
            connection,
            self._keyring,
            now,
            conversation_id=run.conversation_id,
            contact_id=run.contact_id,
            reason="limit_reached",
            summary=" / ".join(message.text for message in work.messages) or failed,
            department=None,
        )
        went_wrong = failed in {"error", "attempts"}
        sentence = wording.WENT_WRONG if went_wrong else wording.LIMIT_REACHED
        return sentence.format(reference=ticket.reference)

    def _closing_of(self, work: Work, run: Run, ending: Ending) -> Closing:
        spoke = next((m for m in reversed(ending.added) if isinstance(m, AIMessage)), AIMessage(""))
        about = spoke.response_metadata
        desk, chain = about.get("desk") or {}, about.get("chain") or {}
        return Closing(
            state="parked" if ending.questions else "failed" if ending.failed else "done",
            provider=chain.get("provider"),
            model=about.get("model_name"),
            tokens_in=run.meter.tokens_in,
            tokens_out=run.meter.tokens_out,
            cost=str(run.meter.cost) if run.meter.is_cost_known else None,
            latency_ms=round((self._clock.monotonic() - run.began) * 1000),
            limit_hit=ending.failed,
            record={
                "config_version": work.version,
                "now": run.now.isoformat(),
                "turn": work.system.additional_kwargs.get("turn", {}).get("now"),
                "attempts": work.attempts,
                "messages": [message.id for message in work.messages],
                "history_from": work.history[0].id if work.history else None,
                "history_count": len(work.history),
                "intent": desk.get("intent"),
                "citations": desk.get("citations", []),
                "model_calls": run.meter.model_calls,
                "models_failed": chain.get("failed", []),
                "models_asked": [
                    {"provider": call.provider, "model": call.model, "outcome": call.outcome}
                    for call in (run.purse.calls if run.purse else ())
                ],
                "cap_reached": run.purse.cap if run.purse else None,
                "tools": [
                    {"tool": each.tool, "arguments": each.arguments, "status": each.status}
                    for each in run.invocations
                ],
                "gate": [proof.as_json() for proof in run.gate.proofs],
            },
        )

    def _renewing(
        self, contact_id: str, token: Callable[[], str]
    ) -> contextlib.AbstractAsyncContextManager[None]:
        return _every(self._lease_s / 3, lambda: self._renew(contact_id, token()))

    async def _renew(self, contact_id: str, token: str) -> None:
        with contextlib.suppress(errors.Unavailable):
            await self._db.write(
                lambda c: leases.renew(
                    c, self._clock.now(), f"lane:{contact_id}", token, for_s=self._lease_s
                )
            )


async def _first_of(answering: asyncio.Task[Ending], *events: asyncio.Event) -> None:
    """Wait until the answer is there or one of the events is set."""
    waits = [asyncio.create_task(event.wait()) for event in events]
    try:
        await asyncio.wait({answering, *waits}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for wait in waits:
            wait.cancel()


def _grounds(work: Work, bot: Bot) -> Grounds:
    """Give what this turn may state: what was said before it, and what its first life found out."""
    turn = work.system.additional_kwargs.get("turn", {})
    grounds = Grounds(known=bot.known, hours=turn.get("open_days", {}))
    for about in turn.get("card", {}).values():
        grounds.contact_said(about)
    for message in (*work.history, *work.messages):
        if message.role is Role.CONTACT:
            grounds.contact_said(message.text)
        elif message.role is Role.TOOL:
            name = message.extras.get("langchain", {}).get("name")
            grounds.tool_gave(message.text, is_ours=bot.is_own(name))
        elif message.role is Role.PERSON:
            grounds.colleague_wrote(message.text)
        elif message.visible:
            grounds.was_said(message.text)
    for begun in work.begun:
        if isinstance(begun, ToolMessage):
            grounds.tool_gave(str(begun.content), is_ours=bot.is_own(begun.name))
    return grounds


def _drafts(ending: Ending, said: str, run: Run, *, visible: bool) -> list[Draft]:
    """Give the rows of a turn: answers with calls and tool results hidden, then what was said."""
    added = list(ending.added)
    final: BaseMessage | None = None
    if ending.questions:
        added = []  # the call and its result are recorded together, when the turn goes on
    elif added and isinstance(added[-1], AIMessage) and not added[-1].tool_calls:
        final = added.pop()
    drafts = [prompt.as_draft(message) for message in added]
    if not said:
        if ending.questions or not ending.added:
            return drafts
        said = wording.NOTHING_TO_SAY
    extras: dict[str, Any] = {}
    if final is not None:
        kept = prompt.langchain_extras(final)
        if any(not proof.passed for proof in run.gate.proofs):
            kept["content"] = said  # the model goes on from what was told, not from what was held
        desk = kept.get("desk") or {}
        extras = {
            "langchain": kept,
            "quick_replies": list(desk.get("quick_replies") or []),
            "citations": list(dict.fromkeys(desk.get("citations") or ())),
        }
    if run.files:
        extras["files"] = [
            {"file_id": file.file_id, "name": file.name, "media_type": file.media_type}
            for file in run.files
        ]
    return [*drafts, Draft(Role.BOT, said, visible=visible, extras=extras)]


def _paragraphs(*parts: str) -> str:
    return "\n\n".join(part.strip() for part in parts if part.strip())


@contextlib.asynccontextmanager
async def _every(period_s: float, work: Callable[[], Coroutine[Any, Any, None]]) -> Any:
    """Do something again and again while the block runs; a block that ends sooner costs a timer."""

    async def again() -> None:
        while True:
            await work()
            await asyncio.sleep(period_s)

    tasks: list[asyncio.Task[None]] = []
    loop = asyncio.get_running_loop()
    timer = loop.call_later(period_s, lambda: tasks.append(loop.create_task(again())))
    try:
        yield
    finally:
        timer.cancel()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
