"""Wording what the tools gave, and what follows from it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from langchain_core.messages import ToolMessage
from pydantic import TypeAdapter, ValidationError

from appliance.models.desk_model import tasks, wording
from appliance.models.desk_model.frame import Frame, Offer, Part, Task
from appliance.models.desk_model.manner import KNOWLEDGE, SURVEY, TO_PERSON, Manner
from appliance.models.desk_model.move import Call, Desk, Move
from appliance.models.desk_model.slots.found import Kind

_REFUSED = {"taken", "closed"}
_NEAR = 0.6
"""The score from which a passage that is no sure answer is mostly of the right document."""


def conclude(
    desk: Desk, frame: Frame, calls: Sequence[Call], got: Mapping[str, ToolMessage]
) -> Move:
    """Put the answer together from the waiting parts and the results of the calls."""
    by_id = {call.id: call for call in calls}
    state = _State(desk, replace(frame, parts=()))
    for part in frame.parts or tuple(Part(call=call.id) for call in calls):
        call = by_id.get(part.call)
        message = got.get(part.call)
        if not part.call:
            state.say(part.text, part.citations)
        elif call is not None and message is not None:
            state.hear(call, message, part)
    return state.move()


class _State:
    """The answer as it grows."""

    def __init__(self, desk: Desk, frame: Frame) -> None:
        self._desk = desk
        self._frame = frame
        self._texts: list[str] = []
        self._citations: list[str] = []
        self._replies: tuple[str, ...] = ()
        self._unsure = False
        self._survey = False
        self._last = ""

    def say(self, text: str, citations: Sequence[str] = ()) -> None:
        self._texts.append(text)
        self._citations += citations

    def hear(self, call: Call, message: ToolMessage, part: Part) -> None:
        """Take in one result, for the part that waits for it."""
        self._last = call.name
        manner = self._desk.tools.get(call.name)
        if message.status == "error" and part.text:
            self.say(part.text, part.citations)
            return
        if message.status == "error" or manner is None:
            if manner is not None and manner.confirms:
                failed = Task(tool=call.name, slots=dict(call.args))
                self._frame = replace(self._frame, dropped=failed)
            if self._frame.last and self._frame.last[0] == call.name:
                self._frame = replace(self._frame, last=None)  # nobody was told a price
            self._fail(str(message.content))
            return
        result = _parsed(str(message.content))
        if call.name == KNOWLEDGE:
            self._passages(result, part)
        elif call.name == SURVEY:
            self._question(call, result, part)
        elif isinstance(result, Mapping) and result.get("status") in _REFUSED:
            self._refused(call, manner, result)
        else:
            self._done(call, manner, result)

    def move(self) -> Move:
        """Give the answer; a survey question or the waiting task's question comes last."""
        if self._survey:
            before = tuple(Part(text=text) for text in self._texts)
            return tasks.calling(self._desk, self._frame, before, [(SURVEY, {}, "")])
        frame = self._frame
        if frame.task is not None and frame.offer is None and frame.task.tool in self._desk.tools:
            question, replies = tasks.prompt(self._desk, frame.task)
            self._texts = [text for text in self._texts if text != question]
            if not self._texts or question not in self._texts[-1]:
                self._texts.append(question)
            self._replies = self._replies or replies
        return Move(
            frame=frame,
            text=tasks.joined(self._texts),
            quick_replies=self._replies[:4],
            citations=tuple(dict.fromkeys(self._citations)),
            unsure=self._unsure,
            intent=self._last,
        )

    def _fail(self, sentence: str) -> None:
        self.say(sentence.strip() or wording.FAILED_PLAIN)
        self.say(wording.FAILED_NEXT)
        self._offer_person("tool_failed")

    def _offer_person(self, reason: str, *, words: str = "") -> None:
        self._frame = replace(self._frame, offer=Offer("person", reason=reason, words=words))
        self._replies = wording.PERSON_REPLIES
        self._unsure = True

    def _passages(self, result: Any, part: Part) -> None:
        best = result[0] if isinstance(result, list) and result else None
        if isinstance(best, Mapping) and best.get("sure", True):
            self._frame = replace(self._frame, misses=0)
            self.say(str(best.get("text", "")), [str(best.get("source", ""))])
            return
        if part.text and not (isinstance(best, Mapping) and best.get("score", 0) >= _NEAR):
            self.say(part.text, part.citations)
            return
        misses = self._frame.misses + 1
        self._frame = replace(self._frame, misses=misses)
        self._unsure = True
        if self._frame.task is not None:
            self.say(wording.NOT_NOW)
        elif isinstance(best, Mapping):
            self._offer_nearest(str(best.get("text", "")), str(best.get("source", "")))
        else:
            self.say(wording.NOT_IN_INFORMATION if misses < 2 else wording.STILL_NOT)
            self._offer_person(_reason(misses))

    def _offer_nearest(self, text: str, source: str) -> None:
        """Name where something near stands, without saying it as if it were the answer."""
        self.say(wording.nearest(source), [source])
        reason = _reason(self._frame.misses)
        offer = Offer("passage", reason=reason, options=(text,), words=source)
        self._frame = replace(self._frame, offer=offer)
        self._replies = wording.NEAREST_REPLIES

    def _question(self, call: Call, result: Any, part: Part) -> None:
        question = result.get("question") if isinstance(result, Mapping) else None
        if call.args.get("answer") is not None:
            self._frame = replace(self._frame, survey=None)
            self.say(wording.SURVEY_TROUBLE if part.words else wording.SURVEY_THANKS)
            if part.words:
                answer = str(call.args["answer"])
                self._offer_person(part.words.removeprefix("a_"), words=answer)
        elif question:
            number = int(result.get("number") or 1)
            self.say(f"{wording.SURVEY_INTRO}{question}")
            self._frame = replace(self._frame, survey=number, surveyed=True)
            self._replies = (wording.SKIP_REPLY,)

    def _refused(self, call: Call, manner: Manner, result: Mapping[str, Any]) -> None:
        """The time is taken or closed: say so, offer others, keep everything else."""
        self.say(_worded(manner, result))
        at, day = manner.of_kind(Kind.TIME), manner.of_kind(Kind.DAY)
        gone = {
            slot.name for slot in (at, *([day] if result["status"] == "closed" else [])) if slot
        }
        slots = {key: value for key, value in call.args.items() if key not in gone}
        asked = at.name if at else None
        self._frame = replace(
            self._frame, task=Task(tool=call.name, slots=slots, asked=asked), misses=0
        )
        self._replies = tuple(map(_alternative, result.get("alternatives") or ()))[:4]
        if self._replies:
            self._texts[-1] = self._texts[-1] or wording.listed(self._replies, "or")
            self._frame = replace(self._frame, offer=Offer("times", options=self._replies))

    def _done(self, call: Call, manner: Manner, result: Any) -> None:
        self.say(_worded(manner, result))
        frame = replace(self._frame, misses=0)
        if call.name == TO_PERSON:
            self._frame = replace(frame, task=None, offer=None, survey=None)
            self._survey, self._replies = False, ()
            return
        if not manner.confirms:
            self._frame = replace(frame, last=(call.name, dict(call.args)))
            return
        done = {**frame.done, call.name: dict(call.args)}
        self._frame = replace(frame, done=done, dropped=None)
        asks = self._desk.pack.config.behavior
        self._survey = (
            call.name in asks.survey.ask_after
            and bool(asks.survey_questions)
            and SURVEY in self._desk.tools
            and not frame.surveyed
            and not self._desk.turn.survey_done
        )


