"""One log for everything: constant messages, facts as fields, personal data only in `pii_*`.

Every string passes `safe_text.one_line` on its way out, so no text from outside can forge a line or
reach a terminal as an escape sequence. The log goes to standard error; answers of commands own
standard output.
"""

from __future__ import annotations

import logging
import sys
import traceback
from collections.abc import Mapping, MutableMapping
from pathlib import Path
from typing import Any, TextIO

import structlog

from appliance.core import errors, safe_text
from appliance.core.settings import Settings

Event = MutableMapping[str, Any]
Logger = structlog.stdlib.BoundLogger

_LONGEST = 2000
_FOREIGN = "a library reported something"
# asyncio puts the exception's own words, which may be a person's, behind these.
_KNOWN = {
    words: words
    for words in (
        "Task exception was never retrieved",
        "Future exception was never retrieved",
        "Task was destroyed but it is pending!",
        "Unhandled exception in event loop",
    )
}
_NOISY = ("apscheduler", "asyncio", "huey", "httpx", "httpcore", "_granian", "alembic", "livekit")


def get(name: str) -> Logger:
    """Give the log of one part of the house, named by its module."""
    logger: Logger = structlog.stdlib.get_logger(name)
    return logger


def configure(settings: Settings, *, process: str, to: TextIO | None = None) -> None:
    """Set the log up, ours and the libraries', once per process. `to` defaults to stderr."""
    sink = to or sys.stderr
    level = getattr(logging, settings.log_level.upper(), logging.INFO)
    personal = settings.log_personal_data and level <= logging.DEBUG
    as_text = settings.log_format == "text" or (settings.log_format == "auto" and sink.isatty())
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _Process(process),
        _tell_exception,
        _Personal(kept=personal),
        _made_safe,
    ]
    handler = logging.StreamHandler(sink)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[_tell_foreign, *shared],
            use_get_message=False,
            pass_foreign_args=True,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                _as_text if as_text else structlog.processors.JSONRenderer(ensure_ascii=False),
            ],
        )
    )
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for noisy in _NOISY:
        logging.getLogger(noisy).setLevel(max(level, logging.WARNING))


class _Process:
    """Names the process in every line: api, jobs or command."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __call__(self, _logger: Any, _method: str, event: Event) -> Event:
        event["process"] = self._name
        return event


class _Personal:
    """Drops the fields that may carry personal data."""

    def __init__(self, *, kept: bool) -> None:
        self._kept = kept

    def __call__(self, _logger: Any, _method: str, event: Event) -> Event:
        if not self._kept:
            for name in [name for name in event if name.startswith("pii_")]:
                del event[name]
        return event


def _tell_foreign(_logger: Any, _method: str, event: Event) -> Event:
    """Keep of a library's message what is constant: the place, and the words before filling in.

    A message without arguments may have been filled in by its author, so none of it is kept.
    """
    record: logging.LogRecord = event["_record"]
    words, given = str(record.msg), event.pop("positional_args", ())
    event["event"] = words if given else _KNOWN.get(words.partition("\n")[0], _FOREIGN)
    event["said_at"] = f"{record.filename}:{record.lineno} {record.funcName}"
    try:
        event["pii_event"] = words % given if given else words
    except (TypeError, ValueError, KeyError):  # as logging does: a wrong line stops nobody
        event["pii_event"] = f"{words} {given!r}"
    return event


def _tell_exception(_logger: Any, _method: str, event: Event) -> Event:
    """Put an exception as its kind and its frames; its own text may carry personal data."""
    given = event.pop("exc_info", None)
    wrong = sys.exception() if given is True else given[1] if isinstance(given, tuple) else given
    if not isinstance(wrong, BaseException):
        return event
    event["error"] = type(wrong).__name__
    event["error_at"] = " < ".join(
        f"{Path(frame.filename).name}:{frame.lineno} {frame.name}"
        for frame in reversed(traceback.extract_tb(wrong.__traceback__)[-8:])
    )
    event["sentence" if isinstance(wrong, errors.Error) else "pii_error"] = str(wrong)
    return event


def _made_safe(_logger: Any, _method: str, event: Event) -> Event:
    return {_line(str(name)): _safe(value) for name, value in event.items()}


def _safe(value: Any) -> Any:
    if isinstance(value, bool | int | float | None):
        return value
    if isinstance(value, Mapping):
        return {_line(str(name)): _safe(item) for name, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_safe(item) for item in value]
    return _line(str(value)) if not isinstance(value, logging.LogRecord) else value


def _line(text: str) -> str:
    return safe_text.one_line(text, limit=_LONGEST)


def _as_text(_logger: Any, _method: str, event: Event) -> str:
    at, level, what = (event.pop(name, "") for name in ("timestamp", "level", "event"))
    fields = " ".join(f"{name}={value}" for name, value in event.items() if name != "logger")
    return f"{at[11:19]} {level:<7} {what}  {fields}"
