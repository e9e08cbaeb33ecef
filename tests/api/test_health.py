from __future__ import annotations

import contextlib
import json
import sqlite3
from collections.abc import Iterator
from datetime import timedelta

import httpx
import pytest

from appliance.api import health
from appliance.core import disk
from appliance.core.store import notes
from tests.fakes.appliance import StandIn


def checks(response: httpx.Response) -> dict[str, dict[str, str]]:
    return {check["name"]: check for check in response.json()["checks"]}


def beat(stand_in: StandIn, *, ago_s: float) -> None:
    at = stand_in.clock.now() - timedelta(seconds=ago_s)
    stand_in.db.write_now(lambda c: notes.put(c, notes.JOBS_HEARTBEAT, at.isoformat()))


@contextlib.contextmanager
def locked(stand_in: StandIn) -> Iterator[None]:
    """Hold the database's write lock, as a foreign process would."""
    other = sqlite3.connect(stand_in.db.path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    yield
    other.execute("ROLLBACK")
    other.close()


async def test_up_answers_without_touching_the_database(web, stand_in):
    with locked(stand_in):
        response = await web.get("/up")

    assert response.status_code == 200
    assert response.json()["status"] == "up"


async def test_ready_writes_a_row_and_names_the_mode(web, stand_in):
    beat(stand_in, ago_s=5)

    response = await web.get("/ready")

    assert response.status_code == 200
    assert response.json()["status"] == "ok"
    assert response.json()["mode"] == "basic"
    assert stand_in.db.read(lambda c: notes.find(c, "ready_probe"))


async def test_a_locked_database_makes_it_not_ready_and_it_recovers(web, stand_in, monkeypatch):
    monkeypatch.setattr(health, "PROBE_S", 0.2)

    with locked(stand_in):
        refused = await web.get("/ready")
    recovered = await web.get("/ready")

    assert refused.status_code == 503
    assert refused.headers["retry-after"] == "5"
    assert "another process holds the database" in checks(refused)["store"]["says"]
    assert recovered.status_code == 200


async def test_probes_do_not_pile_up_behind_a_locked_database(web, stand_in, monkeypatch):
    monkeypatch.setattr(health, "PROBE_S", 0.05)
    commits = stand_in.db.commits

    with locked(stand_in):
        for _ in range(5):
            await web.get("/ready")
    await web.get("/ready")

    assert stand_in.db.commits - commits <= 2


async def test_safe_mode_is_not_ready_and_says_why(web, stand_in):
    stand_in.config = None
    stand_in.problems = ["bot_config.yaml:3:5: workflow: unknown key"]

    response = await web.get("/ready")

    assert response.status_code == 503
    assert response.json()["mode"] == "safe"
    assert checks(response)["config"]["says"] == "bot_config.yaml:3:5: workflow: unknown key"


async def test_a_degraded_appliance_is_ready_with_a_warning(web, stand_in):
    stand_in.problems = ["The newest config is broken; the one before it is live."]

    response = await web.get("/ready")

    assert response.status_code == 200
    assert response.json()["status"] == "warn"


@pytest.mark.parametrize(("ago_s", "state"), [(1, "ok"), (61, "warn")])
async def test_a_silent_jobs_process_is_a_warning(web, stand_in, ago_s, state):
    beat(stand_in, ago_s=ago_s)

    response = await web.get("/ready")

    assert checks(response)["jobs"]["state"] == state
    assert response.status_code == 200


async def test_the_phone_is_told_of_where_it_is_on(web, stand_in):
    assert "phone" not in checks(await web.get("/ready"))

    said = {"at": stand_in.clock.now().isoformat(), "state": "warn", "says": "No worker."}
    stand_in.db.write_now(lambda c: notes.put(c, notes.PHONE, json.dumps(said)))
    told = checks(await web.get("/ready"))["phone"]

    assert (told["state"], told["says"]) == ("warn", "No worker.")


async def test_a_switchboard_that_is_gone_is_a_warning(web, stand_in):
    at = stand_in.clock.now() - timedelta(minutes=2)
    said = {"at": at.isoformat(), "state": "ok", "says": "fine"}
    stand_in.db.write_now(lambda c: notes.put(c, notes.PHONE, json.dumps(said)))

    told = checks(await web.get("/ready"))["phone"]

    assert told["state"] == "warn"
    assert "last seen 120 s ago" in told["says"]


async def test_an_old_unanswered_message_is_a_warning(web, stand_in):
    stand_in.metrics[health.OLDEST_UNANSWERED] = lambda: 90.0

    response = await web.get("/ready")

    assert checks(response)["inbox"]["state"] == "warn"


async def test_a_full_disk_makes_it_not_ready(web, monkeypatch):
    monkeypatch.setattr(disk, "FULL_BYTES", 10**18)

    response = await web.get("/ready")

    assert response.status_code == 503
    assert "Free at least 1 GB now" in checks(response)["disk"]["says"]


async def test_a_stopping_process_is_not_ready(web, stand_in):
    stand_in.draining.set()

    response = await web.get("/ready")

    assert response.status_code == 503


async def test_metrics_tell_requests_by_route_and_the_appliances_own_counts(web, stand_in):
    stand_in.metrics["turns_total"] = lambda: 7.0
    stand_in.metrics["turns_open"] = lambda: 2.0
    await web.get("/up")
    await web.get("/no/such/page")

    told = (await web.get("/metrics")).text

    assert 'appliance_http_requests_total{method="GET",route="/up",status="200"} 1.0' in told
    assert 'appliance_http_requests_total{method="GET",route="other",status="404"} 1.0' in told
    assert "appliance_turns_total 7.0" in told
    assert "appliance_turns_open 2.0" in told
    assert 'appliance_store_bytes{file="db"}' in told
    assert "/no/such/page" not in told


async def test_visitors_see_which_check_failed_and_not_why(outside, stand_in):
    stand_in.config = None
    stand_in.problems = ["bot_config.yaml:3:5: workflow: unknown key"]

    response = await outside.get("/ready")

    assert response.status_code == 503
    assert (response.json()["status"], response.json()["mode"]) == ("fail", "safe")
    assert checks(response)["config"] == {"name": "config", "state": "fail"}
    assert "bot_config" not in response.text
    assert str(stand_in.settings.data_dir) not in response.text


async def test_visitors_do_not_see_the_figures(outside):
    refused = await outside.get("/metrics")

    assert refused.status_code == 403
    assert "APPLIANCE_OPERATORS_FROM" in refused.json()["detail"]
    assert "appliance_http" not in refused.text


@pytest.mark.parametrize("header", ["X-Forwarded-For", "Forwarded", "X-Real-IP"])
async def test_a_request_that_was_passed_on_is_from_outside(web, stand_in, header):
    stand_in.problems = ["The newest config is broken."]

    for address in ("127.0.0.1", "203.0.113.9"):
        told = await web.get("/ready", headers={header: address})
        figures = await web.get("/metrics", headers={header: address})

        assert "says" not in checks(told)["config"]
        assert figures.status_code == 403


async def test_the_lifespan_starts_and_stops_the_appliance(stand_in):
    from appliance.api import app

    made = app.create(stand_in, [])

    async with made.router.lifespan_context(made):
        assert stand_in.life == ["start"]

    assert stand_in.life == ["start", "stop"]
