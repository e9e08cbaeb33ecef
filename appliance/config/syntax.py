"""Broken YAML, and files that are no YAML at all, in words a person can act on."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ruamel.yaml.error import MarkedYAMLError

from appliance.config.problems import Finding
from appliance.core import safe_text

MAX_BYTES = 1_000_000
MAX_LINE = 25_000

_MARKS = {
    b"\xff\xfe": "UTF-16",
    b"\xfe\xff": "UTF-16",
    b"\x00\x00\xfe\xff": "UTF-32",
}
_BINARY = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1a\x1c-\x1f]")
_CONTROL = re.compile(r"[\x1b\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")
_TAB = re.compile(r"^[ ]*\t[ \t]*[^\s#]")


class Unreadable(Exception):  # noqa: N818 - never leaves the room; carries a finding
    """Reading must stop here."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.what)
        self.finding = finding


def decoded(content: bytes) -> str:
    """Give the text of a config file; a byte order mark and Windows line ends are fine.

    Raises:
        Unreadable: the bytes are too many, binary, or not UTF-8.
    """
    if len(content) > MAX_BYTES:
        raise _no(
            f"is larger than {MAX_BYTES // 1_000_000} MB",
            "a config describes one bot; put documents into the knowledge base",
        )
    for mark, encoding in _MARKS.items():
        if content.startswith(mark):
            raise _no(f"is written in {encoding}", "save it as UTF-8")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as cause:
        if b"\0" in content:
            raise _binary(content) from None
        line, column = _at(content[: cause.start].decode("utf-8", "replace"))
        raise _no(
            f"the byte 0x{content[cause.start]:02X} is not UTF-8", "save the file as UTF-8",
            line, column,
        ) from None  # fmt: skip
    if _BINARY.search(text):
        raise _binary(content)
    if wrong := _CONTROL.search(text):
        raise _no(
            f"holds the invisible character U+{ord(wrong[0]):04X}", "remove it",
            *_at(text[: wrong.start()]),
        )  # fmt: skip
    for number, line_text in enumerate(text.split("\n"), 1):
        if len(line_text) > MAX_LINE:
            raise _no(
                f"this line is longer than {MAX_LINE:,} characters",
                "break long texts into lines with |",
                number,
            )
    return text


@dataclass(frozen=True, slots=True)
class Quote:
    """A text in quotes: where it opens, and the line on which it closes."""

    line: int
    column: int
    last_line: int


def worded(cause: MarkedYAMLError, text: str, quote: Quote | None = None) -> Finding:
    """Say a parser's complaint so that a person knows which character to change.

    `quote` is the last text in quotes before the complaint.
    """
    said = str(cause.problem or cause.context or "")
    mark = cause.problem_mark or cause.context_mark
    line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
    lines = re.split(r"\r\n|\r|\n", text)
    start = cause.context_mark
    if "'\\t'" in said or (line <= len(lines) and _TAB.match(lines[line - 1])):
        return _finding("a tab stands here", "indent with spaces", line, column)
    if quote and quote.line < quote.last_line == line:
        return _finding(
            f"a quote is opened here and closed only on line {quote.last_line}",
            "close it where the text ends, or double it if it belongs to the text",
            quote.line,
            quote.column,
        )
    if "end of stream" in said and "quoted scalar" in str(cause.context) and start:
        return _finding(
            "a quote is opened here and never closed",
            "close it, or double it if it belongs to the text",
            start.line + 1,
            start.column + 1,
        )
    if "flow" in str(cause.context) and start:
        return _finding(
            f"a bracket that opens on line {start.line + 1} is not closed before this",
            "close it, or put a comma between the items",
            line,
            column,
        )
    if "could not find expected ':'" in said and start:
        line, column = start.line + 1, start.column + 1
    for phrase, what, do in _PHRASES:
        if phrase in said:
            return _finding(what, do, line, column)
    return _finding(
        f"cannot be read as YAML: {safe_text.one_line(said, limit=80)}",
        "look at this line and the one before it",
        line,
        column,
    )


def unknown(line: int, column: int) -> Finding:
    """Say that reading failed somewhere after this place."""
    return _finding(
        "cannot be read as YAML from here on",
        "look for a wrong escape (\\) or a stray ! or % in the next lines",
        line,
        column,
    )


_PHRASES = (
    (
        "mapping values are not allowed",
        "a colon stands where none is expected",
        "put the text in quotes, or check the indentation of this line",
    ),
    (
        "could not find expected ':'",
        "the colon after the key is missing here",
        "write key: value",
    ),
    (
        "expected <block end>",
        "this line is indented differently from its neighbours",
        "give lines of one section the same indentation",
    ),
    (
        "block sequence entries are not allowed",
        "a list item stands where none is expected",
        "begin the list on a line of its own",
    ),
    (
        "cannot start any token",
        "a text cannot begin with this character",
        "put the text in quotes",
    ),
    (
        "unknown escape character",
        "a backslash in double quotes begins an escape that does not exist",
        "double the backslash or use single quotes",
    ),
    (
        "expected escape sequence",
        "an escape in double quotes is incomplete",
        "double the backslash or use single quotes",
    ),
    (
        "expected '<document start>'",
        "something stands after the end of the config",
        "check the indentation of this line",
    ),
)


def _at(before: str) -> tuple[int, int]:
    lines = re.split(r"\r\n|\r|\n", before)
    return len(lines), len(lines[-1]) + 1


def _binary(content: bytes) -> Unreadable:
    first = re.search(rb"[\x00-\x08\x0b\x0c\x0e-\x1a\x1c-\x1f]", content)
    before = content[: first.start()].decode("utf-8", "replace") if first else ""
    byte = content[first.start()] if first else 0
    return _no(
        f"holds the byte 0x{byte:02X}: this is a binary file, or damaged text",
        "give the path of a bot_config.yaml, or remove the byte",
        *_at(before.lstrip("\ufeff")),
    )


def _no(what: str, do: str, line: int = 1, column: int = 1) -> Unreadable:
    return Unreadable(_finding(what, do, line, column))


def _finding(what: str, do: str, line: int, column: int) -> Finding:
    return Finding(line, column, (), what, do)
