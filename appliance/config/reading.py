"""A config file's text made into its tree. YAML 1.2, without its surprises.

The tree is built from the parser's events, so that depth and size are judged before anything is
built: no recursion, no alias, no tag, no key twice. Scalars are read by the YAML 1.2 core schema:
`no` is text, `0o14` is twelve; numbers that YAML versions read differently (`012`) are findings.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from appliance.config import syntax
from appliance.config.nodes import Entry, Mapping, Node, Scalar, Sequence
from appliance.config.problems import Finding, Steps, shown

MAX_DEPTH = 50
MAX_VALUES = 20_000

_INT = re.compile(r"[-+]?[0-9]+")
_LEADING_ZERO = re.compile(r"[-+]?0[0-9]+")
_OCTAL = re.compile(r"0o[0-7]+")
_HEX = re.compile(r"0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_NOT_FINITE = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")
_WORDS: dict[str, bool | None] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_LONGEST_NUMBER = 40


def read(text: str) -> tuple[Mapping | None, list[Finding]]:
    """Give the file's tree and what is wrong with its form; no tree where it cannot be read."""
    builder = _Builder()
    try:
        for event in YAML(typ="safe", pure=True).parse(text):
            builder.take(event)
    except syntax.Unreadable as cause:
        return None, [*builder.findings, cause.finding]
    except MarkedYAMLError as cause:
        return None, [*builder.findings, syntax.worded(cause, text, builder.quote)]
    except (YAMLError, ValueError, OverflowError, LookupError, AttributeError, TypeError):
        # The scanner answers some malformed escapes and tags with Python's own errors.
        return None, [*builder.findings, syntax.unknown(builder.line, builder.column)]
    return builder.result(), builder.findings


@dataclass(slots=True)
class _Open:
    """A list or section whose end was not seen yet; `key` waits for its value."""

    node: Mapping | Sequence
    steps: Steps
    key: Scalar | None = None


