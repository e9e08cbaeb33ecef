"""Callers at real telephones, timed by the sound that goes in and comes out.

baresip writes both, frame by frame, as it sends and takes them; the files are followed as they
grow. So what is timed is the sound at the telephone, with everything in between: G.711, livekit-sip
and its jitter buffer, Opus, livekit-server. What a telephone adds until its own loudspeaker is not
in it (20 ms and more). An instant is known to within a frame of 20 ms.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

import numpy as np

from appliance.core.clock import SystemClock
from tests.fakes.baresip import Telephone, telephone
from tests.voice.calls import until

RATE = 8000
LOUD = 500
_FRAME_S = 0.02
_HEADER = 44
_LOOK_S = 0.004
# Words are closer together than this; a reply's sentences and a greeting's than that.
_UTTERED_S, _REPLIED_S, _GREETED_S = 0.5, 0.8, 2.5
_COMES_S, _ANSWERED_S = 90.0, 12.0


class NotTaken(Exception):  # noqa: N818 - what happened
    """A call was not answered."""


@dataclass(slots=True)
class Track:
    """One side of a telephone's call: when something was loud, on the monotonic clock.

    Attributes:
        kind: What baresip calls it: enc is what was said, dec what was heard.
        first_at: The first loud sample since `forget`.
        last_at: The last one.
    """

    folder: Path
    kind: str
    first_at: float | None = None
    last_at: float | None = None
    _file: BinaryIO | None = None
    _odd: bytes = b""

    def forget(self) -> None:
        """Look for what is loud from now on."""
        self.look()
        self.first_at = self.last_at = None

    def look(self) -> None:
        """Take in what was written since the last look."""
        if self._file is None and not self._open():
            return
        assert self._file is not None
        sound = self._odd + self._file.read()
        now, even = time.monotonic(), len(sound) // 2 * 2
        self._odd = sound[even:]
        samples = np.frombuffer(sound[:even], np.int16).astype(int)
        loud = np.flatnonzero(np.abs(samples) > LOUD)
        if len(loud):
            self.first_at = self.first_at or self._at(now, len(samples) - int(loud[0]))
            self.last_at = self._at(now, len(samples) - int(loud[-1]))

    def is_over(self, for_s: float) -> bool:
        """Tell whether something was loud, and nothing has been for so long."""
        self.look()
        return self.last_at is not None and time.monotonic() - self.last_at > for_s

    def close(self) -> None:
        if self._file is not None:
            self._file.close()

    def _open(self) -> bool:
        found = sorted(self.folder.glob(f"dump-*-{self.kind}.wav"))
        if not found or found[-1].stat().st_size < _HEADER:
            return False
        self._file = found[-1].open("rb", buffering=0)
        self._file.seek(_HEADER)
        return True

    def _at(self, now: float, samples_before: int) -> float:
        """Date a sample of a block that has just been written.

        A frame that is sent ends now; one that has come in begins now.
        """
        return now - samples_before / RATE + (_FRAME_S if self.kind == "dec" else 0.0)


@dataclass(frozen=True, slots=True)
class Answer:
    """How a question was answered: ms from its last sound to the reply's first, None: not at all.

    Below 0 the reply began before the question had ended.
    """

    sound: str
    asked_at: datetime
    took_ms: float | None


@dataclass(slots=True)
class Caller:
    """Calls, asks, listens."""

    phone: Telephone
    number: str
    mouth: Track
    ear: Track

    async def call(self, address: str) -> None:
        """Call, and listen to the greeting.

        Raises:
            NotTaken: the other side has hung up.
        """
        self.phone.dial(address)
        await until(lambda: self.phone.events("CALL_ESTABLISHED") or self._is_refused(), _COMES_S)
        await until(lambda: self.ear.is_over(_GREETED_S), _COMES_S)

    def _is_refused(self) -> bool:
        if closed := self.phone.events("CALL_CLOSED"):
            raise NotTaken(f"the telephone was told: {closed[-1].get('param')}")
        return False

    async def ask(self, sound: Path) -> Answer:
        """Ask, and listen to the whole reply."""
        asked_at = SystemClock().now()
        with contextlib.suppress(TimeoutError):  # a call that has broken does not even take words
            await self._speak(sound)
            await until(lambda: self.ear.is_over(_REPLIED_S), _ANSWERED_S)
        spoken_at, heard_at = self.mouth.last_at, self.ear.first_at
        took_ms = (heard_at - spoken_at) * 1000 if spoken_at and heard_at else None
        return Answer(sound.stem, asked_at, took_ms)

    async def interrupt(self, question: Path, sound: Path, *, after_s: float = 1.0) -> float:
        """Speak over a reply; gives the ms from the first sound until it is silent."""
        await self._speak(question)
        await until(lambda: self.ear.first_at, _ANSWERED_S)
        await asyncio.sleep(after_s)
        self.mouth.forget()
        self.phone.say(sound)
        await until(lambda: self.mouth.first_at)
        began_at = self.mouth.first_at
        assert began_at is not None
        await until(lambda: self.ear.is_over(_UTTERED_S), 4 * _ANSWERED_S)
        stopped_at = self.ear.last_at
        assert stopped_at is not None
        took_ms = (stopped_at - began_at) * 1000
        self.ear.forget()
        with contextlib.suppress(TimeoutError):  # what is answered to the words that were said
            await until(lambda: self.ear.is_over(_REPLIED_S), _ANSWERED_S)
        return took_ms

    async def _speak(self, sound: Path) -> None:
        """Say something to its end; what has been heard since it began is the reply."""
        self.mouth.forget()
        self.ear.forget()
        self.phone.say(sound)
        await until(lambda: self.mouth.is_over(_UTTERED_S))


@contextmanager
def caller(folder: Path, host: str, number: str) -> Iterator[Caller]:
    """Switch a caller's telephone on."""
    with telephone(folder, host, number=number) as phone:
        made = Caller(phone, number, Track(folder, "enc"), Track(folder, "dec"))
        try:
            yield made
        finally:
            for track in (made.mouth, made.ear):
                track.close()


@asynccontextmanager
async def followed(callers: Sequence[Caller]) -> AsyncIterator[None]:
    """Follow the sound of callers."""

    async def follow() -> None:
        while True:
            for each in callers:
                each.mouth.look()
                each.ear.look()
            await asyncio.sleep(_LOOK_S)

    following = asyncio.create_task(follow(), name="ears")
    try:
        yield
    finally:
        following.cancel()
        await asyncio.gather(following, return_exceptions=True)
