"""Finding one's place in a conversation that another model has led.

The contact's words are gone through once more, as if basic mode had answered them, and what the
other model's tools did is taken from their results. So no slot is asked for twice, and nothing is
done again. A read-back of the other model counts only if it holds every value; else a yes to it
leads to a read-back of our own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, ToolMessage

from appliance.models.desk_model import dialogue, results, signals, tasks
from appliance.models.desk_model import text as words_of
from appliance.models.desk_model.frame import ASKED_WHAT, Frame, Offer, Task, unpack
from appliance.models.desk_model.manner import Manner
from appliance.models.desk_model.move import Call, Desk

_OFFERS_PERSON = re.compile(
    r"\b(?:talk|speak|chat|connect|transfer|pass|put|bring|hand|get|call|contact|reach)\w*\b[^.!?]*"
    r"\b(?:colleagues?|person|human|someone|somebody|team|agent|representative)\b[^.!?]*\?",
    re.I,
)


@dataclass(slots=True)
class _Exchange:
    """What the contact said, and what was answered and done until they spoke again."""

    words: list[str] = field(default_factory=list)
    answers: list[AIMessage] = field(default_factory=list)
    results: dict[str, ToolMessage] = field(default_factory=dict)

    @property
    def said(self) -> str:
        """The words of the answer."""
        return "\n".join(answer.text for answer in self.answers if answer.text)


def frame_of(desk: Desk, history: Sequence[BaseMessage]) -> Frame:
    """Give what basic mode would remember after this history."""
    place = _last_of_ours(history)
    if place is None:
        frame, later = Frame(), history
    else:
        frame, later = _kept(history[place]), history[place + 1 :]
    for exchange in _exchanges(later):
        frame = _after(desk, frame, exchange)
    return frame


def _last_of_ours(history: Sequence[BaseMessage]) -> int | None:
    """Find the last answer that carries a frame."""
    for place in range(len(history) - 1, -1, -1):
        message = history[place]
        if isinstance(message, AIMessage) and isinstance(
            message.response_metadata.get("desk"), Mapping
        ):
            return place
    return None


def _kept(answer: BaseMessage) -> Frame:
    return unpack(answer.response_metadata["desk"].get("frame"))


def _exchanges(messages: Sequence[BaseMessage]) -> Iterator[_Exchange]:
    exchange = _Exchange()
    for message in messages:
        if isinstance(message, HumanMessage):
            if exchange.answers or exchange.results:
                yield exchange
                exchange = _Exchange()
            exchange.words.append(message.text)
        elif isinstance(message, AIMessage):
            exchange.answers.append(message)
        elif isinstance(message, ToolMessage):
            exchange.results.setdefault(message.tool_call_id, message)
    yield exchange


def _after(desk: Desk, frame: Frame, exchange: _Exchange) -> Frame:
    """Go on by one exchange: the words, then what was done, then what was asked."""
    if exchange.words:
        frame = _heard(desk, frame, "\n".join(exchange.words))
    if any(answer.response_metadata.get("said_by") == "person" for answer in exchange.answers):
        # What a colleague has agreed with the contact nobody knows: nothing waits any more.
        return Frame(done=frame.done, surveyed=frame.surveyed)
    for answer in exchange.answers:
        frame = _done(desk, frame, answer, exchange.results)
    if not exchange.said:
        return frame
    if frame.task is not None and frame.task.tool in desk.tools:
        return replace(frame, task=_asked(desk, frame.task, exchange.said))
    if frame.offer is None and _OFFERS_PERSON.search(exchange.said):
        return replace(frame, offer=Offer("person", reason="explicit_request"))
    return frame


def _heard(desk: Desk, frame: Frame, words: str) -> Frame:
    """Take the words in; a call we would have made now was not made by us."""
    move = dialogue.decide(desk, frame, words)
    after = replace(move.frame, parts=(), offer=None, misses=0)
    for call in move.calls:
        manner = desk.tools.get(call.name)
        if manner is not None and manner.confirms:
            words_before = frame.task.words if frame.task else words
            task = Task(call.name, slots=dict(call.args), confirming=True, words=words_before)
            return replace(after, task=replace(task, asked=ASKED_WHAT))
    return replace(after, task=replace(after.task, misses=0)) if after.task else after


def _done(
    desk: Desk, frame: Frame, answer: AIMessage, results_by_id: Mapping[str, ToolMessage]
) -> Frame:
    """Take in what an answer's calls came to."""
    calls = tuple(
        Call(id=str(one["id"]), name=one["name"], args=dict(one["args"]))
        for one in answer.tool_calls
        if str(one["id"]) in results_by_id
    )
    if not calls:
        return frame
    frame = without_task(desk, replace(frame, offer=None), calls, results_by_id)
    concluded = results.conclude(desk, frame, calls, results_by_id).frame
    offer = concluded.offer if concluded.offer and concluded.offer.kind == "times" else None
    return replace(concluded, parts=(), offer=offer, misses=0)


def without_task(
    desk: Desk, frame: Frame, calls: Sequence[Call], got: Mapping[str, ToolMessage]
) -> Frame:
    """Let go of the task that one of these calls has carried out."""
    for call in calls:
        manner, result = desk.tools.get(call.name), got.get(call.id)
        if frame.task is None or manner is None or result is None or result.status == "error":
            continue
        if manner.confirms and call.name == frame.task.tool:
            return replace(frame, task=None)
    return frame


def _asked(desk: Desk, task: Task, said: str) -> Task:
    """Tell what the other model's words ask the contact for."""
    manner = desk.tools[task.tool]
    missing = [slot for slot in manner.slots if slot.required and task.slots.get(slot.name) is None]
    if not missing:
        confirmed = "?" in said and _reads_back(desk, manner, task, said)
        return replace(task, confirming=True, asked=None if confirmed else ASKED_WHAT)
    questions = " ".join(part for part in words_of.wishes(said) if words_of.is_question(part))
    named = [slot.name for slot in missing if signals.names_slot(questions, slot)]
    return replace(task, confirming=False, asked=named[0] if named else task.asked)


def _reads_back(desk: Desk, manner: Manner, task: Task, said: str) -> bool:
    """Tell whether words hold every value of a task."""
    bare = replace(task, slots={}, asked=None, confirming=False)
    reading = tasks.read(desk, manner, said, task=bare, written=said)
    return all(
        reading.values.get(name) == value or str(value).lower() in said.lower()
        for name, value in task.slots.items()
        if value is not None
    )
