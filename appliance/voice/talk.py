"""What is said on a call, through the same inbox, desk and gate as on every channel.

The caller's words are kept the moment their turn has ended; the desk answers, and what its gate
releases is spoken. LiveKit's own history is never read: the messages table is the only one.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field

from appliance.assembly.house import Appliance
from appliance.connectors.messages import InboundMessage
from appliance.conversation import records, spoken
from appliance.conversation.hub import Note, Watcher
from appliance.conversation.values import Accepted, Conversation, Message, Role, State
from appliance.core import errors, logs
from appliance.voice import wording
from appliance.voice.values import IncomingCall

_PATIENCE_S = 5.0
_ELSEWHERE_S = 0.1
_SOON_S = 0.5

_log = logs.get(__name__)


class Pause:
    """What is said so far shall be spoken at once."""


PAUSE = Pause()


@dataclass(slots=True, eq=False)
class Reply:
    """What is said to one turn of the caller. `told` is what went to the voice so far."""

    accepted: Accepted
    watcher: Watcher
    written: asyncio.Task[None]
    told: list[str] = field(default_factory=list)
    aside: str = ""
    turns: set[str] = field(default_factory=set)
    is_over: bool = False
    is_noted: bool = False


@dataclass(slots=True, kw_only=True)
class Talk:
    """One call's conversation."""

    house: Appliance
    call: IncomingCall
    conversation: Conversation
    filler_after_s: float
    turns: int = 0
    answered: int = 0
    _replies: dict[str, Reply] = field(default_factory=dict)
    _muted: set[str] = field(default_factory=set)
    _corrections: set[asyncio.Task[None]] = field(default_factory=set)

    async def hear(self, words: str, *, key: str) -> None:
        """Keep the caller's words and wake the desk; the same key again changes nothing.

        Raises:
            Unavailable: they could not be kept.
        """
        if key in self._replies:
            return
        for earlier in self._replies.values():
            if not earlier.told and not earlier.is_over:
                self._pass_over(earlier)
        await self._corrected(within_s=_SOON_S)
        watcher, contact_id = Watcher(), self.conversation.contact_id
        self.house.hub.bind(watcher, contact_id)
        try:
            identity = self.call.identity
            accepted = await self.house.receive(
                InboundMessage(
                    channel=spoken.CHANNEL,
                    account=self.conversation.account,
                    provider_id=f"{self.call.call_id}:{key}",
                    sender=identity.value,
                    identity_kind=identity.kind,
                    text=words,
                    sent_at=self.house.clock.now(),
                )
            )
        except BaseException:
            self.house.hub.leave(watcher)
            raise
        self.turns += 1
        written = asyncio.create_task(self._written(), name=f"reply {key}")
        self._replies[key] = Reply(accepted, watcher, written)

    async def reply(self, key: str) -> AsyncGenerator[str | Pause, None]:
        """Give the reply to what was heard under `key`, sentence by sentence as it is released."""
        reply = self._replies[key]
        try:
            async for piece in self._spoken(reply):
                yield piece
            reply.is_over = True
            self.answered += 1
        finally:
            self.house.hub.leave(reply.watcher)
            if not reply.is_over and reply.told and not reply.written.done():
                self.house.desk.cut_short(self.conversation.contact_id)

    def _pass_over(self, reply: Reply) -> None:
        """Newer words came before anything was said.

        What is written already was not heard. What is still being made begins again with both, or
        is said before the answer to the newer words, where it has done something meanwhile.
        """
        if reply.written.done():
            self.was_heard(reply, "")
        reply.is_over = True

    def was_heard(self, reply: Reply, words: str) -> None:
        """Note what was heard of a reply that was interrupted; the record follows."""
        if reply.is_noted:
            return
        reply.is_over = reply.is_noted = True
        self._muted |= reply.turns
        task = asyncio.create_task(self._correct(reply, words), name="what was heard")
        self._corrections.add(task)
        task.add_done_callback(self._corrections.discard)

    @property
    def owes_answer(self) -> bool:
        """Whether nothing was said yet to the caller's newest words."""
        newest = next(reversed(self._replies.values()), None)
        return newest is not None and not newest.told and not newest.is_over

    def reply_to(self, key: str) -> Reply | None:
        """Find the reply to what was heard under `key`."""
        return self._replies.get(key)

    async def close(self) -> None:
        """Wait until everything that was said is on the disk."""
        for reply in self._replies.values():
            if not reply.is_over:
                self.house.desk.cut_short(self.conversation.contact_id)
                self.was_heard(reply, "".join(reply.told))
        await self._corrected(within_s=_PATIENCE_S)
        for reply in self._replies.values():
            self.house.hub.leave(reply.watcher)
            reply.written.cancel()

    # -- a reply ---------------------------------------------------------------------------------

    async def _spoken(self, reply: Reply) -> AsyncGenerator[str | Pause, None]:
        is_first = True
        while (note := await self._next(reply, waits=is_first and not reply.aside)) is not None:
            if note["event"] == "silence":
                reply.aside = wording.FILLER
                yield f"{wording.FILLER} "
                yield PAUSE
            elif note["event"] == "reset":
                self._muted.discard(note["data"]["turn"])
                if reply.told:
                    yield f" {wording.AGAIN} "
                reply.told.clear()
            elif note["event"] == "chunk" and (text := self._chunk(reply, note)):
                reply.told.append(text)
                yield text
                if is_first:  # the first sentence is spoken while the others are still thought of
                    is_first = False
                    yield PAUSE
        if rest := self._untold(reply):
            reply.told.append(rest)
            yield rest

    def _chunk(self, reply: Reply, note: Note) -> str:
        turn, text = note["data"]["turn"], str(note["data"]["text"])
        if turn in self._muted:
            return ""
        reply.turns.add(turn)
        return text

    async def _next(self, reply: Reply, *, waits: bool) -> Note | None:
        """Give the next note; None at the end, and "silence" once where nothing is said yet."""
        if (note := reply.watcher.take()) is not None:
            return note
        getting = asyncio.ensure_future(reply.watcher.get())
        try:
            await asyncio.wait(
                {getting, reply.written},
                timeout=self.filler_after_s if waits else None,
                return_when=asyncio.FIRST_COMPLETED,
            )
            if getting.done():
                return getting.result()
            if reply.written.done():
                return reply.watcher.take()
            return {"event": "silence", "data": {}}
        finally:
            getting.cancel()

    def _untold(self, reply: Reply) -> str:
        """Give what the desk has written beyond the chunks: a hand-over, a limit, an apology."""
        if reply.written.cancelled() or reply.written.exception() is not None:
            return "" if reply.told else wording.NOT_NOW
        rows = [row for row in self._rows(reply) if row.turn_id not in self._muted]
        if not rows:
            return "" if reply.told else self._unanswered()
        whole = _plain(" ".join(row.text for row in rows))
        told = _plain("".join(reply.told))
        if not told:
            return whole
        return f" {whole[len(told) :].strip()}" if whole[len(told) :].strip() else ""

    def _unanswered(self) -> str:
        found = self.house.db.read(lambda c: records.find_conversation(c, self.conversation.id))
        is_taken = found is not None and found.state is State.WITH_PERSON
        return wording.WITH_PERSON if is_taken else wording.NOT_NOW

    async def _written(self) -> None:
        """Wait until the desk has answered everything of this caller.

        Another process may have the lane (a message on another channel): it is asked again.
        """
        contact_id = self.conversation.contact_id
        async with asyncio.timeout(self.house.bots.limits().limits.seconds + _PATIENCE_S):
            while True:
                await self.house.desk.settled(contact_id)
                if self.house.is_answered(contact_id):
                    return
                await asyncio.sleep(_ELSEWHERE_S)
                self.house.desk.notice(contact_id)

    # -- what was heard --------------------------------------------------------------------------

    async def _corrected(self, *, within_s: float) -> None:
        """Wait for the record: a turn cut short is closed at once, a tool may take longer."""
        if self._corrections:
            await asyncio.wait(set(self._corrections), timeout=within_s)

    async def _correct(self, reply: Reply, words: str) -> None:
        with contextlib.suppress(Exception):
            async with asyncio.timeout(_PATIENCE_S):
                await asyncio.shield(reply.written)
        rows = [row for row in self._rows(reply) if not reply.turns or row.turn_id in reply.turns]
        if not rows:
            return
        told = words.removeprefix(reply.aside).strip() if reply.aside else words
        try:
            await self.house.db.write(
                lambda c: spoken.heard(c, self.house.keyring, self.house.clock.now(), rows, told)
            )
        except errors.Unavailable as cause:
            _log.warning("what was heard could not be recorded", why=cause.sentence)

    def _rows(self, reply: Reply) -> list[Message]:
        """Give what the bot has written since this turn of the caller's."""
        found = self.house.history(
            self.call.identity.kind, self.call.identity.value, after=reply.accepted.seq, limit=50
        )
        rows = [
            message for message in found.messages if message.conversation_id == self.conversation.id
        ]
        end = len(rows)
        if not reply.turns:
            end = next((i for i, row in enumerate(rows) if row.role is Role.CONTACT), end)
        return [row for row in rows[:end] if row.role is Role.BOT and not row.extras.get("aside")]


def _plain(text: str) -> str:
    return " ".join(text.split())
