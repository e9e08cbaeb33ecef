"""One call, from the first word to the last, whatever carries its sound."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass, field
from typing import Any

from livekit.agents import (
    NOT_GIVEN,
    AgentSession,
    CloseEvent,
    ErrorEvent,
    SpeechCreatedEvent,
    stt,
    tts,
)

from appliance.assembly.house import Appliance
from appliance.config.model import BotConfig
from appliance.conversation import records
from appliance.conversation.values import Conversation, Role
from appliance.core import errors, logs
from appliance.models.speech import shelf
from appliance.models.speech.mounted.folder import FOLDER, Models
from appliance.voice import notes, outgoing, pipeline, spelling, wording
from appliance.voice.agent import FrontdeskAgent, heard
from appliance.voice.asked import Asked
from appliance.voice.errands import Errands
from appliance.voice.line import SessionIO
from appliance.voice.manners import Keys, Move, Patience
from appliance.voice.recorder import Recorder
from appliance.voice.recording import Recording
from appliance.voice.sayings import Sayings
from appliance.voice.talk import Talk
from appliance.voice.transfer import Handed
from appliance.voice.values import CUT_OFF, CallOutcome, Ended, IncomingCall

_LOOK_S = 0.1
_LAST_WORDS_S = 15.0
_ASIDES_S = 1.0
_PROMPT_S = 15.0
"""More than any prompt of ours takes; one that never ends must not hold the call."""
_NEWEST = 20

_log = logs.get(__name__)


async def answer(
    call: IncomingCall, session_io: SessionIO, house: Appliance, *, has_keys: bool = False
) -> CallOutcome:
    """Hold a call to its end. `house` has started and speaks (`is_spoken`).

    Where speech breaks and the call `has_keys`, it is not hung up: it goes on by keys.

    Raises:
        Misconfigured: the config has no voice, or a speech provider lacks something.
        Unavailable: the appliance is in safe mode, or its store cannot be written.
    """
    config = house.bots.the_live().config
    if config.voice.config is None:
        raise errors.Misconfigured("voice.config is missing: it names stt and tts.")
    conversation = await notes.begin(house, call)
    vad = pipeline.voice_activity()
    models = Models(house.settings.data_dir / FOLDER)
    speech = shelf.open_speech(
        config.voice.config, secret=house.secret, mounted=models.find, ends=vad
    )
    talk = Talk(
        house=house,
        call=call,
        conversation=conversation,
        filler_after_s=config.voice.manners.filler_after_s,
    )
    sayings = Sayings(
        folder=house.cache / "sayings",
        mouth=speech.mouth,
        made_by=config.voice.config.tts.model_dump_json(),
    )
    session = pipeline.session(speech, vad)
    recorder = await Recorder.begin(house, talk, call, conversation)
    recording = Recording(house=house, wishes=config.voice.recording, call_id=recorder.row.call_id)
    held = _Held(
        call=call,
        line=session_io,
        house=house,
        config=config,
        conversation=conversation,
        talk=talk,
        recorder=recorder,
        recording=recording,
        sayings=sayings,
        errands=Errands(house=house, call=call, session=session, sayings=sayings),
        session=session,
        has_keys=has_keys,
    )
    try:
        outcome = await held.to_the_end()
        await recording.end()
        await recorder.end(outcome)
    finally:
        await recorder.abandon()
        await held.close()
        await speech.close()
        await recording.end()
    return outcome


@dataclass(slots=True, kw_only=True)
class _Held:
    """A call that is being held."""

    call: IncomingCall
    line: SessionIO
    house: Appliance
    config: BotConfig
    conversation: Conversation
    talk: Talk
    recorder: Recorder
    recording: Recording
    sayings: Sayings
    errands: Errands
    session: AgentSession[None]
    has_keys: bool = False
    began: float = 0.0
    _over: bool = False
    _failed: str | None = None
    _asides: list[asyncio.Task[Any]] = field(default_factory=list)
    _is_to_repeat: bool = False
    _keys: Keys = field(default_factory=Keys)
    _entered: list[str] = field(default_factory=list)
    _turns_seen: int = 0
    _asked: Asked = field(init=False)

    async def to_the_end(self) -> CallOutcome:
        """Greet, talk, and say goodbye."""
        self.began = self.house.clock.monotonic()
        asked = self._asked = Asked(house=self.house, conversation_id=self.conversation.id)
        agent = FrontdeskAgent(self.talk, is_settled=self._settles)
        self.session.on("speech_created", lambda event: self._speech_created(agent, event))
        self.session.on("error", self._on_error)
        self.session.on("close", self._on_close)
        self.line.on_digit(self._on_digit)
        self.recorder.follow(self.session)
        if await self.line.begin(self.session, agent) or self.call.dial_id is None:
            ended = await self._talked()
        else:
            ended = Ended.NOT_TAKEN
        is_disclosed = self.recorder.counts.disclosed_ms is not None
        is_in_vain = ended is Ended.CALLER and (self.talk.owes_answer or not is_disclosed)
        if ended is not Ended.BY_KEYS:
            await self.line.hang_up()
        await self.talk.close()
        asked.again()
        if ended is Ended.FAILED:
            asked.ticket = await notes.ask_for_a_person(self.house, self.conversation)
        seconds = self.house.clock.monotonic() - self.began
        _log.info("a call ended", call=self.call.call_id, how=str(ended), seconds=round(seconds, 1))
        return CallOutcome(
            call_id=self.call.call_id,
            ended=ended,
            conversation_id=self.conversation.id,
            turns=self.talk.turns,
            seconds=seconds,
            handoff=asked.ticket.reference if asked.ticket else None,
            is_disclosed=is_disclosed,
            is_lost=is_in_vain or ended in CUT_OFF,
        )

    async def _talked(self) -> Ended:
        """Greet, and talk until it ends."""
        _log.info("a call began", call=self.call.call_id, kind=self.call.kind)
        self.recording.listen(self.session)
        await outgoing.answered(self.house, self.call)
        greeting = asyncio.create_task(self._greet(), name="greeting")
        try:
            return await self._until_it_ends()
        finally:
            greeting.cancel()
            await asyncio.gather(greeting, return_exceptions=True)

    async def close(self) -> None:
        """Leave nothing running, however the call ended."""
        with contextlib.suppress(Exception):
            await self.session.aclose()
        if self._asides:  # closed, they end by themselves, and are recorded as heard
            _, late = await asyncio.wait(self._asides, timeout=_ASIDES_S)
            for aside in late:
                aside.cancel()
            await asyncio.gather(*self._asides, return_exceptions=True)
        with contextlib.suppress(Exception):
            await self.line.close()
        await self.talk.close()

    # -- what we say by ourselves ----------------------------------------------------------------

    async def _greet(self) -> None:
        """Disclose first, to the end; tell of the recording before there is one; then greet."""
        manners = self.config.voice.manners
        if self.call.opening is not None:
            await self._open(manners.disclosure, self.call.opening)
            await self._tell_of_recording()
            ours = [manners.disclosure]
        else:
            await self._say(manners.disclosure, is_law=True)
            await self._tell_of_recording()
            greeting = manners.greeting or self.config.workflow.greeting
            await self._say(greeting)
            ours = [manners.disclosure, greeting]
        if self.recording.is_offered:
            ours += [self.config.voice.recording.sentence, wording.NOT_RECORDED]
        await self.sayings.prepare([*wording.FIXED, *ours])

    async def _tell_of_recording(self) -> None:
        """Tell of the recording, where there shall be one; it begins once that was heard whole."""
        if not self.recording.is_offered:
            return
        sentence = self.config.voice.recording.sentence
        offset_s = self.house.clock.monotonic() - self.began
        told = await self._say(sentence, is_law=True, tells_of_recording=True)
        if told.split() == sentence.split():
            await self.recording.begin(told_ms=round(offset_s * 1000))

    async def _open(self, disclosure: str, opening: str) -> None:
        """Say who calls and why, without a gap: whoever picks up says hello into it."""
        _, told = await asyncio.gather(
            self._say(disclosure, is_law=True), self._say(opening, is_law=True)
        )
        if told == opening:
            await outgoing.told(self.house, self.call)

    async def _say(self, sentence: str, *, is_law: bool = False, **marks: bool) -> str:
        """Say a sentence of ours and record what was heard of it, with its second in the call."""
        offset_s = self.house.clock.monotonic() - self.began
        sound = self.sayings.find(sentence)
        speech = self.session.say(
            sentence,
            audio=NOT_GIVEN if sound is None else sound,
            allow_interruptions=not is_law,
        )
        await speech.wait_for_playout()
        told = heard(speech)
        is_disclosure = sentence == self.config.voice.manners.disclosure
        if is_disclosure and self.recorder.counts.disclosed_ms is None and told:
            self.recorder.counts.disclosed_ms = round(offset_s * 1000)
        extras = {
            "aside": True,
            "offset_s": round(offset_s, 2),
            "is_disclosure": is_disclosure,
            **marks,
        }
        try:
            await notes.said(self.house, self.conversation, told or "...", extras)
        except errors.Unavailable as cause:  # the rest of the greeting is said all the same
            _log.error("what was said could not be recorded", why=cause.sentence)
        return told

    async def _settles(self, words: str) -> bool:
        """Do what the call itself can, so that the desk need not answer: True where that is all.

        The caller may not want to be recorded, or wants to hear spelled what was said last.
        """
        refusal = self.recording.refused_by(words)
        if refusal is not None:
            await self._refuse_recording()
            if not refusal.is_all:
                return False
        elif spelling.is_asked_for(words) and (told := spelling.spelled(self._last_reply())):
            self._say_aside(told)
        else:
            return False
        await self._keep(words)
        return True

    def _last_reply(self) -> str:
        newest = self.house.db.read(
            lambda c: records.visible_newest(
                c, self.house.keyring, self.conversation.contact_id, most=_NEWEST
            )
        )
        said = [
            message.text
            for message in newest
            if message.conversation_id == self.conversation.id
            and message.role is Role.BOT
            and not message.extras.get("aside")
        ]
        return said[-1] if said else ""

    async def _keep(self, words: str) -> None:
        """Record words of the caller that nobody has to answer."""
        try:
            await notes.said(
                self.house, self.conversation, words, {"aside": True}, role=Role.CONTACT
            )
        except errors.Unavailable as cause:
            _log.error("a caller's words could not be kept", why=cause.sentence)

    async def _refuse_recording(self) -> None:
        await self.recording.refuse()
        self._say_aside(wording.NOT_RECORDED)

    def _say_aside(self, sentence: str) -> None:
        """Say a sentence while the call is looked after."""
        self._asides.append(asyncio.create_task(self._say(sentence), name="aside"))

    async def _last_words(self, sentence: str) -> None:
        """Say a last sentence, as far as that is possible."""
        self.session.interrupt(force=True)
        with contextlib.suppress(Exception):
            async with asyncio.timeout(_LAST_WORDS_S):
                await self._say(sentence, is_law=True)

    # -- its end ---------------------------------------------------------------------------------

    async def _until_it_ends(self) -> Ended:
        patience = Patience(manners=self.config.voice.manners, began=self.house.clock.monotonic())
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_LOOK_S):
                    await self.line.gone.wait()
            if self.line.gone.is_set():
                return Ended.CALLER
            if self.has_keys and (self._over or self._failed is not None):
                return Ended.BY_KEYS
            if self._over:
                return Ended.FAILED
            if self._failed is not None:
                await self._last_words(self._failed)
                return Ended.FAILED
            if self._is_to_repeat:
                self._is_to_repeat = False
                self._say_aside(wording.REPEAT)
            if self.house.draining.is_set():
                await self._last_words(wording.STOPPING)
                return Ended.STOPPED
            match await self._put_through():
                case Handed.TAKEN:
                    return Ended.TRANSFERRED
                case Handed.NOT_TAKEN if not self.line.gone.is_set():
                    await self._say(wording.NOBODY_TOOK)
                    patience.begin_anew(self.house.clock.monotonic())
            self._take_entries()
            match patience.look(
                self.house.clock.monotonic(),
                caller_speaks=self.session.user_state == "speaking",
                bot_speaks=self._is_talking,
            ):
                case Move.PROMPT:
                    self._say_aside(wording.STILL_THERE)
                case Move.GOODBYE:
                    if self._asides:
                        await asyncio.wait(self._asides, timeout=_PROMPT_S)
                    await self._last_words(wording.GOODBYE)
                    return Ended.SILENCE
                case Move.TOO_LONG:
                    await self._last_words(wording.TOO_LONG)
                    return Ended.TOO_LONG

    async def _put_through(self) -> Handed:
        """Where a turn of this call asked for a person, try to reach one."""
        if self._turns_seen == self.talk.answered or self._is_talking:
            return Handed.NOBODY
        self._turns_seen = self.talk.answered
        ticket = self._asked.again()
        if ticket is None:
            return Handed.NOBODY
        handed = await self.line.hand_over(self.errands.errand(ticket, say=self._say))
        if handed is Handed.NOT_TAKEN:
            self.session.input.set_audio_enabled(True)  # it was not for the bot while they waited
        return handed

    @property
    def _is_talking(self) -> bool:
        return self.session.agent_state in {"speaking", "thinking", "initializing"}

    # -- what happens to it ----------------------------------------------------------------------

    def _speech_created(self, agent: FrontdeskAgent, event: SpeechCreatedEvent) -> None:
        if event.source == "generate_reply":
            agent.follow(event.speech_handle)

    def _on_digit(self, key: str) -> None:
        refuses = key == self.config.voice.recording.refuse_key and not self._keys.has_some
        if refuses and self.recording.is_offered:
            self._asides.append(asyncio.create_task(self._refuse_recording(), name="refusal"))
            return
        if (entry := self._keys.press(key, self.house.clock.monotonic())) is not None:
            self._entered.append(entry)

    def _take_entries(self) -> None:
        """Let what was keyed in be the caller's words."""
        if (entry := self._keys.look(self.house.clock.monotonic())) is not None:
            self._entered.append(entry)
        for entry in self._entered:
            self.session.interrupt(force=True)
            self.session.generate_reply(user_input=entry)
        self._entered.clear()

    def _on_error(self, event: ErrorEvent) -> None:
        """Hear of a speech service that fails; LiveKit tries again where that may help."""
        self.recorder.counts.failures += 1
        is_ears = isinstance(event.source, stt.STT)
        may_go_on = bool(getattr(event.error, "recoverable", False))
        _log.error(
            "speech failed in a call",
            call=self.call.call_id,
            half="hear" if is_ears else "speak",
            goes_on=may_go_on,
        )
        if may_go_on:
            self._is_to_repeat |= is_ears
        elif is_ears:
            self._failed = wording.NOT_HEARD
        elif isinstance(event.source, tts.TTS):
            self._failed = wording.NOT_SPOKEN

    def _on_close(self, event: CloseEvent) -> None:
        if event.error is not None:
            _log.error("a call's session broke", call=self.call.call_id, why=str(event.reason))
        self._over = True
