"""Keeps the sound of one call: after the caller was told, until they refuse, sealed on the disk."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass, field
from pathlib import Path

from livekit.agents import AgentSession

from appliance.assembly.house import Appliance
from appliance.config.model import Recording as Wishes
from appliance.core import errors, logs
from appliance.services.calls import records
from appliance.services.calls.recordings import FOLDER, Writing
from appliance.voice import refusal
from appliance.voice.refusal import Refusal
from appliance.voice.tape import Encoder, Heard, Samples, Spoken, Tape

_PIECE_S = 1.0

_log = logs.get(__name__)


@dataclass(slots=True, kw_only=True)
class Recording:
    """One call's recording; without the config's wish it never begins."""

    house: Appliance
    wishes: Wishes
    call_id: str
    _tape: Tape = field(default_factory=Tape)
    _is_refused: bool = False
    _writing: Writing | None = None
    _encoder: Encoder | None = None
    _going: asyncio.Task[None] | None = None
    _over: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def is_offered(self) -> bool:
        """Whether callers are told of it and may still refuse."""
        return self.wishes.enabled and not self._is_refused

    def listen(self, session: AgentSession[None]) -> None:
        """Stand between a session that has started and its line; nothing is kept yet."""
        heard, spoken = session.input.audio, session.output.audio
        if self.wishes.enabled and heard is not None and spoken is not None:
            session.input.audio = Heard(heard, self._tape)
            session.output.audio = Spoken(spoken, self._tape)

    async def begin(self, *, told_ms: int) -> None:
        """Keep what is said from now on; `told_ms` is when the sentence that tells of it began."""
        if not self.is_offered:
            return
        now = self.house.clock.now()
        try:
            await self.house.db.write(
                lambda c: records.begin_recording(c, now, self.call_id, told_ms=told_ms)
            )
            if self._is_refused:  # while the row was written
                await self.refuse()
                return
            self._writing = Writing.begin(self.house.keyring, self._folder, self.call_id)
        except (errors.Unavailable, OSError) as cause:
            _log.error("a call is not recorded", call=self.call_id, why=type(cause).__name__)
            with contextlib.suppress(errors.Unavailable):
                await self.house.db.write(
                    lambda c: records.erase_recordings(c, call_id=self.call_id)
                )
            return
        self._encoder = Encoder()
        self._tape.start()
        self._going = asyncio.create_task(self._go_on(), name="recording")

    def refused_by(self, words: str) -> Refusal | None:
        """Find a refusal in the caller's words, as long as there is something to refuse."""
        return refusal.find(words, self.wishes.refusals) if self.is_offered else None

    async def refuse(self) -> None:
        """Stop, and erase what was kept: the caller wants no recording."""
        self._is_refused = True
        now = self.house.clock.now()
        await self._stop()
        try:
            await self.house.db.write(lambda c: records.refuse_recording(c, now, self.call_id))
        except errors.Unavailable as cause:
            _log.error("a refusal could not be recorded", why=cause.sentence)
        await self._drop()
        _log.info("a caller wants no recording", call=self.call_id)

    async def end(self) -> None:
        """Keep the rest and end."""
        await self._stop()
        if self._is_refused and self._writing is not None:  # the refusal was cut short
            await self.refuse()
        if self._writing is not None and self._encoder is not None:
            try:
                await asyncio.to_thread(_keep_rest, self._writing, self._encoder, self._tape.take())
                await self._note(is_over=True)
            except (errors.Unavailable, OSError) as cause:
                _log.error(
                    "a recording is not complete", call=self.call_id, why=type(cause).__name__
                )
            finally:
                self._close()

    @property
    def _folder(self) -> Path:
        return self.house.settings.data_dir / FOLDER

    async def _go_on(self) -> None:
        """Write what comes, a piece a second."""
        assert self._writing is not None
        assert self._encoder is not None
        try:
            while await self._note(is_over=False):
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(_PIECE_S):
                        await self._over.wait()
                        return
                await asyncio.to_thread(_keep, self._writing, self._encoder, self._tape.take())
            self._tape.stop()  # it was erased while the call went on: nothing more is kept
            self._close()
        except (errors.Unavailable, OSError) as cause:
            self._tape.stop()
            _log.error("a recording stops", call=self.call_id, why=type(cause).__name__)

    async def _note(self, *, is_over: bool) -> bool:
        long_ms = self._tape.ms
        return await self.house.db.write(
            lambda c: records.recorded(c, self.call_id, long_ms, is_over=is_over)
        )

    async def _stop(self) -> None:
        self._over.set()
        if self._going is not None:
            await asyncio.gather(self._going, return_exceptions=True)
            self._going = None

    async def _drop(self) -> None:
        self._tape.stop()
        if self._writing is not None:
            path = self._writing.path
            self._close()
            await asyncio.to_thread(path.unlink, missing_ok=True)

    def _close(self) -> None:
        if self._writing is not None:
            self._writing.close()
        self._writing = self._encoder = None


def _keep(writing: Writing, encoder: Encoder, samples: Samples) -> None:
    if piece := encoder.push(samples):
        writing.add(piece)


def _keep_rest(writing: Writing, encoder: Encoder, samples: Samples) -> None:
    writing.add(encoder.push(samples) + encoder.end())
