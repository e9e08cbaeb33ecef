"""Problem details (RFC 9457): one shape for every error that leaves by HTTP.

Source: https://www.rfc-editor.org/rfc/rfc9457.html
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse
from starlette.types import Scope

from appliance.core import errors, logs

_log = logs.get(__name__)

# The first kind that fits decides, so a kind stands before the kind it derives from.
_STATUS: tuple[tuple[type[errors.Error], int], ...] = (
    (errors.NotFound, 404),
    (errors.NotAllowed, 403),
    (errors.TooLarge, 413),
    (errors.TooMany, 429),
    (errors.Refused, 400),
    (errors.Unavailable, 503),
    (errors.Misconfigured, 503),
    (errors.Rejected, 502),
)
_RETRY_AFTER_S = {429: 10.0, 503: 5.0}
_UNEXPECTED = "Something went wrong on our side. It was logged under this request's id."


class Problem(JSONResponse):
    """A response of type application/problem+json."""

    media_type = "application/problem+json"

    def __init__(
        self,
        status: int,
        detail: str,
        *,
        headers: Mapping[str, str] | None = None,
        retry_after_s: float | None = None,
        **members: Any,
    ) -> None:
        sent = dict(headers or {})
        wait_s = retry_after_s if retry_after_s is not None else _RETRY_AFTER_S.get(status)
        if wait_s is not None:
            sent.setdefault("Retry-After", str(max(1, math.ceil(wait_s))))
        if status == 401:
            sent.setdefault("WWW-Authenticate", "Bearer")
        body = {"type": "about:blank", "title": _title(status), "status": status, "detail": detail}
        super().__init__(body | members, status_code=status, headers=sent)


def of(wrong: errors.Error) -> Problem:
    """Give the problem that says an error of ours; NotAllowed is 403 unless it has a `status`."""
    status = getattr(wrong, "status", None) or next(
        (status for kind, status in _STATUS if isinstance(wrong, kind)), 500
    )
    return Problem(status, wrong.sentence, retry_after_s=wrong.retry_after_s)


def install(app: FastAPI) -> None:
    """Let every error of the app leave as problem details."""
    app.add_exception_handler(errors.Error, _ours)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(RequestValidationError, _invalid)


async def _ours(request: Request, wrong: Exception) -> Problem:
    assert isinstance(wrong, errors.Error)
    problem = of(wrong)
    if problem.status_code >= 500:
        path = getattr(request.scope.get("route"), "path", "no route")
        _log.warning("request failed", path=path, status=problem.status_code, exc_info=wrong)
    return problem


async def _http(_request: Request, wrong: Exception) -> Problem:
    assert isinstance(wrong, HTTPException)
    return Problem(wrong.status_code, str(wrong.detail), headers=wrong.headers)


async def _invalid(_request: Request, wrong: Exception) -> Problem:
    """List the fields that are wrong. Their values are left out: they may be secrets or names."""
    assert isinstance(wrong, RequestValidationError)
    fields = [
        {"field": ".".join(str(part) for part in error["loc"]), "problem": str(error["msg"])}
        for error in wrong.errors()
    ]
    said = "; ".join(f"{one['field']}: {one['problem']}" for one in fields[:5])
    return Problem(422, f"The request does not fit: {said}.", errors=fields)


def unexpected(scope: Scope, wrong: Exception) -> Problem:
    """Log what nobody foresaw; tell the caller nothing but the id to ask about."""
    path = getattr(scope.get("route"), "path", "no route")
    _log.error("request failed unexpectedly", path=path, exc_info=wrong)
    return Problem(500, _UNEXPECTED, request_id=scope["request_id"])


def _title(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Error"