class _Builder:
    """Builds the tree event by event."""

    def __init__(self) -> None:
        self.findings: list[Finding] = []
        self.line = self.column = 1
        self.quote: syntax.Quote | None = None
        self._root: Node | None = None
        self._open: list[_Open] = []
        self._values = 0
        self._documents = 0

    def take(self, event: Any) -> None:
        self.line, self.column = event.start_mark.line + 1, event.start_mark.column + 1
        match event:
            case DocumentStartEvent():
                self._start_document(event)
            case AliasEvent():
                self._count()
                self._say(
                    f"*{shown(event.anchor)[1:-1]} repeats another place of the file",
                    "aliases are not allowed: write the value here again",
                )
                self._put(Scalar(self.line, self.column, None, "", self.line))
            case ScalarEvent():
                self._count()
                self._put(self._scalar(event))
            case MappingStartEvent():
                self._nest(event, Mapping(self.line, self.column))
            case SequenceStartEvent():
                self._nest(event, Sequence(self.line, self.column))
            case MappingEndEvent() | SequenceEndEvent():
                self._open.pop()

    def result(self) -> Mapping | None:
        root = self._root
        if root is None or (isinstance(root, Scalar) and root.value is None):
            self._refuse(1, 1, "is empty", 'a config begins with: version: "1.0"')
        elif not isinstance(root, Mapping):
            self._refuse(
                root.line,
                root.column,
                "is not a config: it has no keys at the top",
                'a config begins with: version: "1.0"',
            )
        else:
            return root
        return None

    def _start_document(self, event: DocumentStartEvent) -> None:
        self._documents += 1
        if self._documents > 1:
            raise syntax.Unreadable(
                Finding(
                    self.line,
                    self.column,
                    (),
                    "a second document begins here",
                    "one file holds one config: remove the line ---",
                )
            )
        if event.version or event.tags:
            self._refuse(
                1,
                1,
                "begins with a % line that changes how YAML is read",
                "remove it; the file is read as YAML 1.2",
            )

    def _scalar(self, event: ScalarEvent) -> Scalar:
        written = str(event.value)
        is_plain = event.style is None
        value: str | int | float | bool | None = written
        if event.style in {"'", '"'}:
            self.quote = syntax.Quote(self.line, self.column, event.end_mark.line + 1)
        if self._marks(event):
            pass
        elif is_plain:
            value = self._resolved(written)
        elif wrong := _UNPRINTABLE.search(written):
            self._say(
                f"holds the character U+{ord(wrong[0]):04X}, which cannot be shown or stored",
                "remove it",
            )
            value = _UNPRINTABLE.sub("?", written)
        return Scalar(self.line, self.column, value, written, event.end_mark.line + 1)

    def _resolved(self, written: str) -> str | int | float | bool | None:
        """Read a plain scalar by the core schema."""
        if written in _WORDS:
            return _WORDS[written]
        if not written.isascii() or written[0] not in "-+.0123456789":
            return written
        if _NOT_FINITE.fullmatch(written):
            self._say(f"{written} is not a number one can count with", "write a number")
            return 0
        numeric = _INT.fullmatch(written) or _FLOAT.fullmatch(written)
        if numeric and len(written) > _LONGEST_NUMBER:
            self._say(
                f"the number {shown(written)} is too long",
                "write a shorter number, or put it in quotes if it is text",
            )
            return 0
        if _LEADING_ZERO.fullmatch(written):
            self._say(
                f"{written} begins with a zero, which YAML readers take for different numbers",
                f'write {int(written)} for a number or "{written}" in quotes for text',
            )
            return int(written)
        if _INT.fullmatch(written):
            return int(written)
        if _OCTAL.fullmatch(written) and len(written) <= _LONGEST_NUMBER:
            return int(written[2:], 8)
        if _HEX.fullmatch(written) and len(written) <= _LONGEST_NUMBER:
            return int(written[2:], 16)
        if _FLOAT.fullmatch(written):
            number = float(written)
            if number in (float("inf"), float("-inf")):
                self._say(f"the number {written} is too large", "write a smaller number")
                return 0
            return number
        return written

    def _nest(self, event: Any, node: Mapping | Sequence) -> None:
        self._count()
        if len(self._open) >= MAX_DEPTH:
            raise syntax.Unreadable(
                Finding(
                    self.line,
                    self.column,
                    (),
                    f"is nested more than {MAX_DEPTH} levels deep",
                    "a config needs about ten; look for brackets that are never closed",
                )
            )
        if self._open and isinstance(self._open[-1].node, Mapping) and not self._open[-1].key:
            raise syntax.Unreadable(
                Finding(
                    self.line,
                    self.column,
                    self._open[-1].steps,
                    "a list or section stands where a key is expected",
                    "a key is one word, followed by a colon",
                )
            )
        self._marks(event)
        steps = self._steps()
        self._put(node)
        self._open.append(_Open(node, steps))

    def _marks(self, event: Any) -> bool:
        """Find fault with an anchor or a tag; tells whether there was one."""
        tag = event.ctag
        if event.anchor is not None:
            self._say(
                f"&{shown(event.anchor)[1:-1]} names this place for repeating",
                "anchors and aliases are not allowed: remove it",
            )
        if tag is not None:
            self._say(
                f"{shown(event.tag)[1:-1]} is a YAML tag",
                "tags are not allowed: remove it, and use quotes to mark text",
            )
        return event.anchor is not None or tag is not None

    def _put(self, node: Node) -> None:
        """Hang a node into what is open: as key, value, item or root."""
        if not self._open:
            self._root = node
            return
        top = self._open[-1]
        if isinstance(top.node, Sequence):
            top.node.items.append(node)
        elif top.key is None:
            assert isinstance(node, Scalar)  # _nest refuses the others
            top.key = self._key(node, top.steps)
        else:
            key, top.key = top.key, None
            name = str(key.value)
            if name not in top.node.entries:
                top.node.entries[name] = Entry(key.line, key.column, node)
                return
            first = top.node.entries[name]
            self._refuse(
                key.line,
                key.column,
                f"the key {shown(name)} stands here a second time",
                f"keep one of the two; the first is on line {first.line}",
                (*top.steps, name),
            )

    def _key(self, node: Scalar, steps: Steps) -> Scalar:
        if isinstance(node.value, str) and node.value != "<<":
            return node
        if node.value == "<<":
            self._refuse(
                node.line,
                node.column,
                "<< merges another section in",
                "merging is not allowed: write the keys here",
                (*steps, node.written),
            )
        else:
            self._refuse(
                node.line,
                node.column,
                f"the key {shown(node.written)} is not text",
                f'put it in quotes: "{shown(node.written)[1:-1]}"',
                (*steps, node.written),
            )
        return Scalar(node.line, node.column, node.written, node.written, node.last_line)

    def _steps(self) -> Steps:
        """Tell the way to the value that comes next."""
        if not self._open:
            return ()
        top = self._open[-1]
        if isinstance(top.node, Sequence):
            return (*top.steps, len(top.node.items))
        return (*top.steps, str(top.key.value)) if top.key else top.steps

    def _count(self) -> None:
        self._values += 1
        if self._values > MAX_VALUES:
            raise syntax.Unreadable(
                Finding(
                    self.line,
                    self.column,
                    (),
                    f"holds more than {MAX_VALUES:,} values",
                    "a config describes one bot; put long texts into the knowledge base",
                )
            )

    def _say(self, what: str, do: str) -> None:
        self._refuse(self.line, self.column, what, do, self._steps())

    def _refuse(self, line: int, column: int, what: str, do: str, steps: Steps = ()) -> None:
        self.findings.append(Finding(line, column, steps, what, do))
