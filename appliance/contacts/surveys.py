"""Survey questions: one at a time, each asked until this contact has answered it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from appliance.contacts import records
from appliance.contacts.values import Question
from appliance.core import errors, ids
from appliance.core.clock import Clock
from appliance.core.crypto import Keyring
from appliance.core.store.database import Connection, Database
from appliance.core.store.once import Once


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedSurveys:
    """The survey port (`toolkit.ports.Surveys`), bound to one contact.

    Answers hold on to a question's words, not its number: an edited list asks what is new.
    """

    db: Database
    keyring: Keyring
    clock: Clock
    contact_id: str
    questions: tuple[str, ...]
    once: Once

    async def next(self) -> Question | None:
        """Give the first question this contact has not answered, or None."""
        return self.db.read(self._open)

    async def answer(self, number: int, words: str) -> Question | None:
        """Record an answer, once; gives the next open question, or None.

        Raises:
            Refused: there is no question of that number.
        """
        if not 1 <= number <= len(self.questions):
            raise errors.Refused(
                f"There is no survey question {number}. Ask for the next open one first."
            )
        question = self.questions[number - 1]

        def unit(connection: Connection) -> dict[str, int | str] | None:
            answer_id = (
                records.find_answer(connection, contact_id=self.contact_id, question=question)
                or ids.new_id()
            )
            records.save_answer(
                connection,
                answer_id=answer_id,
                contact_id=self.contact_id,
                number=number,
                question=question,
                answer=self.keyring.seal("survey_answers|answer", answer_id, words),
                now=self.clock.now(),
            )
            following = self._open(connection)
            return {"number": following.number, "text": following.text} if following else None

        recorded = await self.once("survey", unit)
        return Question(**recorded) if recorded else None

    def _open(self, connection: Connection) -> Question | None:
        done = records.answered(connection, self.contact_id)
        for number, text in enumerate(self.questions, 1):
            if text not in done:
                return Question(number, text)
        return None


def all_answered(connection: Connection, contact_id: str, questions: Sequence[str]) -> bool:
    """Tell whether this contact has answered every one of these questions."""
    return not questions or not set(questions) - set(records.answered(connection, contact_id))
