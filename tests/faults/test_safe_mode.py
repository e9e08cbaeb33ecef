"""A config that cannot be used: the process stays up, says why, and goes on with the last good."""

from __future__ import annotations

import pytest

from tests.fakes.server import Server, sample, serving

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


def broken() -> str:
    """Give the sample with two faults."""
    text = sample().replace("zone: America/New_York", "zone: America/New_Yrok", 1)
    return text.replace("survey_questions:", "survey_question:", 1)


def says(answer) -> list[str]:
    return [check["says"] for check in answer.body["checks"] if check["name"] == "config"]


def line_of(text: str, wanted: str) -> int:
    return next(n for n, line in enumerate(text.splitlines(), 1) if wanted in line)


def test_a_broken_config_at_the_first_start_is_safe_mode_that_says_why(tmp_path):
    config = broken()
    with serving(Server(tmp_path, config=config), start=False) as server:
        server.launch()
        ready = server.wait_for("/ready", 503)
        up, page = server.ask("GET", "/up"), server.ask("GET", "/")
        visitor = server.ask("POST", "/v1/chat/visitors", {})

        assert up.status == 200
        assert ready.body["mode"] == "safe"
        told = " ".join(says(ready))
        for wrong in ("New_Yrok", "survey_question:"):
            assert f"bot_config.yaml:{line_of(config, wrong)}:" in told
        assert page.status == 503
        for sentence in says(ready):
            assert plain(sentence) in plain(page.body)
        assert visitor.status == 503
        assert visitor.headers["content-type"] == "application/problem+json"
        assert int(visitor.headers["retry-after"]) >= 1
        assert server.stop() == 0


def plain(text: str) -> str:
    """Give the letters and digits: escapes of HTML aside, the same sentence."""
    for escape in ("&#x27;", "&#39;", "&quot;", "&lt;", "&gt;", "&amp;"):
        text = text.replace(escape, "")
    return "".join(filter(str.isalnum, text))


@pytest.mark.parametrize("content", ["", "version: [", "\x00\x01binary"], ids=repr)
def test_a_file_that_is_no_config_at_all_is_safe_mode_too(tmp_path, content):
    with serving(Server(tmp_path, config=content), start=False) as server:
        server.launch()

        ready = server.wait_for("/ready", 503)

        assert any("bot_config.yaml:1:" in said for said in says(ready))
        assert server.ask("GET", "/up").status == 200
        assert server.ask("GET", "/").status == 503


def test_a_missing_file_is_safe_mode_too(tmp_path):
    with serving(Server(tmp_path), start=False) as server:
        server.config.unlink()
        server.launch()

        ready = server.wait_for("/ready", 503)

        assert any("there is no such file" in said for said in says(ready))


def test_the_last_good_config_goes_on_where_the_file_is_broken_now(tmp_path):
    with serving(Server(tmp_path)) as server:
        visitor = server.visitor()
        visitor.talk("When are you open?")
        assert server.stop() == 0

        server.config.write_text(broken(), "utf-8")
        server.start()
        ready = server.ask("GET", "/ready")
        answer = visitor.talk("When are you open?")

        assert ready.status == 200
        assert ready.body["status"] == "warn"
        assert any("New_Yrok" in said for said in says(ready))
        assert any("bot_config.yaml is not used; version" in said for said in says(ready))
        assert "9:00 am" in answer
        assert server.ask("GET", "/").status == 200

        server.config.write_text(sample(), "utf-8")
        server.kill()
        server.start()
        assert says(server.ask("GET", "/ready")) == ["The config is live."]
