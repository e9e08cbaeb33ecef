"""A call from the browser: a real Chromium with a fake microphone, LiveKit's real server."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.fakes import browser as browsers
from tests.fakes.baresip import write_wav
from tests.fakes.running import Running, running, wait_for
from tests.voice.exchange import Exchange, exchange, needs_livekit

pytestmark = [pytest.mark.slow, pytest.mark.browser, needs_livekit(), pytest.mark.calls]

# Gives the loudest frequency of what the page plays, in Hz.
LISTEN = """
async () => {
  const context = new AudioContext();
  const ear = context.createAnalyser();
  ear.fftSize = 8192;
  context.createMediaStreamSource(document.querySelector("audio").srcObject).connect(ear);
  await new Promise((done) => setTimeout(done, 800));
  const levels = new Float32Array(ear.frequencyBinCount);
  ear.getFloatFrequencyData(levels);
  const loudest = levels.indexOf(Math.max(...levels));
  return (loudest * context.sampleRate) / ear.fftSize;
}
"""


@pytest.fixture(scope="module")
def line(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Exchange]:
    with exchange(tmp_path_factory.mktemp("exchange")) as made:
        yield made


@pytest.fixture(scope="module")
def api(line: Exchange) -> Iterator[Running]:
    with running(line.folder, "appliance.api", **line.settings) as made:
        wait_for(made.answers, 60, "the web server")
        yield made


@pytest.fixture(scope="module")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    tone = np.sin(2 * np.pi * 1000 * np.arange(8000 * 10) / 8000) * 8000
    sound = write_wav(tmp_path_factory.mktemp("mouth") / "tone.wav", tone)
    with browsers.chromium(
        "--use-fake-ui-for-media-stream",
        "--use-fake-device-for-media-stream",
        f"--use-file-for-fake-audio-capture={sound}",
        "--autoplay-policy=no-user-gesture-required",
    ) as made:
        yield made


def called(page: Page) -> None:
    page.get_by_role("button", name="Call", exact=True).click()
    expect(page.get_by_role("status")).to_have_text("You are connected.", timeout=60_000)


def test_a_visitor_calls_from_the_chat_page_and_both_sides_hear_each_other(
    line: Exchange, api: Running, chromium: Browser, tmp_path: Path
):
    with browsers.watched(chromium) as watched:
        page = watched.open(f"http://127.0.0.1:{api.port}/")
        page.get_by_role("link", name="Call us").click()

        called(page)

        joined = line.wait("joined")
        assert joined["metadata"] == '{"kind": "web"}'
        assert joined["attributes"] == {}
        line.wait("heard")
        assert page.evaluate(LISTEN) == pytest.approx(440, abs=15)
        page.get_by_role("button", name="5", exact=True).click()
        assert line.wait("pressed")["key"] == "5"
        page.get_by_role("button", name="Hang up").click()
        expect(page.get_by_role("status")).to_have_text("The call has ended.")
        line.wait("over")


def test_a_bot_that_ends_the_call_ends_it_in_the_browser(
    line: Exchange, api: Running, chromium: Browser
):
    with browsers.watched(chromium) as watched:
        page = watched.open(f"http://127.0.0.1:{api.port}/call")
        called(page)

        page.get_by_role("button", name="0", exact=True).click()

        expect(page.get_by_role("status")).to_have_text("The call has ended.")
        expect(page.get_by_role("button", name="Call", exact=True)).to_be_visible()