def _reason(misses: int) -> str:
    return "not_in_information" if misses < 2 else "not_understood"


def succeeded(content: str) -> bool:
    """Tell a result from a refusal: a time that was taken, a closed day."""
    result = _parsed(content)
    return not (isinstance(result, Mapping) and result.get("status") in _REFUSED)


def booked(desk: Desk, frame: Frame) -> Move | None:
    """Tell the last appointment from the conversation's own record; None where there is none."""
    for tool, slots in reversed(frame.done.items()):
        manner = desk.tools.get(tool)
        if manner is None or not manner.is_appointment:
            continue
        if tool in desk.results:
            told = _worded(manner, _parsed(desk.results[tool]))
        else:
            day, at = manner.of_kind(Kind.DAY), manner.of_kind(Kind.TIME)
            on = wording.value(day, slots.get(day.name)) if day else ""
            clock = wording.value(at, slots.get(at.name)) if at else ""
            told = wording.booked_for(manner.name.rpartition("_")[2], on, clock)
        return Move(frame=replace(frame, survey=None), text=told, intent=tool)
    return None


def _worded(manner: Manner, result: Any) -> str:
    """Word a result by the tool's `says`, else plainly."""
    if manner.says is not None:
        try:
            return manner.says(_checked(manner, result)).strip()
        except (TypeError, ValueError, KeyError, AttributeError, IndexError):
            return _plainly(result)
    return _plainly(result)


def _checked(manner: Manner, result: Any) -> Any:
    if manner.output is None:
        return result
    try:
        return TypeAdapter(manner.output).validate_python(result)
    except ValidationError:
        return result


def _plainly(result: Any) -> str:
    """Word any JSON: the message in it, or its parts."""
    if isinstance(result, str):
        return result or wording.DID_PLAIN
    if isinstance(result, Mapping):
        for key in ("message", "text", "sentence"):
            if isinstance(result.get(key), str):
                return str(result[key])
        told = [f"{key.replace('_', ' ')}: {value}" for key, value in result.items() if value]
        return "; ".join(told) + "." if told else wording.DID_PLAIN
    if isinstance(result, Sequence):
        return "\n".join(_plainly(one) for one in result[:3]) or wording.FOUND_NOTHING
    return wording.DID_PLAIN if result in (None, True) else str(result)


def _alternative(one: Any) -> str:
    """Word a free time: an ISO instant, or a day and a time."""
    if isinstance(one, Mapping):
        day, at = one.get("day") or one.get("date"), one.get("time")
        if day and at:
            return f"{wording.day(str(day))} at {wording.clock(str(at))}"
        one = one.get("starts_at") or one.get("label") or ""
    try:
        day, _, at = str(one).replace(" ", "T").partition("T")
        return f"{wording.day(day)} at {wording.clock(at[:5])}"
    except ValueError:
        return str(one)


def _parsed(content: str) -> Any:
    try:
        return json.loads(content)
    except ValueError:
        return content
