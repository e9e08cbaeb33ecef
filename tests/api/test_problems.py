from __future__ import annotations

import json
from typing import Annotated

import httpx
import pytest
from fastapi import APIRouter, Query

from appliance.api import app
from appliance.core import errors, logs


def client(stand_in, endpoint) -> httpx.AsyncClient:
    router = APIRouter()
    router.get("/it")(endpoint)
    transport = httpx.ASGITransport(app.create(stand_in, [router]), raise_app_exceptions=False)
    return httpx.AsyncClient(transport=transport, base_url="http://desk")


class NoToken(errors.NotAllowed):
    status = 401


@pytest.mark.parametrize(
    ("wrong", "status"),
    [
        (errors.Refused("no"), 400),
        (errors.NotFound("no"), 404),
        (errors.NotAllowed("no"), 403),
        (NoToken("no"), 401),
        (errors.TooLarge("no"), 413),
        (errors.TooMany("no", retry_after_s=2.2), 429),
        (errors.Unavailable("no", retry_after_s=7), 503),
        (errors.Rejected("no"), 502),
        (errors.Misconfigured("no"), 503),
        (errors.Error("no"), 500),
    ],
)
async def test_each_kind_of_error_has_its_status(stand_in, wrong, status):
    def endpoint() -> None:
        raise wrong

    response = await client(stand_in, endpoint).get("/it")

    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json()["detail"] == "no"
    assert response.json()["status"] == status


async def test_waiting_is_told_in_whole_seconds(stand_in):
    def endpoint() -> None:
        raise errors.TooMany("slow down", retry_after_s=2.2)

    response = await client(stand_in, endpoint).get("/it")

    assert response.headers["retry-after"] == "3"


async def test_an_unexpected_error_tells_nothing_of_the_inside(stand_in, capsys):
    logs.configure(stand_in.settings, process="test")

    def endpoint() -> None:
        raise RuntimeError("password hunter2 of +1 555 0100")

    response = await client(stand_in, endpoint).get("/it")

    assert response.status_code == 500
    assert "hunter2" not in response.text
    assert response.json()["request_id"] == response.headers["x-request-id"]
    (line,) = [json.loads(x) for x in capsys.readouterr().err.splitlines()]
    assert line["error"] == "RuntimeError"
    assert line["request_id"] == response.headers["x-request-id"]
    assert "hunter2" not in json.dumps(line)


async def test_a_validation_error_names_the_field_and_not_the_value(stand_in):
    def endpoint(age: Annotated[int, Query(le=150)]) -> int:
        return age

    response = await client(stand_in, endpoint).get("/it", params={"age": "sk-secret"})

    assert response.status_code == 422
    assert response.json()["errors"][0]["field"] == "query.age"
    assert "sk-secret" not in response.text


async def test_an_unknown_path_and_a_wrong_method_are_problems_too(stand_in):
    web = client(stand_in, lambda: None)

    missing, wrong = await web.get("/nothing"), await web.post("/it")

    assert (missing.status_code, wrong.status_code) == (404, 405)
    assert missing.headers["content-type"] == "application/problem+json"
    assert wrong.headers["allow"] == "GET"
